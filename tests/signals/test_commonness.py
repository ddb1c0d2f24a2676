"""What a group has in common weighs by how rare it is."""

import numpy as np

from stillwatch.signals.commonness import log10_shared, share_of_others


def test_rare_things_weigh_and_popular_ones_do_not():
    """The same ten of ten, at falling popularity."""
    weights = [log10_shared(10, 10, share) for share in (0.9, 0.3, 0.1, 0.01, 0.001)]
    assert weights[0] <= 0
    assert weights == sorted(weights)
    assert weights[1] == 0
    assert weights[-1] > 1.5


def test_the_search_is_paid_for():
    """A window chosen among twenty weighs less, and is never turned against."""
    assert log10_shared(4, 10, 0.02, tried=20) <= log10_shared(4, 10, 0.02)
    assert log10_shared(4, 10, 0.02, tried=1e9) == 0


def test_the_one_through_whom_it_was_found_does_not_count():
    """Whatever is looked for, somebody has it."""
    assert log10_shared(1, 1, 0.001) == 0
    assert log10_shared(1, 4, 0.001) < 0


def test_nothing_shared_speaks_against():
    """Where most others share it and the group does not."""
    assert log10_shared(0, 10, 0.5) < 0
    assert log10_shared(0, 0, 0.5) == 0


def test_honest_groups_rarely_pass():
    """Groups drawn from the null, whose share strays around everybody's."""
    draw = np.random.default_rng(1)
    weights = [
        log10_shared(1 + draw.binomial(12, draw.beta(3 * share, 3 - 3 * share)), 13, share)
        for share in draw.choice([0.01, 0.05, 0.2, 0.5], 2000)
    ]
    assert np.mean(np.array(weights) > 0.5) < 0.02


def test_a_share_is_never_certain():
    """However few there are to judge it by."""
    assert share_of_others(0, 0) == 0.5
    assert 0 < share_of_others(0, 10) < share_of_others(10, 10) < 1
