"""Clients that should seal and do not."""

import pytest

from stillwatch.signals.seal_missing import SIGNAL
from stillwatch.verdicts.ledger import REVIEW
from tests.signals.build import Traffic, ask


def talks(traffic, account, sealed, bare, version="2.1.330", tools=9):
    """Conversations with and without a seal."""
    for turn in range(sealed + bare):
        row = traffic.exchange(
            account,
            thread=f"{account} {version} {turn}",
            client="claude-code",
            client_version=version,
            tool_count=tools,
        )
        traffic.seal(row, f"in_{account}" if turn < sealed else None, related=True)


def world(version="2.1.330", owners=8):
    """Genuine copies of a version."""
    traffic = Traffic()
    for number in range(owners):
        talks(traffic, f"owner {number}", 10, 0, version)
    return traffic


def test_a_stripped_seal_is_seen_but_never_enough():
    """It supports other evidence, and stays below review by itself."""
    traffic = world()
    talks(traffic, "stripped", 0, 30)
    found = ask(SIGNAL, traffic)
    assert set(found) == {"stripped"}
    assert 0.5 < found["stripped"].log10_lr < REVIEW
    assert "30 of 30" in found["stripped"].says
    assert "claude-code 2.1.330" in found["stripped"].says


@pytest.mark.parametrize(
    "traffic",
    [world(owners=3), world(version="2.1.400"), Traffic()],
    ids=["few seal", "another version seals", "nobody seals"],
)
def test_a_version_that_is_not_known_to_seal_is_not_judged(traffic):
    """The innocent twin: a client that is too old for seals."""
    talks(traffic, "old", 0, 30)
    assert ask(SIGNAL, traffic) == {}


def test_where_sealing_is_patchy_nobody_is_judged():
    """The operator rolls seals out within one version."""
    traffic = world()
    for number in range(8):
        talks(traffic, f"half {number}", 5, 5)
    talks(traffic, "bare", 0, 30)
    assert ask(SIGNAL, traffic) == {}


def test_small_calls_without_tools_are_not_asked():
    """Titles and summaries carry no seal."""
    traffic = world()
    talks(traffic, "titles", 0, 30, tools=0)
    assert ask(SIGNAL, traffic) == {}


def test_a_bare_conversation_now_and_then_is_next_to_nothing():
    """Somebody who tries the client with texts of their own."""
    traffic = world()
    talks(traffic, "tinkerer", 60, 1)
    assert max((e.log10_lr for e in ask(SIGNAL, traffic).values()), default=0) < 0.5
