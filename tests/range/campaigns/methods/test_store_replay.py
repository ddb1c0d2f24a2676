import re
from datetime import datetime

import pytest

from stillwatch_range.model import SECOND_US
from tests.range.campaigns.listening import START_US, campaign, prompts, said

FIELDS = {"method": "store-replay", "accounts": 6, "requests_per_account_day": 60.0}
STYLES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%B %d, %Y", "%d %b %Y", "%Y/%m/%d")
DATE = re.compile(
    r"\d{4}-\d\d-\d\d|\d\d\.\d\d\.\d{4}|\d\d/\d\d/\d{4}|[A-Z][a-z]+ \d\d, \d{4}"
    r"|\d\d [A-Z][a-z]{2} \d{4}|\d{4}/\d\d/\d\d"
)


def moment(text):
    for style in STYLES:
        try:
            return datetime.strptime(f"{text} +0000", f"{style} %z").timestamp()
        except ValueError:
            continue
    return None


def runs(heard):
    """Conversations by how they open."""
    found = {}
    for one in heard:
        opening = prompts(one.ask)[0]
        found.setdefault(opening, []).append(one)
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_dates_in_content_are_far_from_the_clock(seed):
    """What the conversations say about the day lies weeks or months back."""
    heard = campaign(seed=seed, clients=("anthropic-js",), **FIELDS)
    days = []
    for one in heard:
        found = [moment(text) for text in DATE.findall(prompts(one.ask)[0])]
        days += [(START_US / SECOND_US - at) / 86_400 for at in found if at][:1]
    old = [day for day in days if 13 < day < 400]
    assert len(old) > 0.8 * len(heard)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_conversations_come_again_with_new_answers(seed):
    """The same user turns are run several times, over accounts, and are answered anew."""
    found = runs(campaign(2.0, seed=seed, clients=("anthropic-js",), **FIELDS))
    again = [
        ones for ones in found.values() if len({one.ask.truth.conversation for one in ones}) > 1
    ]
    assert len(again) > 0.5 * len(found)
    assert sum(len({one.account.id for one in ones}) > 1 for ones in again) > 0.5 * len(again)
    for ones in again:
        last = {}
        for one in ones:
            last.setdefault(len(one.ask.items), []).append(one.ask.plan.say)
        assert all(len(set(says)) == len(says) for says in last.values())


def test_some_campaigns_show_answers_that_nobody_here_gave():
    """Where only the last turn is asked, the turns before hold another model's answers."""
    foreign = set()
    for seed in range(6):
        heard = campaign(seed=seed, clients=("anthropic-js",), **FIELDS)
        given = {one.ask.plan.say for one in heard if len(one.ask.plan.say) > 90}
        first = {}
        for one in heard:
            first.setdefault(one.ask.truth.conversation, one)
        opened = [one for one in first.values() if len(one.ask.items) > 1]
        foreign.add(bool(opened))
        for one in opened:
            assert not [say for say in given if say in said(one.ask)]
    assert foreign == {True, False}


def test_a_harness_replays_sessions_of_months_ago():
    """The same calls are made again, and the opening names a day long ago."""
    heard = campaign(clients=("claude-code",), length=2.0, **FIELDS)
    talks, old, opened = {}, 0, 0
    for one in heard:
        for call in one.ask.plan.calls:
            key = f"{call.name} {sorted(call.input.items())}"
            talks.setdefault(key, set()).add(one.ask.truth.conversation)
        if one.ask.tools and len(one.ask.items) <= 2:
            opened += 1
            found = [moment(text) for text in DATE.findall(said(one.ask))]
            old += any(at and START_US / SECOND_US - at > 13 * 86_400 for at in found)
    assert sum(len(conversations) > 1 for conversations in talks.values()) > 5
    assert old > 0.6 * opened > 5
