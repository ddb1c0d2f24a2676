"""Numbers for combinations of values: grouping by several columns at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Numbered:
    """Distinct combinations, numbered from 0 in the order of their values.

    Attributes:
        first: for each combination, the position where it stands first.
        number: for each position, its combination.
        size: for each combination, how often it stands.
    """

    first: Ints
    number: Ints
    size: Ints

    @property
    def count(self) -> int:
        """How many combinations there are."""
        return len(self.first)


def numbered(*columns: NDArray[np.integer]) -> Numbered:
    """Number the combinations of values in columns of one length.

    Each column is ranked by itself and the ranks are packed into one integer, which sorts several
    times faster than rows do.
    """
    packed = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        values, rank = np.unique(column, return_inverse=True)
        packed = packed * max(len(values), 1) + rank
        _, packed = np.unique(packed, return_inverse=True)  # small again: no overflow
    _, first, number, size = np.unique(
        packed, return_index=True, return_inverse=True, return_counts=True
    )
    return Numbered(first.astype(np.int64), number.astype(np.int64), size.astype(np.int64))
