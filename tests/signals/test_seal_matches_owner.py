"""Installs of the account's own."""

from stillwatch.signals.seal_matches_owner import SIGNAL
from tests.signals.build import Traffic, ask


def talks(traffic, account, own=0, bare=0, strange=0):
    """Conversations that offer tools, by whose seal they carry."""
    kinds = [("in_own", True)] * own + [(None, False)] * bare + [("in_strange", False)] * strange
    for turn, (install, related) in enumerate(kinds):
        row = traffic.exchange(account, thread=f"{account} {turn}", tool_count=3)
        traffic.seal(row, install, related=related)


def test_own_installs_speak_a_little_for_an_account():
    """They never weigh much, since a seal can be copied with the text."""
    traffic = Traffic()
    talks(traffic, "home", own=10)
    line = ask(SIGNAL, traffic)["home"]
    assert -1 < line.log10_lr < 0
    assert "10 of 10" in line.says


def test_nothing_is_said_of_few_or_mostly_bare_conversations():
    """Two sealed ones, or a tenth of them."""
    traffic = Traffic()
    talks(traffic, "few", own=2)
    talks(traffic, "bare", own=4, bare=36)
    assert ask(SIGNAL, traffic) == {}


def test_one_stranger_s_install_takes_it_away():
    """A reseller's own work is no excuse for what it resells."""
    traffic = Traffic()
    talks(traffic, "mixed", own=50, strange=1)
    assert ask(SIGNAL, traffic) == {}
