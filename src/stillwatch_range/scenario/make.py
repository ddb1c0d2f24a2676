"""Makes a scenario's traffic: captures and accounts for detectors, labels for the scoreboard."""

import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

from stillwatch.errors import SettingsError
from stillwatch_range.cell import run
from stillwatch_range.layout import ACCOUNTS, CAPTURES, LABELS
from stillwatch_range.model import World
from stillwatch_range.scenario.file import Scenario
from stillwatch_range.scenario.plan import CellPlan, shards
from stillwatch_range.scenario.writer import Shard, account_row, write_rows
from stillwatch_range.score.labels import FORMAT, Head, Row, write
from stillwatch_range.upstream.provider import ProviderSettings, ScriptedProvider


@dataclass(frozen=True, slots=True)
class Made:
    """What was made.

    Attributes:
        exchanges, accounts: how many.
        bytes: size of the captures before compression.
        seconds: how long it took.
        folder: where it lies.
    """

    exchanges: int
    accounts: int
    bytes: int
    seconds: float
    folder: Path


@dataclass(frozen=True, slots=True)
class _Task:
    number: int
    plans: list[CellPlan]
    world: World
    folder: Path


@dataclass(frozen=True, slots=True)
class _Result:
    exchanges: int
    bytes: int
    accounts: list[dict[str, Any]]
    labels: list[Row]


def make(
    scenario: Scenario,
    seed: int,
    folder: Path,
    processes: int | None = None,
    watch: Callable[[int, int, int], None] = lambda *_: None,
) -> Made:
    """Make the traffic of a scenario.

    The same scenario and seed give the same bytes, whatever the number of processes.

    Args:
        scenario: as `file.read` gives it.
        seed: any whole number.
        folder: an empty or new folder; gets `captures/` (with `accounts.jsonl`) and `labels.jsonl`.
        processes: worker processes; all cores by default.
        watch: told (files done, files in all, exchanges so far).

    Raises:
        SettingsError: if the folder holds something already.
    """
    begun = time.monotonic()
    if folder.exists() and any(folder.iterdir()):
        raise SettingsError(f"{folder.name} is not empty", "Name a new folder with --out.")
    with _kept_whole(folder) as captures:
        world = scenario.world(seed)
        tasks = [
            _Task(number, plans, world, captures)
            for number, plans in enumerate(shards(scenario, seed))
        ]
        done: list[_Result] = []
        for result in _results(tasks, processes or os.cpu_count() or 1):
            done.append(result)
            watch(len(done), len(tasks), sum(one.exchanges for one in done))
        accounts = sorted((row for one in done for row in one.accounts), key=itemgetter("account"))
        labels = sorted((row for one in done for row in one.labels), key=attrgetter("account"))
        exchanges = sum(one.exchanges for one in done)
        write_rows(captures / ACCOUNTS, accounts)
        write(folder / LABELS, _head(scenario, seed, exchanges, len(labels)), labels)
    size = sum(one.bytes for one in done)
    return Made(exchanges, len(labels), size, time.monotonic() - begun, folder)


@contextmanager
def _kept_whole(folder: Path) -> Iterator[Path]:
    """Give the folder for captures; what a broken run wrote is removed again."""
    captures = folder / CAPTURES
    new = not folder.exists()
    captures.mkdir(parents=True)
    try:
        yield captures
    except BaseException:
        shutil.rmtree(folder if new else captures, ignore_errors=True)
        raise


def _results(tasks: list[_Task], processes: int) -> Iterator[_Result]:
    """Results in the order of the tasks; one process works in this one."""
    if processes == 1 or len(tasks) < 2:
        yield from map(_write, tasks)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(processes, len(tasks)), _quiet) as pool:
        yield from pool.imap(_write, tasks)


def _quiet() -> None:
    # Ctrl-C reaches the whole group; the parent ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _write(task: _Task) -> _Result:
    accounts: list[dict[str, Any]] = []
    labels: list[Row] = []
    world = task.world
    path = task.folder / f"traffic-{task.number:03d}.jsonl.zst"
    with Shard(path, world.start_us) as shard:
        for plan in task.plans:
            provider = ScriptedProvider(ProviderSettings(), plan.seed(world), shard)
            run(plan.open(world, provider), world.end_us)
            for tally in shard.settle():
                accounts.append(account_row(tally.account))
                labels.append(tally.row())
    return _Result(shard.exchanges, shard.bytes, accounts, labels)


def _head(scenario: Scenario, seed: int, exchanges: int, accounts: int) -> Head:
    return Head(FORMAT, scenario.name, seed, scenario.start, scenario.end, exchanges, accounts)
