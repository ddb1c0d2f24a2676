"""Calls that somebody deals out are told from people's sittings."""

import random

import numpy as np
import pytest

from stillwatch.signals.interleaved_calls import SIGNAL, log10_ratio, successor_deviation
from tests.signals.build import Traffic, ask
from tests.signals.groups import (
    GROUP,
    add_group,
    at_full_hours,
    dealt,
    one_class,
    own_rhythms,
    own_timers,
)


def answer(calls, **columns):
    traffic = Traffic()
    add_group(traffic, calls, **columns)
    return ask(SIGNAL, traffic).get(GROUP)


def test_round_robin_avoids_who_was_last():
    """Nobody comes back before everybody had a turn."""
    evidence = answer(dealt(random.Random(1), 20, 300))
    assert evidence.log10_lr > 0.8
    assert evidence.numbers["seen"] == 0


def test_random_choice_forgets_who_was_last():
    """As many returns as chance gives: a little evidence, since some people are as steady."""
    assert 0 < answer(dealt(random.Random(1), 20, 300, way="random")).log10_lr < 0.5


@pytest.mark.parametrize("seed", range(5))
def test_people_come_in_sittings(seed):
    """Users of one framework, everyone with their own hours."""
    assert answer(own_rhythms(random.Random(seed), 20)).log10_lr < -0.3


@pytest.mark.parametrize("jobs", [at_full_hours, own_timers])
def test_jobs_that_clocks_start_say_nothing(jobs):
    """Each job runs in turn, so nobody returns before all others did."""
    evidence = answer(jobs(random.Random(1), 10))
    assert evidence.log10_lr == 0
    assert "Clocks" in evidence.says


@pytest.mark.parametrize("seed", range(5))
def test_a_class_weighs_little(seed):
    """Everybody works in the same evening, side by side."""
    assert answer(one_class(random.Random(seed), 20)).log10_lr < 0.35


def test_a_company_with_many_keys_is_one_owner():
    """Its key migration deals nothing out between owners."""
    assert answer(dealt(random.Random(1), 20, 300), owner="firm") is None


def test_turns_of_one_conversation_count_once():
    """A long conversation is no proof of a sitting."""
    traffic = Traffic()
    for second, name, text in dealt(random.Random(1), 10, 100, gap_s=600):
        turns = [(second + step, name, f"{text} {step}") for step in range(4)]
        add_group(traffic, turns, thread=f"{name} {text}")
    evidence = ask(SIGNAL, traffic)[GROUP]
    assert evidence.numbers["conversations"] == 100
    assert evidence.log10_lr > 0.5


def test_the_deviation_is_that_of_random_order():
    """The closed form agrees with many shuffles."""
    draw = np.random.default_rng(1)
    loads = np.array([9, 4, 4, 3, 1])
    unit = np.repeat(np.arange(5), loads)
    counts = []
    for _ in range(20_000):
        draw.shuffle(unit)
        counts.append((unit[1:] == unit[:-1]).sum())
    assert successor_deviation(loads) == pytest.approx(np.std(counts), rel=0.03)


def test_few_calls_say_little():
    """Where one return is expected, one more or less is nothing."""
    assert abs(log10_ratio(1, 1)) < 0.3
    assert log10_ratio(0, 40) > 1
