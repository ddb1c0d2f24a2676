"""Intervals of shares and medians."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from stillwatch_range.score.intervals import clopper_pearson, median, share


def of(hits, clusters=None):
    hit = np.array(hits, bool)
    return share(hit, np.arange(len(hit)) if clusters is None else np.array(clusters))


def test_a_share_of_accounts_alone_has_the_exact_interval():
    """8 of 10 by Clopper and Pearson: 0.4439 to 0.9748, as tables give it."""
    found = of([1] * 8 + [0] * 2)
    assert (found.hits, found.of, found.share) == (8, 10, 0.8)
    assert (found.low, found.high) == pytest.approx((0.4439, 0.9748), abs=1e-4)


def test_no_hit_of_three_hundred_is_below_a_bit_more_than_one_per_cent():
    """None of 300: the upper end is 1 - 0.025 ** (1 / 300)."""
    assert of([0] * 300).high == pytest.approx(1 - 0.025 ** (1 / 300))


def test_accounts_of_one_operator_count_as_one_case():
    """Groups that are found whole or not at all are as good as their number."""
    together = of([1] * 20 + [0] * 20 + [1] * 20 + [0] * 20, [at // 20 for at in range(80)])
    apart = of([1, 0] * 40)
    assert together.high - together.low > 3 * (apart.high - apart.low)


def test_a_single_group_that_is_found_whole_proves_little():
    """One cluster is one case, however many accounts it has."""
    assert of([1] * 50, [0] * 50).low == pytest.approx(0.025)


def test_of_nothing_there_is_no_share():
    """An empty share says so."""
    nothing = of([])
    assert (nothing.share, nothing.low, nothing.high) == (None, 0.0, 1.0)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=60))
def test_the_interval_holds_the_share(cases):
    """Whatever the clusters, the ends lie on both sides."""
    found = of([hit for hit, _ in cases], [cluster for _, cluster in cases])
    assert 0 <= found.low <= found.share + 1e-9
    assert found.share - 1e-9 <= found.high <= 1


def test_the_exact_interval_covers_as_often_as_it_says():
    """Over all outcomes of 20 tosses of a 0.3 coin, at least 95 per cent hold 0.3."""
    covered = 0.0
    for hits in range(21):
        low, high = clopper_pearson(hits, 20)
        covered += binom.pmf(hits, 20, 0.3) if low <= 0.3 <= high else 0.0
    assert covered >= 0.95


def test_a_median_has_its_place_and_its_ends():
    """The ends are order statistics around the middle one."""
    middle = median(np.arange(101.0), np.arange(101))
    assert middle.median == 50
    assert middle.low == pytest.approx(40, abs=2)
    assert middle.high == pytest.approx(60, abs=2)


def test_a_median_that_most_never_reach_is_not_reached():
    """Infinite values hold their place in the order."""
    middle = median(np.array([1.0, 2.0, np.inf, np.inf, np.inf]), np.arange(5))
    assert middle.median is None
    assert middle.of == 5


def test_one_cluster_gives_a_median_without_ends():
    """Of a single case nothing is sure."""
    middle = median(np.array([1.0, 2.0, 3.0]), np.zeros(3, int))
    assert (middle.median, middle.low, middle.high) == (2.0, None, None)
