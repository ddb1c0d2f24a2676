"""Peers that count: SEAT's pairs, addresses, and a threshold set on honest accounts."""

import numpy as np
import pytest

from stillwatch_range.peers import ip_count, seat
from stillwatch_range.peers.scores import calibrated
from stillwatch_range.peers.traffic import Stream


def test_pairs_are_counted_once():
    """Three copies are three pairs; a right angle is none."""
    queries = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], np.float32)
    assert seat.pairs(queries) == 3
    assert seat.pairs(queries[:0]) == 0


def test_pairs_depend_on_the_cosine():
    """A cosine of 0.95 is alike at 0.9 and not at 0.97."""
    queries = np.array([[1, 0], [0.95, np.sqrt(1 - 0.95**2)]], np.float32)
    assert (seat.pairs(queries), seat.pairs(queries, 0.97)) == (1, 0)


def addresses(*seen):
    return Stream([hour * 3_600.0 for hour, _ in seen], [ip for _, ip in seen], [""] * len(seen))


@pytest.mark.parametrize(
    ("stream", "most"),
    [
        (addresses((0, "a"), (1, "b"), (2, "a")), 2),
        (addresses((0, "a"), (23, "b"), (25, "c"), (60, "d")), 2),
        (addresses((0, "a"), (12, "b"), (23, "c"), (24, "d")), 3),
        (addresses((0, ""), (1, "a")), 1),
        (addresses(), 0),
    ],
)
def test_addresses_are_counted_within_a_day(stream, most):
    """The window moves; a day after its first exchange an address has left it."""
    assert ip_count.most_addresses(stream) == most


def test_a_tenth_of_the_accounts_is_reported_at_most():
    """The published point of work is one tenth of all accounts."""
    traffic = {str(n): addresses(*((0, f"{ip}") for ip in range(n))) for n in range(20)}
    scores = ip_count.score(traffic, None, lambda texts: texts)
    assert sum(value > scores.threshold for value in scores.values.values()) == 2


def test_a_calibrated_threshold_lets_one_of_a_thousand_pass():
    """Of 3,000 honest accounts three exceed it; of 900 none does."""
    values = np.arange(3_000.0)
    assert (values > calibrated(values, 3_000)).sum() == 3
    assert (values[:900] > calibrated(values[:900], 900)).sum() == 0


def test_accounts_without_a_score_count_as_honest_accounts():
    """A method that scores few accounts may report more of them."""
    assert calibrated([1.0, 2.0, 3.0], 2_000) == 1.0
    assert calibrated([], 2_000) == np.inf
