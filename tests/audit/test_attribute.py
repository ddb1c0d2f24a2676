"""Exact chances, and how many tests are counted."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.audit.attribute import testable as counted
from stillwatch.audit.attribute_exact import poisson, tails, together


@given(st.integers(1, 8), st.data())
def test_tails_are_those_of_all_permutations(runs, data):
    """The share of all ways to label runs in which at least so many have both."""
    rule = data.draw(st.integers(0, runs))
    value = data.draw(st.integers(0, runs))
    ways = [
        len(set(chosen) & set(range(value))) for chosen in itertools.combinations(range(runs), rule)
    ]
    for least, chance in enumerate(np.exp(tails(runs, rule, value))):
        assert chance == pytest.approx(np.mean([both >= least for both in ways]), abs=1e-9)


def test_small_chances_do_not_vanish():
    """Sixteen marked runs of 128 that are just those of one level."""
    assert tails(128, 16, 16)[16] == pytest.approx(-math.log(math.comb(128, 16)))


def test_rounds_are_added():
    """Two rounds with one of two each: both times together one in four."""
    assert math.exp(together(((2, 1, 1), (2, 1, 1)))[2]) == pytest.approx(0.25)


def test_many_rare_agreements_are_rarer_than_few():
    """The chance falls with the number, and is 1 for none."""
    chances = [poisson(number, 1.0) for number in (0, 1, 5, 60, 400)]
    assert chances[0] == 0
    assert chances == sorted(chances, reverse=True)


def test_tests_that_can_find_nothing_are_not_counted():
    """A thousand tests that could not fall below a half do not weaken ten that can."""
    assert counted({math.log(0.5): 1000, math.log(1e-9): 10}, 0.005) == 10


def test_all_tests_count_where_all_can_find_something():
    """As with Bonferroni."""
    assert counted({-100.0: 500}, 0.005) == 500
