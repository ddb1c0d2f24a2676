"""Trying many ways of asking before one is scaled is told from requests at any time."""

from stillwatch.signals.probing_phase import SIGNAL
from stillwatch.traits.intents import Intent
from tests.signals.build import Traffic, ask
from tests.signals.groups import GROUP, add_group

KINDS = (Intent.MEMORY, Intent.RECONSTRUCT, Intent.REASONING, Intent.EXCUSE)


def answer(seconds, kinds=KINDS, bulk=60, members=6, triers=None):
    """A group with calls in the second hour, and tries of its members at the seconds given."""
    traffic = Traffic()
    bulk_calls = [
        (3600.0 + 60 * number, f"acct_{number % members}", f"text {number}")
        for number in range(bulk)
    ]
    add_group(traffic, bulk_calls)
    for number, second in enumerate(seconds):
        row = traffic.exchange(f"acct_{number % (triers or members)}", at_us=int(second * 1e6))
        kind = kinds[(number // (triers or members)) % len(kinds)]
        traffic.block(row, f"try {number}", intents=int(kind))
    for who in range(60):
        traffic.exchange(f"other {who}")
    return ask(SIGNAL, traffic).get(GROUP)


def test_many_techniques_and_then_bulk():
    """Forty tries in the first hour, all of them before the bulk."""
    evidence = answer([80 * number for number in range(40)])
    assert evidence.log10_lr > 0.3
    assert evidence.numbers["early"] == 40
    assert evidence.numbers["kinds"] == 4
    assert "6 of 6 customers try several kinds" in evidence.says


def test_one_tester_at_any_time_weighs_nothing():
    """One member sends unusual requests before and after."""
    evidence = answer([180 * number for number in range(40)], triers=1)
    assert abs(evidence.log10_lr) < 0.15


def test_one_kind_of_request_is_no_probing():
    """An audit that keeps reasoning asks one thing."""
    assert answer([60 * n for n in range(40)], kinds=(Intent.REASONING,)) is None


def test_grading_and_comparing_are_no_tries():
    """Evaluators build a framework and then use it."""
    assert answer([60 * n for n in range(40)], kinds=(Intent.GRADE, Intent.COMPARE)) is None


def test_too_few_tries_or_calls_say_nothing():
    """Four tries, or a template that is hardly used."""
    assert answer([60 * n for n in range(4)]) is None
    assert answer([60 * n for n in range(40)], bulk=10) is None
