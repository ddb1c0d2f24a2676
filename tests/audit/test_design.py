"""Environments are few, and every two factors meet in them."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.audit import design
from stillwatch.audit.recording import Factor

MIXED = [8, 4, 3, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2]


def factors(levels):
    return [Factor(f"f{n}", tuple(f"l{n}" for n in range(k))) for n, k in enumerate(levels)]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(2, 5), min_size=1, max_size=6), st.integers(8, 24), st.integers(0, 9))
def test_levels_are_taken_equally_often(levels, rows, seed):
    """No level of a factor is met more than once more often than another."""
    for column, count in zip(design.balanced(levels, rows, seed).T, levels, strict=True):
        times = np.bincount(column, minlength=count)
        assert times.max() - times.min() <= 1


@pytest.mark.parametrize(("rows", "seed"), [(32, 1), (32, 2), (32, 3), (64, 1)])
def test_every_two_factors_meet_in_all_their_levels(rows, seed):
    """Also the two with most levels, in a design of the usual sizes."""
    chosen = design.environments(factors(MIXED), rows, seed)
    assert design.strength(chosen) >= 2
    pairs = {(row["f0"], row["f1"]) for row in chosen}
    assert len(pairs) == 32


def test_no_factor_is_made_of_two_others():
    """A mark of two factors together is not the mark of a third with either of them."""
    table = design.balanced([2] * 10, 32, seed=1)
    for one, two, three in itertools.combinations(table.T, 3):
        assert 0 < np.mean(one ^ two ^ three) < 1


def test_the_seed_decides():
    """The same seed gives the same environments, another gives others."""
    made = [design.environments(factors(MIXED), 16, seed) for seed in (1, 1, 2)]
    assert made[0] == made[1]
    assert made[0] != made[2]


def test_strength_sees_a_missing_combination():
    """Two factors that always go together have not met."""
    together = [{"a": x, "b": x} for x in "xy"]
    assert design.strength(together) == 1
    apart = [{"a": x, "b": y} for x in "xy" for y in "xy"]
    assert design.strength(apart) == 2
    assert design.strength([]) == 0


def test_each_round_runs_every_environment_once_in_another_order():
    """A change over time meets all environments alike."""
    chosen = design.environments(factors([2, 2, 2]), 16, seed=1)
    cells = design.plan(chosen, repeats=3, seed=1)
    assert [cell.order for cell in cells] == list(range(48))
    rounds = [[cell for cell in cells if cell.repeat == n] for n in range(3)]
    orders = [[str(cell.environment) for cell in one] for one in rounds]
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(map(str, chosen))
    assert orders[0] != orders[1]
    assert [cell.repeat for cell in cells] == sorted(cell.repeat for cell in cells)
