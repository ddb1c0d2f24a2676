"""Sets that are nearly equal, found by their signatures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.linking.minhash import Sets, mixed, nearly_equal, signatures

MEMBERS = st.sets(st.integers(0, 2**64 - 1), min_size=1, max_size=30)


def labels(sets):
    """The label of each set."""
    members = np.array([one for held in sets for one in held], dtype=np.uint64)
    starts = np.cumsum([0, *(len(held) for held in sets)])[:-1]
    return nearly_equal(signatures(Sets(members, starts))).tolist()


@settings(deadline=None)
@given(st.lists(MEMBERS, min_size=1, max_size=8))
def test_equal_sets_have_one_label_in_any_order_of_members(sets):
    """A set and itself backwards are the same set, wherever they stand."""
    backwards = [list(reversed(list(held))) for held in sets]
    found = labels([*map(list, sets), *backwards])
    assert found[: len(sets)] == found[len(sets) :]


@settings(deadline=None)
@given(st.sets(st.integers(0, 2**64 - 1), min_size=20, max_size=60))
def test_sets_without_a_common_member_are_kept_apart(members):
    """Halves of a set share nothing."""
    held = sorted(members)
    half = len(held) // 2
    assert labels([held[:half], held[half:]]) == [0, 1]


@pytest.mark.parametrize(("common", "together"), [(95, 1.0), (90, 0.95), (50, 0.1), (20, 0.0)])
def test_how_alike_sets_must_be(common, together):
    """Of pairs with so many members in a hundred in common, that share has one label."""
    rng = np.random.default_rng(7)
    same = 0
    for _ in range(200):
        drawn = rng.integers(0, 2**63, 200 - common).tolist()
        one, two = drawn[:100], drawn[:common] + drawn[100:]
        same += labels([one, two]) == [0, 0]
    # With `common` of a hundred members each, the Jaccard index is common / (200 - common).
    if together >= 0.5:
        assert same / 200 >= together
    else:
        assert same / 200 <= together


def test_no_sets_have_no_labels():
    """Nothing in, nothing out."""
    assert labels([]) == []


@given(st.lists(st.integers(0, 2**64 - 1), unique=True))
def test_mixing_keeps_numbers_apart(values):
    """Different numbers stay different."""
    assert len(set(mixed(np.array(values, dtype=np.uint64)).tolist())) == len(values)
