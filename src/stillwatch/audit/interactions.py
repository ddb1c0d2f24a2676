"""Which factors explain a difference: the shortest rule that gives what every environment sent.

That a place depends on the environment is settled by exact tests before. Here the question is only
on what of it. Where all repeats of an environment agree, the tool follows a rule, and a cause has
to fit every environment: sets of one to three factors are weighed by the length of the table that
would be needed, and by the environments that do not fit. Where repeats differ, as when a mark is
sent only now and then, rules are weighed by how well they tell where it is sent. Causes that weigh
nearly the same cannot be told apart by this audit, and are named as rivals.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillwatch.audit.attribute import Test
from stillwatch.audit.attribute_rules import Rules
from stillwatch.audit.model import AWAY, Codes, Column
from stillwatch.audit.recording import Factor, Run

MISFIT_BITS = 16.0
"""What an environment counts that does not do as the table says, though its repeats agree. More
than the table of a third factor of two levels: only another factor can explain it."""
FACTOR_BITS = 5.0
"""What each factor of a rule counts where repeats differ: among many rules, some fit by luck."""
MOST_FACTORS = 3
LEAST_EXPLAINED = 0.8
"""Share of environments that a cause must foretell from the others, to be named."""
RIVAL_BITS = 4.0
"""Causes that are not more than this longer than the shortest are named beside it."""
Cells = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A cause that was weighed.

    Attributes:
        factors: their names.
        bits: length of the cause with what it does not explain.
        explained: share of environments (of runs, where repeats differ) that it gives right.
        cells: group of levels that each run falls into; runs of a group are sent the same.
        fits: whether every environment does as the cause says.
    """

    factors: tuple[str, ...]
    bits: float
    explained: float
    cells: Cells
    fits: bool = False


@dataclass(frozen=True, slots=True)
class Design:
    """The runs as numbers.

    Attributes:
        factors: what was varied.
        levels: number of the level of each factor (columns) in each run (rows).
        environments: number of the environment of each run.
        repeats: which time it was run.
    """

    factors: tuple[Factor, ...]
    levels: Codes
    environments: Codes
    repeats: Codes


def design(factors: Sequence[Factor], runs: Sequence[Run]) -> Design:
    """The runs as numbers.

    Args:
        factors: what was varied.
        runs: the runs.
    """
    levels = [[f.levels.index(run.environment[f.name]) for f in factors] for run in runs]
    table = np.asarray(levels, dtype=np.int64).reshape(len(runs), len(factors))
    _, environments = np.unique(table, axis=0, return_inverse=True)
    repeats = np.asarray([run.repeat for run in runs], dtype=np.int64)
    return Design(tuple(factors), table, environments.reshape(-1).astype(np.int64), repeats)


def steady(codes: Codes, environments: Codes) -> bool:
    """Whether all repeats of every environment agree.

    Args:
        codes: what each run sent; `AWAY` is left out.
        environments: number of the environment of each run.
    """
    there = codes != AWAY
    pairs = np.unique(np.stack([environments[there], codes[there]]), axis=1)
    return bool(len(np.unique(pairs[0])) == pairs.shape[1])


def causes(column: Column, test: Test, made: Design, families: Sequence[Rules]) -> list[Weighed]:
    """Causes of a difference, the shortest first; those much longer than it are left out.

    Args:
        column: the place.
        test: the test that found it.
        made: the runs.
        families: the rules that were tested.

    Returns:
        None that foretells less than `LEAST_EXPLAINED` of the environments where repeats agree.
    """
    codes = seen(column, test)
    if steady(codes, made.environments):
        weighed = [one for one in _tables(codes, made) if one.explained >= LEAST_EXPLAINED]
    else:
        weighed = _rules(codes, families)
    weighed.sort(key=lambda one: (one.bits, len(one.factors)))
    best = weighed[:1]
    # The same cause with a factor more is no rival.
    best += [
        one
        for one in weighed[1:]
        if one.bits <= weighed[0].bits + RIVAL_BITS
        and not set(weighed[0].factors) < set(one.factors)
    ]
    return best


def seen(column: Column, test: Test) -> Codes:
    """What each run sent, as the cause has to explain it.

    Quantities count as beyond the cut or not; so do values that differ between repeats.

    Args:
        column: the place.
        test: the test that found it.
    """
    if column.figures is None or test.sign is None:
        return column.codes
    found: Codes = np.where(column.codes == AWAY, AWAY, test.sign.runs.astype(np.int64))
    return found


