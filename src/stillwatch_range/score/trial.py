"""How soon a detector finds whom: it is run on more and more of the traffic.

For each guilty account and group: the first cut at which it stands at `review` and at `act`, the
exchanges that it had made by then and the hours since its first one. A cut is the earliest moment
that the trial can see, so both are upper bounds; finer cuts make them tighter. What is never found
counts as infinite in the medians, and its share is told.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from stillwatch.errors import EngineError, InputError, SettingsError
from stillwatch_range.layout import ACCOUNTS, LABELS
from stillwatch_range.score import verdicts
from stillwatch_range.score.board import HALF
from stillwatch_range.score.captures import capture_files
from stillwatch_range.score.cuts import prefixes
from stillwatch_range.score.intervals import Middle, Share, median, share
from stillwatch_range.score.labels import GUILTY, Labels, Names, read

PLACES = ("{captures}", "{accounts}", "{verdicts}")
TAIL = 800
Watch = Callable[[float], None]


class Soon(Struct, frozen=True):
    """How soon the accounts or groups of a family reach a level.

    Attributes:
        kind, family, ladder: as in the labels; `ladder` is the rung of the hardening ladder.
        unit: `account` or `group`.
        level: `review` or `act`.
        missed: share that does not reach the level by the last cut.
        exchanges: median exchanges of the account, or of the whole group, by then.
        hours: median hours since its first exchange.
    """

    kind: str
    family: str
    ladder: str
    unit: str
    level: str
    missed: Share
    exchanges: Middle
    hours: Middle


class Trial(Struct, frozen=True):
    """What a trial measured; `cuts_h` are hours since the start of the traffic."""

    scenario: str
    seed: int
    command: tuple[str, ...]
    cuts_h: tuple[float, ...]
    soon: tuple[Soon, ...]


def trial(
    folder: Path, cuts_h: Sequence[float], command: Sequence[str], watch: Watch | None = None
) -> Trial:
    """Run a detector on growing prefixes of a scenario's traffic.

    Args:
        folder: what `range make` wrote: captures and labels.
        cuts_h: hours since the start of the traffic, in any order.
        command: the detector's command, with `{captures}` (a folder), `{accounts}` (the file in
            it) and `{verdicts}` (the file to write) in its arguments.
        watch: is told each cut before it is run.

    Raises:
        SettingsError: there is no cut, or the command has no `{captures}` or `{verdicts}`.
        InputError: the folder does not hold a scenario's traffic.
        EngineError: the detector wrote no verdicts.
    """
    cuts = sorted(set(cuts_h))
    _check(cuts, command)
    labels = read(folder / LABELS)
    with TemporaryDirectory(prefix="range-trial-") as place:
        parts = prefixes(capture_files(folder), Path(place), labels.head.start, cuts)
        levels = []
        for cut, part in zip(cuts, parts, strict=True):
            if watch:
                watch(cut)
            levels.append(_run(labels, command, part, Path(place) / "verdicts.json"))
            shutil.rmtree(part)
    soon = tuple(_soon(labels, cuts, np.array(levels)))
    head = labels.head
    return Trial(head.scenario, head.seed, tuple(command), tuple(cuts), soon)


def _check(cuts: Sequence[float], command: Sequence[str]) -> None:
    if not cuts or cuts[0] <= 0:
        raise SettingsError("A trial needs cuts, in hours after the start.", "Say --at 6 --at 24.")
    for place in ("{captures}", "{verdicts}"):
        if not any(place in word for word in command):
            raise SettingsError(
                f"The detector's command has no {place}.",
                "For example: -- stillwatch hunt {captures} --json {verdicts}",
            )


def _run(labels: Labels, command: Sequence[str], part: Path, out: Path) -> NDArray[np.int8]:
    """Level of each account after the detector has seen a prefix."""
    if not any(part.glob("*.zst")):
        return np.zeros(len(labels), np.int8)
    out.unlink(missing_ok=True)
    paths = (str(part), str(part / ACCOUNTS), str(out))
    words = [_fill(word, paths) for word in command]
    try:
        done = subprocess.run(words, check=False, capture_output=True, text=True)  # noqa: S603
    except OSError as error:
        raise SettingsError(f"{words[0]} cannot be started: {error.strerror}.") from error
    try:
        return verdicts.judge(labels, verdicts.read(out)).level
    except InputError as error:
        sys.stderr.write(done.stderr[-TAIL:])
        raise EngineError(
            f"{words[0]} ended with {done.returncode} and without verdicts: {error.message}"
        ) from error


def _fill(word: str, paths: Sequence[str]) -> str:
    for place, path in zip(PLACES, paths, strict=True):
        word = word.replace(place, path)
    return word


def _soon(labels: Labels, cuts: Sequence[float], levels: NDArray[np.int8]) -> Iterator[Soon]:
    seen = labels.exchanges > 0
    guilty = np.flatnonzero(labels.guilty & seen)
    group = labels.group.codes[guilty].astype(np.int64)
    for name in ("review", "act"):
        hit = levels[:, guilty] >= verdicts.LEVELS.index(name)
        accounts = _Found(labels, cuts, guilty, np.arange(len(guilty)), hit)
        groups = _Found(labels, cuts, guilty, group, hit)
        for kind, family, ladder, here in _families(labels, guilty):
            yield accounts.soon((kind, family, ladder, "account", name), here, group)
            yield groups.soon((kind, family, ladder, "group", name), np.unique(group[here]), None)


class _Found:
    """When units (accounts or groups) are found, at least half of each."""

    def __init__(
        self,
        labels: Labels,
        cuts: Sequence[float],
        rows: NDArray[np.int64],
        unit: NDArray[np.int64],
        hit: NDArray[np.bool_],
    ) -> None:
        self.cuts = np.array(cuts, np.float64)
        self.count = int(unit.max()) + 1 if len(unit) else 0
        size = np.bincount(unit, minlength=self.count)
        share_hit = np.array([np.bincount(unit[one], minlength=self.count) for one in hit])
        found = (share_hit >= HALF * size) & (size > 0)
        self.first = np.where(found.any(axis=0), found.argmax(axis=0), len(cuts))
        self._count(labels, rows, unit)

    def _count(self, labels: Labels, rows: NDArray[np.int64], unit: NDArray[np.int64]) -> None:
        """Exchanges until found, and the hour of the first one."""
        starts = np.concatenate([[0], labels.hour_ends[:-1]])
        lengths = labels.hour_ends[rows] - starts[rows]
        at = np.repeat(starts[rows] - (np.cumsum(lengths) - lengths), lengths)
        at += np.arange(len(at))
        unit_of = np.repeat(unit, lengths)
        hours, counts = labels.hours[at], labels.hour_counts[at]
        until = np.append(self.cuts, np.inf)[self.first]
        before = hours < until[unit_of]
        total = np.bincount(unit_of[before], counts[before], minlength=self.count)
        begun = np.full(self.count, np.inf)
        np.minimum.at(begun, unit_of, hours)
        never = np.isinf(until)
        self.exchanges = np.where(never, np.inf, total)
        self.hours = np.where(never, np.inf, until - np.where(np.isinf(begun), 0.0, begun))

    def soon(
        self,
        names: tuple[str, str, str, str, str],
        units: NDArray[np.int64],
        cluster: NDArray[np.int64] | None,
    ) -> Soon:
        alike = units if cluster is None else cluster[units]
        return Soon(
            *names,
            missed=share(self.first[units] == len(self.cuts), alike),
            exchanges=median(self.exchanges[units], alike),
            hours=median(self.hours[units], alike),
        )


def _families(
    labels: Labels, rows: NDArray[np.int64]
) -> Iterator[tuple[str, str, str, NDArray[np.int64]]]:
    columns: tuple[Names, ...] = (labels.kind, labels.family, labels.level)
    keys = np.stack([column.codes[rows] for column in columns], axis=1)
    names = [
        (*(column.values[code] for column, code in zip(columns, key, strict=True)), key)
        for key in np.unique(keys, axis=0)
    ]
    for kind, family, ladder, key in sorted(
        names, key=lambda one: (GUILTY.index(one[0]), *one[1:3])
    ):
        yield kind, family, ladder, np.flatnonzero((keys == key).all(axis=1))
