"""A client that says different things of itself contradicts itself."""

from stillwatch.signals.claims_consistency import SIGNAL
from tests.signals.build import Traffic, ask
from tests.signals.check_groups import add_checked, checked


def test_a_mixture_of_customers_is_found():
    """Most conversations are broken, in several ways; the sentence says in how many."""
    evidence = ask(
        SIGNAL, checked("claims", 6, *["version-differs"] * 20, "other-thing", "other-thing")
    )["acct"]
    assert evidence.log10_lr > 0.8
    assert "22 of 28" in evidence.says
    assert "version" in evidence.says
    assert evidence.numbers["broken"] == 22
    assert len(evidence.exhibits) == 2


def test_a_set_up_that_always_breaks_weighs_less():
    """The innocent twin breaks every conversation, and in the same way."""
    twin = ask(SIGNAL, checked("claims", 0, *["version-differs"] * 28))["acct"]
    mixed = ask(SIGNAL, checked("claims", 6, *["version-differs"] * 22))["acct"]
    assert twin.log10_lr < mixed.log10_lr
    assert twin.log10_lr <= 0.8


def test_a_slip_in_a_long_history_weighs_nothing():
    """One odd conversation in fifty."""
    assert ask(SIGNAL, checked("claims", 49, "version-differs"))["acct"].log10_lr < 0.1


def test_a_clean_account_is_spoken_for():
    """Everything holds."""
    evidence = ask(SIGNAL, checked("claims", 20))["acct"]
    assert -0.5 <= evidence.log10_lr < 0
    assert "20" in evidence.says
    assert evidence.exhibits == ()


def test_software_that_names_itself_is_not_asked():
    """A gateway or a harness with its own user agent has no checks, and gets no evidence."""
    traffic = Traffic()
    for _ in range(10):
        traffic.exchange("gateway", client="litellm", library="python-httpx")
    assert ask(SIGNAL, traffic) == {}


def test_a_conversation_counts_once():
    """Two ways to break in one family are one broken family, and accounts stay apart."""
    traffic = Traffic()
    row = traffic.exchange("a")
    traffic.check(row, "claims", False, "version-differs")
    traffic.check(row, "claims", False, "other-thing")
    add_checked(traffic, "claims", 1, account="b")
    answers = ask(SIGNAL, traffic)
    assert (answers["a"].numbers["asked"], answers["a"].numbers["broken"]) == (1, 1)
    assert answers["b"].numbers["broken"] == 0


def test_nothing_in_gives_nothing_out():
    """An empty day has no answers."""
    assert ask(SIGNAL, Traffic()) == {}
