"""Runs a tool in every environment of a design and records what it sends.

A tool that hangs, crashes, asks its user, floods or sends rubbish has an outcome like any other;
only an audit that cannot be made raises. What is recorded is on disk run by run.
"""

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from stillwatch.audit import design
from stillwatch.audit.environments import factors
from stillwatch.audit.environments_levels import FAKETIME
from stillwatch.audit.profiles import Profile
from stillwatch.audit.recording import Plan, Run, Writer
from stillwatch.audit.room import check
from stillwatch.audit.runner_once import Settings, Stage
from stillwatch.audit.runner_patience import Patience
from stillwatch.audit.runner_subject import Subject
from stillwatch.errors import StillwatchError

__all__ = ["Progress", "Settings", "not_tested", "record"]

Progress = Callable[[Run, int], None]
"""Called after each run with the run and the number of runs that are planned."""


def record(subject: Subject, settings: Settings, folder: Path, progress: Progress) -> None:
    """Run a tool in every environment and write a recording.

    Args:
        subject: the tool.
        settings: how often, how long.
        folder: where the recording goes.
        progress: told of every run.

    Raises:
        SettingsError: this system makes no rooms, or the tool cannot be read in one.
        InputError: the folder holds a recording.
        EngineError: a room could not be made, or the tool could not be started.
        KeyboardInterrupt: after Ctrl-C; what was recorded until then is in the folder.
    """
    check()
    subject.check()
    varied = factors()
    chosen = design.environments(varied, settings.environments, settings.seed)
    cells = design.plan(chosen, settings.repeats, settings.seed)
    stage = Stage(subject, settings)
    plan = Plan(
        tool=subject.name,
        version=subject.version or asyncio.run(stage.version(cells[0])),
        command=(subject.profile.program, *subject.profile.words),
        factors=varied,
        environments=len(chosen),
        repeats=settings.repeats,
        strength=design.strength(chosen),
        seed=settings.seed,
        quiet=settings.quiet,
        limits=settings.limits,
        not_tested=not_tested(subject.profile),
    )
    with Writer(folder, plan) as writer:
        try:
            asyncio.run(_Recorder(stage, settings, writer, progress).record(cells))
        except* StillwatchError as errors:
            # Rooms that are made at a time break down alike; one sentence is enough.
            raise errors.exceptions[0] from None


def not_tested(profile: Profile) -> tuple[str, ...]:
    """What a recording made here cannot show.

    Args:
        profile: of the tool.
    """
    found = [
        "What the tool does after a login, in a conversation of more than one turn, or in a dialog.",
        "What it sends on ports other than 80, 443, 3128 and 8080, or without HTTP.",
        "A host class, zone or locale that is not among the levels.",
        "What a tool does that notices the audit: it has no way out but to this machine.",
    ]
    if not any(path.is_file() for path in FAKETIME):
        found.append("The clock: Debian's package faketime is not installed.")
    if not shutil.which("git"):
        found.append("The repository: git is not installed.")
    return (*found, *profile.not_tested)


class _Recorder:
    """Runs the cells of a design, a few at a time."""

    def __init__(
        self, stage: Stage, settings: Settings, writer: Writer, progress: Progress
    ) -> None:
        self._settings = settings
        self._writer = writer
        self._progress = progress
        self._patience = Patience(settings.limits)
        self._stage = stage

    async def record(self, cells: Sequence[design.Cell]) -> None:
        waiting = iter(cells)
        until = time.monotonic() + self._settings.budget_s

        async def work() -> None:
            for cell in waiting:
                if time.monotonic() > until or self._patience.spent:
                    return
                run = await self._stage.run(cell, self._patience.time_s)
                self._patience.learn(run)
                self._writer.add(run)
                self._progress(run, len(cells))

        async with asyncio.TaskGroup() as group:
            for _ in range(self._settings.at_a_time):
                group.create_task(work())
