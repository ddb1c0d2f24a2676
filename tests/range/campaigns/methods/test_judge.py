import re

import msgspec

from tests.range.campaigns.listening import campaign, prompts


def all_of(seed):
    return campaign(method="judge", seed=seed, clients=("anthropic-js",), wording="one")


def test_answers_are_verdicts_or_marks():
    """Comparisons end in a letter, grades in JSON with a sum; campaigns mix the two their way."""
    shares = set()
    for seed in range(8):
        heard = all_of(seed)
        marks = [one for one in heard if one.ask.plan.say.startswith("{")]
        shares.add(round(len(marks) / len(heard), 1))
        for one in marks:
            *axes, total = msgspec.json.decode(one.ask.plan.say).values()
            assert sum(axes) == total
        for one in heard:
            if one not in marks:
                assert re.search(r"\n[\w-]+: \w+$", one.ask.plan.say)
    assert len(shares) > 2


def test_a_comparison_holds_two_different_answers():
    """The two answers are about the same task and are never the same text."""
    for seed in range(4):
        for one in all_of(seed):
            if not one.ask.plan.say.startswith("{"):
                (prompt,) = prompts(one.ask)
                blocks = [block for block in prompt.split("\n") if len(block) > 60]
                assert len(blocks) >= 2
                assert len(set(blocks)) == len(blocks)


def test_a_rubric_is_one_for_the_campaign():
    """All grades of a campaign have the same keys; another campaign has others."""
    keys = []
    for seed in range(8):
        found = {
            tuple(msgspec.json.decode(one.ask.plan.say))
            for one in all_of(seed)
            if one.ask.plan.say.startswith("{")
        }
        assert len(found) <= 1
        keys += found
    assert len(set(keys)) == len(keys) > 2
