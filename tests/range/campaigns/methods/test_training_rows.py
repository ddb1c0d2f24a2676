import msgspec

from tests.range.campaigns.listening import campaign, prompts

FIELDS = {"method": "training-rows", "clients": ("anthropic-js",)}


def rows(one):
    return [msgspec.json.decode(line) for line in one.ask.plan.say.splitlines()]


def test_answers_are_rows_with_the_fields_asked_for():
    """Every line of an answer is a JSON object with the two fields that the prompt names."""
    heard = campaign(**FIELDS)
    keys = {tuple(row) for one in heard for row in rows(one)}
    ((ask, say),) = keys
    assert all(ask in prompts(one.ask)[0] and say in prompts(one.ask)[0] for one in heard)
    assert len({len(rows(one)) for one in heard}) == 1
    assert len(rows(heard[0])) >= 3


def test_each_request_has_seeds_of_its_own():
    """No seed is shown twice."""
    heard = campaign(wording="one", **FIELDS)
    seen = [
        line for one in heard for line in set(prompts(one.ask)[0].split("\n")) if len(line) > 90
    ]
    template = [line for line in set(seen) if seen.count(line) == len(heard)]
    slots = [line for line in seen if line not in template]
    assert len(set(slots)) > 0.97 * len(slots)
