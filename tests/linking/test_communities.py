"""Which things belong together."""

import numpy as np

from stillwatch.linking.communities import Edges, communities, together
from stillwatch.linking.ties import KIND, Ties


def ties_of(owners_of):
    """Things, each with the owners named."""
    thing = [place for place, owners in enumerate(owners_of) for _ in owners]
    owner = [one for owners in owners_of for one in sorted(owners)]
    count = len(owners_of)
    return Ties(
        np.full(count, "template", dtype=KIND),
        np.arange(count),
        np.full(count, 2.0),
        np.ones(count, dtype=bool),
        np.array(thing),
        np.array(owner),
        np.zeros(len(thing), np.int64),
        np.ones(len(thing), np.int64),
    )


def test_things_of_the_same_owners_are_together():
    """Two things of the same ten owners are one community, a third of others is not in it."""
    found = together(ties_of([range(10), range(1, 10), range(20, 30)]), owners=1000)
    assert found.tolist() == [0, 0, 2]


def test_wording_that_two_campaigns_share_does_not_join_them():
    """Half of its owners are the owners of either: too few."""
    found = together(ties_of([range(10), range(10, 20), range(20)]), owners=1000)
    assert found.tolist() == [0, 1, 2]


def test_chance_joins_nothing():
    """Things that most owners share overlap by chance alone."""
    found = together(ties_of([range(70), range(60)]), owners=100)
    assert found.tolist() == [0, 1]


def test_a_copier_costs_little_and_joins_nothing():
    """An owner of two thousand things does not bring them together."""
    things = [[10 * place + step for step in range(5)] + [-1] for place in range(2000)]
    found = together(ties_of([sorted(one) for one in things]), owners=100_000)
    assert found.tolist() == list(range(2000))


def test_communities_are_the_same_in_every_run():
    """A graph with no clear communities still gets one answer."""
    rng = np.random.default_rng(3)
    left, right = np.sort(rng.integers(0, 400, (2, 3000)), axis=0)
    kept = left < right
    edges = Edges(left[kept], right[kept], rng.random(int(kept.sum())))
    first = communities(edges, 400)
    assert 2 <= len(np.unique(first)) < 400
    for _ in range(5):
        assert np.array_equal(communities(edges, 400), first)
