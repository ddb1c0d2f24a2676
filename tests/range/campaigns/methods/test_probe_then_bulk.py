import pytest

from tests.range.campaigns.listening import campaign, prompts

FIELDS = {
    "length": 2.0,
    "method": "probe-then-bulk",
    "accounts": 10,
    "requests_per_account_day": 60.0,
    "clients": ("anthropic-js",),
    "techniques": 500,
}


def phases(heard):
    return [
        [one for one in heard if one.ask.truth.purpose == purpose and one.status == 200]
        for purpose in ("probe", "harvest")
    ]


def test_a_probing_phase_comes_first():
    """Each of so many requests tries something else; only then the bulk begins."""
    probes, bulk = phases(campaign(**FIELDS, dispatch="round-robin"))
    assert len(probes) == pytest.approx(500, abs=3)
    assert max(one.ask.at_us for one in probes) <= min(one.ask.at_us for one in bulk)


def test_most_probes_are_refused_and_nothing_of_the_bulk():
    """The provider's filter stops most of what is tried, and none of what is scaled."""
    probes, bulk = phases(campaign(**FIELDS))
    refused = sum(one.ask.plan.refused for one in probes)
    assert 0.8 < refused / len(probes) < 1.0
    assert not any(one.ask.plan.refused for one in bulk)


def test_few_techniques_are_scaled():
    """The bulk uses the winners: a handful of templates over many questions."""
    probes, bulk = phases(campaign(**FIELDS))

    def shapes(ones):
        """Requests without what they ask about: their first and last words."""
        return {tuple(prompts(one.ask)[0].split()[:3]) for one in ones}

    assert len(bulk) > 400
    keys = [prompts(one.ask)[0] for one in bulk]
    assert len(set(keys)) == len(keys)
    lines = {}
    for key in keys:
        for line in set(key.split("\n")):
            lines[line] = lines.get(line, 0) + 1
    assert max(lines.values()) > 0.2 * len(bulk)
    assert len(shapes(probes)) > 3 * 4


def test_techniques_are_all_different():
    """No two probes say the same about the task, apart from the task itself."""
    probes, _ = phases(campaign(**FIELDS))
    said = [prompts(one.ask)[0] for one in probes]
    assert len(set(said)) == len(said)
    lines = {}
    for text in said:
        for line in set(text.split("\n")):
            lines[line] = lines.get(line, 0) + 1
    long = {line: count for line, count in lines.items() if len(line) > 50}
    assert max(long.values()) < 0.02 * len(probes)
