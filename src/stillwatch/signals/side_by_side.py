"""How much of an account's typing happens side by side in conversations that share nothing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillwatch.signals.model import Tables
from stillwatch.signals.numbering import numbered
from stillwatch.signals.typed_turns import SECOND_US, TypedTurns, typed_turns
from stillwatch.signals.unrelated import unrelated_groups

BIN_US = 600 * SECOND_US
RUSH_US = 5 * SECOND_US
"""Nobody reads one conversation, types and turns to another within this time: 2 of 2,374 pairs of
turns of real developers did (`benchmarks/derive_null.py`)."""
MOMENT_US = 2 * SECOND_US

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class SideBySide:
    """Counts for every account, in the order of `turns.accounts`.

    Attributes:
        turns: all typed turns.
        group: for each turn, its group of related conversations.
        groups: groups with typed turns.
        further: typed turns beyond the first in their ten minutes.
        elsewhere: groups beyond the first in their ten minutes.
        pairs: neighbouring turns less than ten minutes apart.
        rushed: pairs less than five seconds apart in different groups.
        peak: most groups typed in within the same ten minutes.
        at_once: most groups typed in within two seconds, reached at least twice.
        busiest_hour: most typed turns within an hour of the clock.
    """

    turns: TypedTurns
    group: Ints
    groups: Ints
    further: Ints
    elsewhere: Ints
    pairs: Ints
    rushed: Ints
    peak: Ints
    at_once: Ints
    busiest_hour: Ints


def side_by_side(tables: Tables) -> SideBySide:
    """Count what happens side by side, account by account."""
    turns = typed_turns(tables)
    group = unrelated_groups(tables, turns)
    count = len(turns.accounts)
    bins = _in_bins(turns, group, BIN_US)
    moments = _in_bins(turns, group, MOMENT_US)
    near, rushed = neighbours(turns, group)
    typed = np.bincount(turns.account, minlength=count)
    hours = _in_bins(turns, np.arange(len(group)), 3600 * SECOND_US)
    return SideBySide(
        turns=turns,
        group=group,
        groups=_by(turns.account[numbered(turns.account, group).first], count),
        further=(typed - _by(bins[0], count)).astype(np.int64),
        elsewhere=np.bincount(bins[0], bins[1] - 1, minlength=count).astype(np.int64),
        pairs=_by(turns.account[1:][near], count),
        rushed=_by(turns.account[1:][rushed], count),
        peak=_highest(*bins, count, rank=1),
        at_once=_highest(*moments, count, rank=2),
        busiest_hour=_highest(*hours, count, rank=1),
    )


def neighbours(turns: TypedTurns, group: Ints) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each turn but the first: is it near the one before, and is it rushed?

    Turns are neighbours when they follow each other in one account; see `SideBySide`.
    """
    gap = np.diff(turns.ts_us)
    same = turns.account[1:] == turns.account[:-1]
    return same & (gap < BIN_US), same & (gap < RUSH_US) & (group[1:] != group[:-1])


def _in_bins(turns: TypedTurns, group: Ints, width_us: int) -> tuple[Ints, Ints]:
    """For each stretch of time with typed turns: its account, and how many groups are typed in."""
    stretch = turns.ts_us // width_us
    distinct = numbered(turns.account, stretch, group).first
    stretches = numbered(turns.account[distinct], stretch[distinct])
    return turns.account[distinct][stretches.first], stretches.size


def _by(account: Ints, count: int) -> Ints:
    return np.bincount(account, minlength=count).astype(np.int64)


def _highest(account: Ints, value: Ints, count: int, rank: int) -> Ints:
    """For each account, its highest value, or the second highest with rank 2; 0 without any."""
    order = np.lexsort((-value, account))
    ordered = account[order]
    place = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    chosen = place == rank - 1
    result = np.zeros(count, np.int64)
    result[ordered[chosen]] = value[order][chosen]
    return result
