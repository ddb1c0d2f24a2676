"""PRADA's distances and its test of normality."""

import numpy as np
import pytest
from scipy.stats import shapiro

from stillwatch_range.peers.prada import growing_distances, normality, score
from stillwatch_range.peers.traffic import Stream


def unit(rows):
    rows = np.asarray(rows, np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def on_circle(*degrees):
    angles = np.radians(degrees)
    return unit(np.stack([np.cos(angles), np.sin(angles)], axis=1))


def test_distances_go_to_the_nearest_member_of_the_growing_set():
    """The third query is a near copy: it is measured, and stays out of the set."""
    distances = growing_distances(on_circle(0, 60, 61, 62))
    chord = [2 * np.sin(np.radians(angle) / 2) for angle in (60, 1, 2)]
    assert distances == pytest.approx(chord, abs=1e-3)


def test_growing_distances_equal_the_plain_algorithm():
    """Written out slowly, query by query."""
    queries = unit(np.random.default_rng(4).normal(size=(80, 5)))
    held, joined, expected = [queries[0]], [], []
    for query in queries[1:]:
        nearest = min(float(np.linalg.norm(query - other)) for other in held)
        expected.append(nearest)
        if not joined or nearest > np.mean(joined) - np.std(joined):
            held.append(query)
            joined.append(nearest)
    assert growing_distances(queries) == pytest.approx(expected, abs=1e-3)


def test_normal_distances_look_normal_and_two_heaps_do_not():
    """W is near one for a bell, far below 0.9 for two heaps."""
    bell = np.random.default_rng(1).normal(size=500)
    assert normality(bell) == pytest.approx(
        shapiro(bell[np.abs(bell) <= 3 * bell.std()])[0], abs=0.01
    )
    assert normality(np.repeat([0.1, 0.9], 100)) < 0.7
    assert normality(np.full(200, 0.3)) == 0


def test_outliers_are_cut_before_the_test():
    """One far value does not make a bell look odd."""
    bell = np.random.default_rng(1).normal(size=500)
    assert normality(np.append(bell, 60)) > 0.98


def test_an_account_is_scored_from_its_hundredth_distance_on():
    """A hundred queries are 99 distances: not enough."""

    def encode(texts):
        return unit(np.random.default_rng(1).normal(size=(len(texts), 4)))

    few, many = (Stream([0.0] * n, [""] * n, ["x"] * n) for n in (100, 101))
    assert set(score({"few": few, "many": many}, None, encode).values) == {"many"}
