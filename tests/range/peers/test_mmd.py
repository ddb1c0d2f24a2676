"""The MMD window test against its formula and known values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch_range.peers import mmd


def vectors(seed, count, shift=0.0, width=8):
    rows = np.random.default_rng(seed).normal(size=(count, width))
    rows[:, 0] += shift
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def by_hand(ones, others, squared_widths):
    """The unbiased estimate, pair by pair."""

    def k(x, y):
        square = float(((x.astype(float) - y.astype(float)) ** 2).sum())
        return np.mean([np.exp(-square / (2 * width)) for width in squared_widths])

    m, n = len(ones), len(others)
    xx = sum(k(ones[i], ones[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    yy = sum(k(others[i], others[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    xy = sum(k(x, y) for x in ones for y in others) / (m * n)
    return xx + yy - 2 * xy


@given(st.integers(0, 10**6), st.integers(2, 9), st.integers(2, 9), st.floats(0, 3))
def test_the_estimate_equals_the_formula_pair_by_pair(seed, count, others, shift):
    """For any two samples and any widths."""
    one, other = vectors(seed, count, shift), vectors(seed + 1, others)
    widths = (0.1, 1.0, 4.0)
    assert mmd.mmd2(one, other, widths) == pytest.approx(by_hand(one, other, widths), abs=1e-5)


def test_two_opposite_points_have_a_known_distance():
    """All of one sample at e, all of the other at -e: 2 - 2 exp(-4 / 2)."""
    one = np.array([[1.0, 0.0]] * 3, np.float32)
    assert mmd.mmd2(one, -one, (1.0,)) == pytest.approx(2 - 2 * np.exp(-2))


def test_two_samples_of_one_source_have_none_on_average():
    """The estimate is unbiased: its mean over many draws is near zero, and it goes below."""
    drawn = [mmd.mmd2(vectors(2 * n, 30), vectors(2 * n + 1, 30), (1.0,)) for n in range(100)]
    assert abs(np.mean(drawn)) < 3 * np.std(drawn) / 10
    assert min(drawn) < 0


def test_the_median_distance_sets_the_widths():
    """Of two points one apart: the squared widths are the squared factors."""
    points = np.array([[1, 0], [0.5, np.sqrt(0.75)]], np.float32)
    assert mmd.widths(points) == pytest.approx([factor**2 for factor in mmd.FACTORS], rel=1e-4)


def test_the_null_is_the_estimate_of_a_window_against_the_rest(monkeypatch):
    """The fast sums and the plain estimate are one number, draw by draw."""
    monkeypatch.setattr(mmd, "NULLS", 5)
    history = vectors(2, 40)
    draw = np.random.default_rng((mmd.SEED, 10))
    widths = mmd.widths(history)
    for found in mmd.Benign(history).null(10):
        window = np.isin(np.arange(40), draw.choice(40, 10, replace=False))
        assert found == pytest.approx(mmd.mmd2(history[window], history[~window], widths), abs=1e-5)


def test_a_window_is_held_against_the_whole_history():
    """The statistic is the estimate with the history's own widths."""
    history, window = vectors(1, 50), vectors(2, 20)
    expected = mmd.mmd2(window, history, mmd.widths(history))
    assert mmd.Benign(history).statistic(window) == pytest.approx(expected, abs=1e-6)


def test_many_windows_at_once_are_scored_as_one_by_one():
    """Whatever rows they take."""
    benign, pool = mmd.Benign(vectors(1, 50)), vectors(2, 30)
    windows = np.array([[0, 1, 2, 3], [29, 5, 7, 1]])
    expected = [benign.statistic(pool[window]) for window in windows]
    assert benign.statistics(pool, windows) == pytest.approx(expected, abs=1e-5)


def test_benign_windows_pass_and_foreign_ones_do_not():
    """About one of twenty benign windows is above the threshold, a shifted one always."""
    benign = mmd.Benign(vectors(1, 1_000))
    alarms = [benign.statistic(vectors(10 + n, 30)) > benign.threshold(30) for n in range(100)]
    assert 0 < np.mean(alarms) < 0.15
    assert benign.statistic(vectors(5, 30, shift=1.0)) > benign.threshold(30)