def _tables(codes: Codes, made: Design) -> list[Weighed]:
    """Sets of factors as tables from levels to values."""
    there = codes != AWAY
    _, first = np.unique(made.environments[there], return_index=True)
    levels, values = made.levels[there][first], codes[there][first]
    found: list[Weighed] = []
    for size in range(1, MOST_FACTORS + 1):
        if any(one.fits and one.explained >= LEAST_EXPLAINED for one in found):
            break  # a cause of fewer factors does it
        for chosen in itertools.combinations(range(len(made.factors)), size):
            shape = tuple(len(made.factors[at].levels) for at in chosen)
            groups, bits, misfits, explained = _table(levels[:, chosen], values, shape)
            bits += math.log2(math.comb(len(made.factors), size)) + misfits * MISFIT_BITS
            cells = groups[np.ravel_multi_index(tuple(made.levels[:, chosen].T), shape)]
            names = tuple(made.factors[at].name for at in chosen)
            found.append(Weighed(names, bits, explained, cells, fits=misfits == 0))
    return found


def _table(levels: Codes, values: Codes, shape: tuple[int, ...]) -> tuple[Cells, float, int, float]:
    """One table: the group of each cell, its length, what does not fit, how much it foretells."""
    cells = np.ravel_multi_index(tuple(levels.T), shape)
    kinds = int(values.max()) + 1
    counts = np.zeros((math.prod(shape), kinds))
    np.add.at(counts, (cells, values), 1)
    usual = int(counts.sum(axis=0).argmax())
    table = np.where(counts.any(axis=1), counts.argmax(axis=1), usual)
    groups, merging = _merged(table.reshape(shape))
    flat = groups.reshape(-1)
    per_value = math.log2(max(2, len(np.unique(values))))
    bits = 2 * len(shape) + merging + (int(flat.max()) + 1) * per_value
    misfits = int((table[cells] != values).sum())
    grouped = np.zeros((int(flat.max()) + 1, kinds))
    np.add.at(grouped, (flat[cells], values), 1)
    return flat, bits, misfits, _foretold(grouped)


def _merged(table: Cells) -> tuple[Cells, float]:
    """Levels of each factor that do the same, as one; and the bits to say which."""
    bits, numbers = 0.0, []
    for axis in range(table.ndim):
        slices = np.moveaxis(table, axis, 0).reshape(table.shape[axis], -1)
        _, number = np.unique(slices, axis=0, return_inverse=True)
        number = number.reshape(-1)
        kinds = int(number.max()) + 1
        bits += len(number) * math.log2(kinds) if kinds > 1 else 0.0
        numbers.append(number)
    shape = tuple(int(number.max()) + 1 for number in numbers)
    groups = np.ravel_multi_index(tuple(np.ix_(*numbers)), shape)
    return groups, bits


def _foretold(counts: NDArray[np.float64]) -> float:
    """Share of environments whose value is the commonest among the others of their group."""
    top = counts.max(axis=1, keepdims=True)
    # Without itself, an environment of the commonest value has one fellow less.
    right = np.where((counts == top) & (counts > 1), counts, 0)
    ties = (counts == top).sum(axis=1, keepdims=True) > 1
    return float(np.where(ties, 0, right).sum() / counts.sum())


def _rules(codes: Codes, families: Sequence[Rules]) -> list[Weighed]:
    """Rules by how well they tell in which runs the value is sent that is not the usual one."""
    there = codes != AWAY
    best: dict[tuple[str, ...], Weighed] = {}
    for code in range(int(codes.max()) + 1):
        marked = (codes == code)[there].astype(np.float64)
        if not 2 <= marked.sum() < len(marked):
            continue
        for rules in families:
            for names, bits, cells in _weighed(marked, there, rules):
                if names not in best or bits < best[names].bits:
                    best[names] = Weighed(names, bits, _right(codes, cells), cells)
    return list(best.values())


def _weighed(
    marked: NDArray[np.float64], there: NDArray[np.bool_], rules: Rules
) -> list[tuple[tuple[str, ...], float, Cells]]:
    """The best rule of each set of factors in a family."""
    if not len(rules.masks):
        return []
    masks = rules.masks[:, there].astype(np.float64)
    inside, both = masks.sum(axis=1), masks @ marked
    bits = _entropy(both, inside) + _entropy(marked.sum() - both, len(marked) - inside)
    bits += math.log2(len(marked)) + math.log2(len(rules.masks))
    bits += FACTOR_BITS * max(len(levels) for levels in rules.levels)
    found: dict[tuple[str, ...], int] = {}
    for row in np.argsort(bits, kind="stable")[:64].tolist():
        found.setdefault(tuple(name for name, _ in rules.levels[row]), row)
    return [
        (names, float(bits[row]), rules.masks[row].astype(np.int64)) for names, row in found.items()
    ]


def _entropy(marked: NDArray[np.float64], number: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bits to say which of some runs are marked."""
    share = np.clip(marked / np.maximum(number, 1), 1e-12, 1 - 1e-12)
    found: NDArray[np.float64] = -number * (
        share * np.log2(share) + (1 - share) * np.log2(1 - share)
    )
    return found


def _right(codes: Codes, cells: Cells) -> float:
    there = codes != AWAY
    counts = np.zeros((2, int(codes.max()) + 1))
    np.add.at(counts, (cells[there], codes[there]), 1)
    return float(counts.max(axis=1).sum() / counts.sum())
