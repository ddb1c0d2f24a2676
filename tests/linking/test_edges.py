"""How much it tells to share a thing."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.linking.edges import MOST, SHARED, rarity


def weigh(rows, total):
    """Weights of templates given as (anchors, owners); no two have the same owners."""
    anchors, degree = (np.array(column) for column in zip(*rows, strict=True))
    return rarity(anchors, degree, np.arange(len(rows)), total).tolist()


def test_the_weight_of_a_lone_template_is_its_formula():
    """Ten of a thousand owners: a pair shares it with chance 90 / 999,000."""
    assert math.isclose(weigh([(8, 100)], 1000)[0], math.log10(SHARED * 999_000 / 9900))


def test_a_popular_template_weighs_nothing():
    """What most owners share tells nothing about two of them."""
    assert weigh([(50, 900)], 1000)[0] <= 0


def test_a_short_template_weighs_less_among_many_short_ones():
    """Where hundreds of short wordings are shared by chance, one more tells little."""
    rows = [(3, 10)] * 300 + [(40, 10)]
    found = weigh(rows, 1000)
    assert found[-1] > found[0] + 1


def test_templates_of_the_same_owners_count_once():
    """A campaign with thirty wordings is one thing that is shared, not thirty."""
    anchors, degree = np.full(30, 20), np.full(30, 40)
    one = rarity(anchors[:1], degree[:1], np.zeros(1, int), 1000)[0]
    many = rarity(anchors, degree, np.zeros(30, int), 1000)
    assert np.allclose(many, one)


@given(
    st.lists(st.tuples(st.integers(3, 96), st.integers(2, 50)), min_size=1, max_size=30),
    st.integers(50, 10_000),
)
def test_weights_never_grow_with_popularity(rows, total):
    """Of templates of one length, the more popular one never weighs more; none exceeds the cap."""
    found = weigh(rows, total)
    for (anchors, degree), weight in zip(rows, found, strict=True):
        assert weight <= MOST
        for (other_anchors, other_degree), other in zip(rows, found, strict=True):
            if other_anchors == anchors and other_degree >= degree:
                assert other <= weight
