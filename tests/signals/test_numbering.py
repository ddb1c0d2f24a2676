"""Combinations of values are numbered in their order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.signals.numbering import numbered

values = st.sampled_from([-(2**63), -1, 0, 1, 7, 2**63 - 1])


@given(st.lists(st.tuples(values, values, values), max_size=40))
def test_combinations_are_numbered_in_the_order_of_their_values(rows):
    """Equal rows share a number, and numbers follow the sorted rows, for any int64 values."""
    columns = [np.array([row[place] for row in rows], np.int64) for place in range(3)]
    found = numbered(*columns)
    order = sorted(set(rows))
    assert [order[number] for number in found.number] == rows
    assert [rows[first] for first in found.first] == order
    assert found.size.tolist() == [rows.count(row) for row in order]
