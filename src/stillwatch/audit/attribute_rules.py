"""Rules by which a tool could choose what it sends: levels of one factor, or of two together."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from stillwatch.audit.recording import Factor, Run

Mask = NDArray[np.bool_]
Levels = tuple[tuple[str, frozenset[str]], ...]
MOST_LEVELS = 8
"""Up to here every set of levels is a rule; beyond, only each level and all but each."""


class Family(StrEnum):
    """Tests that share a part of the error that an audit may make."""

    LEVEL = "level"
    """One level of a factor against the others."""
    LEVELS = "levels"
    """Several levels of a factor against the others."""
    PAIR = "pair"
    """A level of one factor together with a level of another."""
    PAIRS = "pairs"
    """Likewise, of one or both all levels but one."""
    REPEATS = "repeats"
    """Whether repeats of an environment are more alike than environments are."""


SHARES = {
    Family.LEVEL: 0.35,
    Family.LEVELS: 0.1,
    Family.PAIR: 0.25,
    Family.PAIRS: 0.1,
    Family.REPEATS: 0.2,
}
"""How the error that an audit may make is split."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a family.

    Attributes:
        family: which.
        levels: of each rule, the levels that it asks for.
        masks: of each rule, the runs that it takes in; rules in rows.
    """

    family: Family
    levels: list[Levels]
    masks: Mask


def rules(factors: Sequence[Factor], runs: Sequence[Run]) -> list[Rules]:
    """Every rule that is tested, without those that take in the same runs as an earlier one.

    Args:
        factors: what was varied.
        runs: the runs.
    """
    seen: set[bytes] = set()
    made = []
    families = (
        (Family.LEVEL, _single),
        (Family.LEVELS, _several),
        (Family.PAIR, _cells),
        (Family.PAIRS, _pairs),
    )
    for family, make in families:
        kept: list[Levels] = []
        masks: list[Mask] = []
        for levels in make(factors):
            mask = taken(levels, runs)
            if not 0 < mask.sum() < len(runs) or mask.tobytes() in seen:
                continue
            seen.add(mask.tobytes())
            kept.append(levels)
            masks.append(mask)
        shape = (len(masks), len(runs))
        made.append(Rules(family, kept, np.asarray(masks, dtype=np.bool_).reshape(shape)))
    return made


def taken(levels: Levels, runs: Sequence[Run]) -> Mask:
    """Which runs a rule takes in.

    Args:
        levels: the levels that it asks for.
        runs: the runs.
    """
    masks = [[run.environment.get(name) in among for run in runs] for name, among in levels]
    found = np.ones(len(runs), dtype=np.bool_)
    for mask in masks:
        found &= np.asarray(mask, dtype=np.bool_)
    return found


def _sides(factor: Factor) -> Iterator[frozenset[str]]:
    """Each level, and all but each."""
    every = frozenset(factor.levels)
    for level in factor.levels:
        yield frozenset({level})
        if len(every) > 2:
            yield every - {level}


def _single(factors: Sequence[Factor]) -> Iterator[Levels]:
    for factor in factors:
        for side in _sides(factor):
            yield ((factor.name, side),)


def _several(factors: Sequence[Factor]) -> Iterator[Levels]:
    for factor in factors:
        if len(factor.levels) > MOST_LEVELS:
            continue
        for size in range(2, len(factor.levels) - 1):
            for among in itertools.combinations(factor.levels, size):
                yield ((factor.name, frozenset(among)),)


def _cells(factors: Sequence[Factor]) -> Iterator[Levels]:
    for one, other in itertools.combinations(factors, 2):
        for first, second in itertools.product(one.levels, other.levels):
            yield ((one.name, frozenset({first})), (other.name, frozenset({second})))


def _pairs(factors: Sequence[Factor]) -> Iterator[Levels]:
    for one, other in itertools.combinations(factors, 2):
        for first, second in itertools.product(_sides(one), _sides(other)):
            yield ((one.name, first), (other.name, second))
