"""What holds of all methods."""

import pytest

from stillwatch_range.campaigns import METHODS, CampaignSpec
from stillwatch_range.campaigns.desk import Desk
from stillwatch_range.campaigns.spec import habits
from stillwatch_range.campaigns.wording import Wording
from stillwatch_range.seeds import draw_for
from tests.range.campaigns.listening import campaign, said, world

SHINGLE = 7


def shingles(heard):
    """Runs of words that come in half of the requests, and so in a template."""
    counts = {}
    for one in heard:
        words = said(one.ask).split()
        runs = {" ".join(words[n : n + SHINGLE]) for n in range(len(words) - SHINGLE + 1)}
        for run in runs:
            counts[run] = counts.get(run, 0) + 1
    return {run for run, count in counts.items() if count >= 0.5 * len(heard)}


def templates(method, seed, rotation):
    """All templates that a campaign's method starts with."""
    spec = CampaignSpec(method=method, wording=rotation, techniques=None)
    how = habits(spec, draw_for(seed))
    made = METHODS[method](Desk(spec, how, world(), seed, None, None, None, None))
    wordings = [value for value in vars(made).values() if isinstance(value, Wording)]
    return [one.template(0, 0) for one in wordings]


@pytest.mark.parametrize("rotation", ["one", "account"])
@pytest.mark.parametrize("method", METHODS)
def test_templates_are_a_campaigns_own(method, rotation):
    """Of two hundred campaigns of a method, no two draw the same template."""
    drawn = [text for seed in range(200) for text in templates(method, seed, rotation)]
    assert len(set(drawn)) == len(drawn)
    assert drawn or method == "probe-then-bulk"


@pytest.mark.parametrize("method", METHODS)
def test_two_campaigns_have_little_in_common(method):
    """Most of what half of a campaign's requests say is said by no other campaign."""
    found = [
        shingles(campaign(method=method, seed=seed, wording="one", clients=("anthropic-python",)))
        for seed in range(1, 7)
    ]
    for place, own in enumerate(found):
        for other in found[place + 1 :]:
            if own and other:
                assert len(own & other) < 0.5 * min(len(own), len(other))
    if method in {"fixed-prompt", "judge", "training-rows", "trace-cleaner"}:
        assert any(found)


@pytest.mark.parametrize("method", METHODS)
def test_answers_are_never_used_again(method):
    """The loop is open: what was answered comes back in no other conversation."""
    heard = campaign(method=method, accounts=4, clients=("anthropic-python",))
    for one in heard:
        if one.ask.plan.say and method != "signature-replay":
            others = (
                other
                for other in heard
                if other.ask.truth.conversation != one.ask.truth.conversation
            )
            assert not any(one.ask.plan.say in said(other.ask) for other in others)
