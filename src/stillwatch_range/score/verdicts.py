"""Reads the verdicts that a detector wrote, and lays them on the accounts of the labels.

Only the published format counts (docs/formats.md), so any detector can be scored that writes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from stillwatch.errors import InputError
from stillwatch_range.score.labels import Labels

LEVELS = ("none", "review", "act")
"""Weakest first; an account's level is its position here."""
CALLS = ("", "ordinary", "undecided", "relay", "harvest")


class People(Struct, frozen=True):
    """How many people a detector sees behind a subject, with its interval.

    Attributes:
        low: at least so many.
        best: the estimate; None where the detector gives a lower bound only.
        high: at most so many; None for no bound.
    """

    low: float
    best: float | None = None
    high: float | None = None


class Subject(Struct, frozen=True):
    """Whom a verdict is about: an account, or a group of accounts."""

    kind: str
    id: str
    accounts: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """The accounts; an account's verdict need not repeat its name."""
        return self.accounts or (self.id,)


class Verdict(Struct, frozen=True):
    """A verdict, as far as it is scored; the evidence is not."""

    subject: Subject
    verdict: Literal["relay", "harvest", "ordinary", "undecided"]
    level: Literal["act", "review", "none"]
    people: People | None = None


class Document(Struct, frozen=True):
    """What a detector writes."""

    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """Accounts that a detector points at as one thing.

    Attributes:
        level: position in `LEVELS`.
        rows: rows of the labels; accounts that the labels do not have are left out.
        size: number of accounts, with those.
    """

    level: int
    rows: NDArray[np.int64]
    size: int


@dataclass(frozen=True, slots=True)
class Judged:
    """Verdicts laid on the rows of the labels.

    Attributes:
        level: int8, position in `LEVELS`: the strongest of the account's own verdict and of the
            verdicts on groups that name it; 0 where no verdict speaks of it.
        call: int8, position in `CALLS` of the verdict that gave the level.
        people: float64 (rows, 3): low, best, high of the account's own verdict; best is NaN
            where there is only a lower bound, all are where there is nothing.
        groups: claims about several accounts.
        strangers: accounts in verdicts that the labels do not have.
    """

    level: NDArray[np.int8]
    call: NDArray[np.int8]
    people: NDArray[np.float64]
    groups: tuple[Claim, ...]
    strangers: int


def read(path: Path) -> Document:
    """Read a verdict file.

    Raises:
        InputError: the file is missing or not in the verdict format.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Document)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except msgspec.MsgspecError as error:
        raise InputError(
            f"{path} is not a file of verdicts: {error}.",
            "The format is drawn in docs/formats.md; `stillwatch hunt --json` writes it.",
        ) from error


def judge(labels: Labels, document: Document) -> Judged:
    """Lay verdicts on accounts; an account without one counts as `none`."""
    verdicts = document.verdicts
    named = [verdict.subject.named for verdict in verdicts]
    names = list(chain.from_iterable(named))
    lengths = np.fromiter(map(len, named), np.int64, len(named))
    rows = labels.rows_of(names)
    rank = np.array([LEVELS.index(verdict.level) for verdict in verdicts], np.int8)
    call = np.array([CALLS.index(verdict.verdict) for verdict in verdicts], np.int8)
    strongest, calls = _strongest(len(labels), rows, rank.repeat(lengths), call.repeat(lengths))
    starts = np.cumsum(lengths) - lengths
    groups = []
    for at in np.flatnonzero(lengths > 1):
        those = rows[starts[at] : starts[at] + lengths[at]]
        groups.append(Claim(int(rank[at]), those[those >= 0], len(those)))
    return Judged(
        level=strongest,
        call=calls,
        people=_people(len(labels), verdicts, lengths, rows[starts]),
        groups=tuple(groups),
        strangers=len({names[at] for at in np.flatnonzero(rows < 0)}),
    )


def _strongest(
    count: int, rows: NDArray[np.int64], rank: NDArray[np.int8], call: NDArray[np.int8]
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    # Of several values for one row the last assigned stays: the strongest, of equals the first.
    order = np.lexsort((-np.arange(len(rows)), rank))
    order = order[rows[order] >= 0]
    level = np.zeros(count, np.int8)
    calls = np.zeros(count, np.int8)
    level[rows[order]] = rank[order]
    calls[rows[order]] = call[order]
    return level, calls


def _people(
    count: int, verdicts: Sequence[Verdict], lengths: NDArray[np.int64], rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Estimates of verdicts on single accounts; `rows` holds the first row of each verdict."""
    people = np.full((count, 3), np.nan)
    for at in np.flatnonzero((lengths == 1) & (rows >= 0)).tolist():
        if seen := verdicts[at].people:
            people[rows[at]] = (seen.low, seen.best, seen.high)
    return people
