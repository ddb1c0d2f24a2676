"""Conversations that move between accounts."""

from stillwatch.signals.artefact_across_accounts import SIGNAL as ACROSS
from stillwatch.signals.thread_moves import SIGNAL as MOVES
from tests.signals.build import MINUTE_US, Traffic, ask


def hop(traffic, thread, accounts):
    """One conversation whose turns are sent by the named accounts, one after the other."""
    before = None
    for turn, account in enumerate(accounts):
        row = traffic.exchange(account, thread=thread, messages=2 * turn + 1)
        traffic.issued(row, "tool_call", f"{thread} call {turn}")
        if before is not None:
            traffic.presented(row, "tool_call", f"{thread} call {turn - 1}")
        before = account


def owned(traffic, **payers):
    for account, payer in payers.items():
        traffic.account(account, payer=payer, owner=payer)


def test_one_hop_between_two_payers_is_enough_for_review():
    """A single hop is found, on both sides, with the exchanges that prove it."""
    traffic = Traffic()
    owned(traffic, a="payer 1", b="payer 2")
    hop(traffic, "t", ["a", "a", "b"])
    for signal in (MOVES, ACROSS):
        found = ask(signal, traffic)
        assert set(found) == {"a", "b"}
        assert 3 <= found["a"].log10_lr < 5
        assert found["a"].linked == ("b",)
        assert [exhibit.exchange for exhibit in found["b"].exhibits] == ["ex_1", "ex_2"]


def test_going_to_and_fro_weighs_more_than_any_number_of_one_way_moves():
    """A pool returns; a person who changed account does not."""
    switched, pool = Traffic(), Traffic()
    for traffic in (switched, pool):
        owned(traffic, a="payer 1", b="payer 2")
    for number in range(20):
        hop(switched, f"t{number}", ["a", "a", "b", "b"])
    hop(pool, "t", ["a", "b", "a", "b", "a"])
    assert ask(MOVES, switched)["b"].log10_lr < 5
    assert ask(MOVES, pool)["b"].log10_lr >= 5


def test_accounts_of_one_payer_or_one_organisation_may_share_conversations():
    """The innocent twin: keys that moved between accounts of one company."""
    payer, organization = Traffic(), Traffic()
    owned(payer, a="payer 1", b="payer 1")
    organization.account("a", organization="org", payer="p1", owner="p1")
    organization.account("b", organization="org", payer="p2", owner="p2")
    for traffic in (payer, organization):
        hop(traffic, "t", ["a", "b", "a", "b"])
        assert ask(MOVES, traffic) == {}
        assert ask(ACROSS, traffic) == {}


def test_unknown_owners_weigh_less():
    """Without accounts.jsonl nobody knows whether the two accounts are strangers."""
    known, unknown = Traffic(), Traffic()
    owned(known, a="payer 1", b="payer 2")
    for traffic in (known, unknown):
        hop(traffic, "t", ["a", "b"])
    assert ask(MOVES, unknown)["a"].log10_lr < ask(MOVES, known)["a"].log10_lr


def test_an_equal_answer_to_two_accounts_proves_nothing():
    """What was issued to two accounts belongs to neither alone."""
    traffic = Traffic()
    owned(traffic, a="payer 1", b="payer 2")
    for account in ("a", "b"):
        row = traffic.exchange(account, thread=f"of {account}")
        traffic.issued(row, "turn", "the same long answer")
        again = traffic.exchange(account, thread=f"of {account}", messages=3)
        traffic.presented(again, "turn", "the same long answer")
    assert ask(ACROSS, traffic) == {}


def test_a_published_transcript_is_nobody_s():
    """The innocent twin: an example that many people put before their own question."""
    traffic = Traffic()
    owned(traffic, a="payer 1", b="payer 2")
    traffic.issued(traffic.exchange("a", thread="origin"), "turn", "published answer")
    for number in range(5):
        row = traffic.exchange("b", thread=f"paste {number}")
        traffic.presented(row, "turn", "published answer")
    assert ask(ACROSS, traffic) == {}


def test_what_was_presented_before_it_was_issued_does_not_count():
    """Clocks may be off by minutes, not by an hour."""
    traffic = Traffic()
    owned(traffic, a="payer 1", b="payer 2")
    late = traffic.exchange("a", at_us=60 * MINUTE_US)
    early = traffic.exchange("b", at_us=0)
    traffic.issued(late, "tool_call", "call")
    traffic.presented(early, "tool_call", "call")
    assert ask(ACROSS, traffic) == {}


def test_nothing_in_gives_nothing_out():
    """Empty tables give no evidence."""
    assert ask(MOVES, Traffic()) == {}
    assert ask(ACROSS, Traffic()) == {}
