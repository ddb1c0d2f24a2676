"""Reasoning signatures: replayed elsewhere, or refused and stripped."""

from stillwatch.signals.signature_error import SIGNAL as ERROR
from stillwatch.signals.signature_replayed import SIGNAL as REPLAYED
from tests.signals.build import SECOND_US, Traffic, ask


def test_a_signature_in_another_conversation_is_a_replay():
    """More conversations weigh more, and alone it never reaches a review."""
    traffic = Traffic()
    for number in range(8):
        issued = traffic.exchange("a", thread=f"home {number}")
        traffic.issued(issued, "signature", f"s{number}")
        traffic.presented(traffic.exchange("a", thread=f"new {number}"), "signature", f"s{number}")
    found = ask(REPLAYED, traffic)["a"]
    assert found.numbers["threads"] == 8
    assert 1.5 < found.log10_lr < 3


def test_a_signature_in_its_own_conversation_is_honest():
    """The innocent twin: every client sends its own signatures back."""
    traffic = Traffic()
    traffic.issued(traffic.exchange("a", thread="t"), "signature", "s")
    traffic.presented(traffic.exchange("a", thread="t", messages=3), "signature", "s")
    assert ask(REPLAYED, traffic) == {}


def refused(traffic, account, number, *, stripped, delay_s=3):
    """A refused signature and the request after it."""
    at_us = number * 3600 * SECOND_US
    shared = {"root": f"root {account} {number}", "messages": 5}
    traffic.exchange(
        account, at_us=at_us, error="signature", status=400, reasoning_parts=4, **shared
    )
    left = 0 if stripped else 4
    later = at_us + delay_s * SECOND_US
    traffic.exchange(account, at_us=later, reasoning_parts=left, **shared)


def test_stripping_reasoning_after_a_refusal_is_what_relays_do():
    """It counts how often, and shows both requests."""
    traffic = Traffic()
    for number in range(4):
        refused(traffic, "relay", number, stripped=True)
    found = ask(ERROR, traffic)["relay"]
    assert found.numbers["repairs"] == 4
    assert len(found.exhibits) == 2
    assert 1.5 < found.log10_lr < 3


def test_a_client_that_repeats_its_reasoning_or_waits_is_not_a_relay():
    """The innocent twin: a person who comes back later, or a client that just tries again."""
    traffic = Traffic()
    refused(traffic, "again", 0, stripped=False)
    refused(traffic, "later", 1, stripped=True, delay_s=900)
    assert ask(ERROR, traffic) == {}


def test_nothing_in_gives_nothing_out():
    """Empty tables give no evidence."""
    assert ask(ERROR, Traffic()) == {}
    assert ask(REPLAYED, Traffic()) == {}
