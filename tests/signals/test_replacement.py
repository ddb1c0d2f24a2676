"""Accounts that are replaced are told from people who come and go."""

import random

import pytest

from stillwatch.signals.replacement import SIGNAL, log10_ratio
from tests.signals.build import Traffic, ask
from tests.signals.groups import GROUP, add_group, one_class

HOUR = 3600.0


def watched(traffic, hours=72):
    """Somebody outside the group is there from begin to end, so that the data span days."""
    for second in range(0, int(hours * HOUR), int(HOUR)):
        traffic.exchange("bystander", at_us=second * 1_000_000)


def weigh(calls, hours=72, **columns):
    traffic = Traffic()
    watched(traffic, hours)
    add_group(traffic, calls, **columns)
    answer = ask(SIGNAL, traffic)
    return answer[GROUP].log10_lr if answer else 0.0


def relay_race(draw, chains=3, stages=4):
    """Each account works for half a day, is banned, and another one begins minutes later."""
    asked = []
    for chain in range(chains):
        second = draw.uniform(0, 5) * HOUR
        for stage in range(stages):
            end = second + draw.uniform(9, 14) * HOUR
            while second < end:
                asked.append((second, f"acct_{chain}_{stage}", f"text {len(asked)}"))
                second += draw.expovariate(1 / 1800)
            second = asked[-1][0] + draw.uniform(60, 900)
    return asked


def visitors(draw, accounts=40, hours=60):
    """Testers who each come once for a few hours."""
    asked = []
    for whose in range(accounts):
        second = draw.uniform(0, hours) * HOUR
        for step in range(draw.randint(3, 12)):
            second += draw.expovariate(1 / 600)
            asked.append((second, f"acct_{whose}", f"text {whose} {step}"))
    return asked


def test_accounts_that_take_turns_are_found():
    """Nine ends, each followed by a begin within a quarter of an hour."""
    traffic = Traffic()
    watched(traffic)
    add_group(traffic, relay_race(random.Random(1)))
    evidence = ask(SIGNAL, traffic)[GROUP]
    assert evidence.log10_lr > 0.4
    assert evidence.numbers["after"] >= 6
    assert len(evidence.exhibits) == 6


@pytest.mark.parametrize("seed", range(6))
def test_testers_come_and_go_on_their_own(seed):
    """Many short visits around a release."""
    assert weigh(visitors(random.Random(seed))) < 0.3


@pytest.mark.parametrize("seed", range(4))
def test_a_class_ends_together(seed):
    """All begin in one evening and stop in the same one: begins come before ends."""
    assert weigh(one_class(random.Random(seed), 25)) < 0.3


def test_new_keys_of_a_company_replace_nobody():
    """A migration of keys within one owner."""
    assert weigh(relay_race(random.Random(1)), owner="firm") == 0


def test_a_day_that_ends_is_no_end_for_good():
    """Silence at the end of the data is too short to tell."""
    assert weigh(relay_race(random.Random(1), 1, 2), hours=1) <= 0.3


def test_each_replaced_account_weighs_more():
    """Nothing without ends, little with one."""
    assert log10_ratio(0, 0) == 0
    assert 0 < log10_ratio(1, 0) < log10_ratio(4, 0)
    assert log10_ratio(3, 3) < 0
