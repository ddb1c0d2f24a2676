"""Which environments an audit runs: few of them, but every two factors meet in all their levels.

A nearly orthogonal array for factors with any numbers of levels. Every level of a factor is taken
equally often; then levels are swapped within a column as long as that makes rows less alike. The
sum of the cubes of how alike two rows are is least exactly where any three factors are balanced
(H. Xu, "Minimum moment aberration for nonregular designs", Statistica Sinica 13, 2003). No two
columns multiply to a third, as they do in tables made by algebra: there, a mark that two factors
make together could not be told from one that a third factor takes part in.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillwatch.audit.recording import Factor

Table = NDArray[np.int64]
SWEEPS = 12
"""Enough: in trials with 32 and 64 rows the eighth sweep changed nothing any more."""
STARTS = 6
"""Swapping ends in the next best table, not the best; in trials with 32 rows half of the starts
left two factors that had not met in all their levels."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One run that is to be made.

    Attributes:
        environment: level of each factor by its name.
        repeat: which time this environment is run, from 0.
        order: place of the run in the audit, from 0.
    """

    environment: dict[str, str]
    repeat: int
    order: int


def environments(factors: Sequence[Factor], rows: int, seed: int) -> list[dict[str, str]]:
    """Choose environments.

    Args:
        factors: what is varied.
        rows: how many environments; at least as many as levels of any two factors together, if
            every two are to meet in all their levels.
        seed: of the choice.

    Returns:
        The level of each factor by its name, for each environment.
    """
    table = balanced([len(factor.levels) for factor in factors], rows, seed)
    return [
        {factor.name: factor.levels[level] for factor, level in zip(factors, row, strict=True)}
        for row in table.tolist()
    ]


def plan(chosen: Sequence[dict[str, str]], repeats: int, seed: int) -> list[Cell]:
    """Put runs into random order, one repeat of every environment after another.

    A change of the machine or of a service over time so meets all levels alike.

    Args:
        chosen: the environments.
        repeats: how often each is run.
        seed: of the order.
    """
    rng = np.random.default_rng([seed, 1])
    rounds = [(repeat, row) for repeat in range(repeats) for row in rng.permutation(len(chosen))]
    return [Cell(chosen[row], repeat, order) for order, (repeat, row) in enumerate(rounds)]


def strength(chosen: Sequence[dict[str, str]], most: int = 3) -> int:
    """Any how many factors meet in all combinations of the levels that occur.

    Args:
        chosen: the environments.
        most: where to stop looking.
    """
    names = sorted(chosen[0]) if chosen else []
    for size in range(1, most + 1):
        for group in itertools.combinations(names, size):
            seen = {tuple(row[name] for name in group) for row in chosen}
            levels = [len({row[name] for row in chosen}) for name in group]
            if len(seen) < int(np.prod(levels)):
                return size - 1
    return min(most, len(names))


def balanced(levels: Sequence[int], rows: int, seed: int) -> Table:
    """A nearly orthogonal array.

    Args:
        levels: number of levels of each column.
        rows: number of rows.
        seed: of its making.

    Returns:
        Levels from 0, one row an environment, one column a factor.
    """
    weights = np.asarray(levels)
    started = (_from(levels, rows, np.random.default_rng([seed, 0, n])) for n in range(STARTS))
    return min(started, key=lambda table: int((_alike(table, weights) ** 3).sum()))


def _from(levels: Sequence[int], rows: int, rng: np.random.Generator) -> Table:
    """Improve one table drawn at random as far as swaps go."""
    table = np.column_stack([rng.permutation(np.arange(rows) % count) for count in levels])
    weights = np.asarray(levels)
    for _ in range(SWEEPS):
        swaps = sum(_improve(table, weights, column, rng) for column in range(len(levels)))
        if not swaps:
            break
    return table


def _alike(table: Table, weights: Table) -> Table:
    """How alike every two rows are: the weights of the columns that they agree in."""
    same = table[:, None, :] == table[None, :, :]
    found: Table = (same * weights).sum(axis=2)
    return found


def _improve(table: Table, weights: Table, column: int, rng: np.random.Generator) -> int:
    """Make the swaps in one column that make rows less alike; how many there were."""
    rest = np.delete(np.arange(len(weights)), column)
    alike = _alike(table[:, rest], weights[rest])
    weight = int(weights[column])
    # What two rows cost more if they share a level of this column.
    cost = (alike + weight) ** 3 - alike**3
    np.fill_diagonal(cost, 0)
    values = table[:, column]
    return sum(_swap(values, cost, int(row)) for row in rng.permutation(len(table)))


def _swap(values: Table, cost: Table, row: int) -> bool:
    """Swap a row's level with the row that gains most by it; whether there was one."""
    level = values[row]
    by_level = np.stack([cost[:, values == other].sum(axis=1) for other in range(values.max() + 1)])
    here, there = by_level[level], by_level[values, np.arange(len(values))]
    gain = (here[row] - by_level[values, row]) + (there - by_level[level]) + 2 * cost[row]
    gain = np.where(values == level, 0, gain)
    best = int(gain.argmax())
    if gain[best] <= 0:
        return False
    values[row], values[best] = values[best], level
    return True
