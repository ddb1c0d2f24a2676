"""Loads that somebody dealt out are told from loads that people have."""

import random

import numpy as np
import pytest

from stillwatch.signals.even_loads import SIGNAL, log10_ratio
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


def weigh(calls, **columns):
    traffic = Traffic()
    add_group(traffic, calls, **columns)
    answer = ask(SIGNAL, traffic)
    return answer[GROUP].log10_lr if answer else 0.0


@pytest.mark.parametrize("way", ["round", "random"])
def test_a_list_that_is_dealt_out_gives_equal_loads(way):
    """Round robin and random choice, 20 accounts."""
    assert weigh(dealt(random.Random(1), 20, 400, way=way)) > 0.6


@pytest.mark.parametrize("seed", range(5))
def test_users_of_one_framework_have_loads_of_their_own(seed):
    """Light and heavy users share a template."""
    assert weigh(own_rhythms(random.Random(seed), 20)) <= 0


def test_a_class_with_a_short_assignment_says_nothing():
    """Everybody has four to seven calls."""
    assert weigh(one_class(random.Random(1), 20)) == 0


@pytest.mark.parametrize("jobs", [at_full_hours, own_timers])
def test_jobs_that_clocks_start_say_nothing(jobs):
    """Equal by nature, without anybody dealing them."""
    assert weigh(jobs(random.Random(1), 10)) == 0


def test_a_company_with_many_keys_is_one_owner():
    """Loads of one owner's accounts are not compared."""
    assert weigh(dealt(random.Random(1), 20, 400), owner="firm") == 0


def test_honest_loads_rarely_speak_for_dealing():
    """Over shapes from half the mean to twice the mean, few weights pass 0.3."""
    draw = np.random.default_rng(1)
    weights = []
    for _ in range(400):
        shape = np.exp(draw.uniform(np.log(0.4), np.log(3)))
        count = draw.integers(3, 60)
        loads = 2 + draw.poisson(20 * draw.gamma(shape, 1 / shape, count))
        weights.append(log10_ratio(loads))
    assert np.mean(np.array(weights) > 0.3) < 0.03


def test_many_accounts_are_no_trouble():
    """24,000 accounts in one group."""
    draw = np.random.default_rng(1)
    assert log10_ratio(draw.poisson(12, 24_000) + 2) > 100
    assert log10_ratio(draw.poisson(12 * draw.gamma(1, 1, 24_000)) + 2) < -100
