import re
from collections import Counter

from tests.range.campaigns.listening import SOURCES, campaign, prompts, system, world

FIELDS = {
    "length": 3.0,
    "method": "own-users",
    "accounts": 8,
    "requests_per_account_day": 60.0,
    "clients": ("anthropic-js",),
}


def test_another_product_speaks_to_its_users():
    """Most system texts name one made-up product; some requests have none, some a harness."""
    heard = campaign(**FIELDS)
    firsts = Counter(system(one.ask).split("\n")[0][:30] for one in heard)
    words = Counter(
        word for one in heard for word in set(re.findall(r"[A-Z][a-z]{2,}", system(one.ask)))
    )
    assert words.most_common(1)[0][1] > 0.2 * len(heard)
    assert len(firsts) > 2
    assert firsts[""] > 0


def test_many_people_ask():
    """Each conversation comes from an end user, who is the person behind it."""
    heard = campaign(**FIELDS)
    talks = {one.ask.truth.conversation: one.ask.truth.person for one in heard}
    assert len(set(talks.values())) > 0.7 * len(talks)


def test_conversations_go_on():
    """Some users ask again, and the history grows."""
    heard = campaign(**FIELDS)
    longest = max(len(one.ask.items) for one in heard)
    assert longest >= 5


def test_a_part_is_run_twice():
    """Some conversations come again later, the same words on another day or account."""
    heard = campaign(**FIELDS)
    openings = {}
    for one in heard:
        if len(one.ask.items) == 1:
            openings.setdefault(prompts(one.ask)[0], set()).add(one.ask.truth.conversation)
    twice = sum(len(talks) > 1 for talks in openings.values())
    assert 0.01 < twice / len(openings) < 0.3


def test_prompts_are_those_of_people():
    """Material comes from what people typed, not from the pools of harvests."""
    fields = {key: value for key, value in FIELDS.items() if key != "length"}
    where = world(1.0, sources=("gpteacher-a", *SOURCES))
    heard = campaign(world_=where, **fields)
    assert not [one for one in heard if "toolformer" in prompts(one.ask)[0]]
