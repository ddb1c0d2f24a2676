"""Hours that accounts have in common are told from hours of their own."""

import random

import pytest

from stillwatch.signals.same_hours import SIGNAL
from tests.signals.build import HOUR_US, Traffic, ask
from tests.signals.groups import (
    GROUP,
    add_group,
    at_full_hours,
    dealt,
    one_class,
    own_rhythms,
    own_timers,
)

HOUR = 3600


def answer(calls, others=(), **columns):
    traffic = Traffic()
    add_group(traffic, calls, **columns)
    for second, account, _ in others:
        traffic.exchange(f"other {account}", at_us=int(second * 1_000_000))
    return ask(SIGNAL, traffic).get(GROUP)


def in_shifts(draw, accounts):
    """All accounts work in the same three stretches of a day and rest together."""
    return [
        (HOUR * (draw.choice([0, 1, 2, 9, 10, 17, 18]) + draw.random()), f"acct_{whose}", f"t {n}")
        for n in range(accounts * 15)
        for whose in [n % accounts]
    ]


def test_accounts_that_work_and_rest_together_are_found():
    """Same stretches, same pauses."""
    assert answer(in_shifts(random.Random(1), 20)).log10_lr > 0.6


def test_a_list_dealt_out_over_a_day_fills_the_same_hours():
    """Round robin without pauses."""
    assert answer(dealt(random.Random(1), 20, 400, gap_s=200)).log10_lr > 0.2


@pytest.mark.parametrize("seed", range(4))
def test_services_that_never_rest_weigh_little(seed):
    """Chat services of strangers, all day long, with loads of their own."""
    draw = random.Random(seed)
    loads = [int(draw.lognormvariate(3, 1)) for _ in range(12)]
    calls = [
        (draw.uniform(0, 24 * HOUR), f"acct_{whose}", f"t {whose} {step}")
        for whose, load in enumerate(loads)
        for step in range(load)
    ]
    assert answer(calls).log10_lr < 0.45


@pytest.mark.parametrize("seed", range(6))
def test_users_of_one_framework_have_hours_of_their_own(seed):
    """Morning people and night owls."""
    assert answer(own_rhythms(random.Random(seed), 20)).log10_lr < 0


@pytest.mark.parametrize("seed", range(4))
def test_a_class_in_one_evening_says_nothing_for_coordination(seed):
    """All in the same evening: the evening is theirs in common, the minutes are not."""
    evidence = answer(one_class(random.Random(seed), 25))
    assert evidence is None or evidence.log10_lr <= 0.1


def test_where_everybody_has_the_same_hours_a_group_weighs_little():
    """All other accounts are services that never rest, so hours tell nothing."""
    draw = random.Random(1)
    calls = dealt(draw, 20, 400, gap_s=200)
    others = dealt(random.Random(2), 60, 2400, gap_s=33, way="random")
    alone, among = answer(calls), answer(calls, others)
    assert among.numbers["usual"] > 10 > alone.numbers["usual"]
    assert among.log10_lr < alone.log10_lr


@pytest.mark.parametrize("jobs", [at_full_hours, own_timers])
def test_jobs_that_clocks_start_say_nothing(jobs):
    """They never rest, each by its own timer or by the wall clock."""
    assert answer(jobs(random.Random(1), 10)).log10_lr == 0


def test_a_company_with_many_keys_is_one_owner():
    """One owner has only one rhythm."""
    assert answer(in_shifts(random.Random(1), 20), owner="firm") is None


def test_few_calls_say_little():
    """Owners with three calls each are not compared, nor are four owners."""
    draw = random.Random(1)
    calls = [(draw.uniform(0, 10 * HOUR), f"acct_{n % 9}", f"t {n}") for n in range(27)]
    assert answer(calls) is None
    assert answer(dealt(draw, 4, 60, gap_s=900)) is None


def test_the_clock_s_zero_does_not_matter():
    """Shifted by whole hours, the answer is the same."""
    calls = own_rhythms(random.Random(3), 10)
    later = [(second + 5 * HOUR_US / 1e6, name, text) for second, name, text in calls]
    assert answer(calls).log10_lr == answer(later).log10_lr
