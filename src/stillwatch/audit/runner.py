"""Runs a tool in every environment of a design and records what it sends.

A tool that hangs, crashes, asks its user, floods or sends rubbish has an outcome like any other;
only an audit that cannot be made raises. What is recorded is on disk run by run.
"""

import asyncio
import datetime as dt
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stillwatch.audit import design
from stillwatch.audit.endpoint import Endpoint
from stillwatch.audit.endpoint_authority import Authority
from stillwatch.audit.environments import (
    AUTHORS,
    CERTIFICATE,
    FAKETIME,
    Place,
    factors,
    scene,
    servers,
)
from stillwatch.audit.environments_git import Repository, repository
from stillwatch.audit.profiles import KEY, PROMPT, Profile
from stillwatch.audit.recording import Limits, Outcome, Plan, Run, Writer
from stillwatch.audit.room import Furnishing, Room, check
from stillwatch.audit.runner_output import Output
from stillwatch.audit.runner_patience import Patience
from stillwatch.audit.runner_subject import Subject
from stillwatch.errors import StillwatchError

ROWS, QUICK_ROWS = 64, 32
AT_A_TIME = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """How an audit is run.

    Attributes:
        environments: number of environments.
        repeats: how often each is run.
        seed: of the choice and the order.
        quiet: whether the tool's own switches against telemetry are set.
        prompt: what the tool is asked.
        limits: of each run.
        budget_s: seconds after which no further run is begun.
        at_a_time: number of rooms at a time.
    """

    environments: int = ROWS
    repeats: int = 2
    seed: int = 1
    quiet: bool = True
    prompt: str = PROMPT
    limits: Limits = field(default_factory=Limits)
    budget_s: float = 900.0
    at_a_time: int = AT_A_TIME


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
    plan = Plan(
        tool=subject.name,
        version=subject.version,
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
            asyncio.run(_Recorder(subject, settings, writer, progress).record(cells))
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
        self, subject: Subject, settings: Settings, writer: Writer, progress: Progress
    ) -> None:
        self._subject = subject
        self._settings = settings
        self._writer = writer
        self._progress = progress
        self._patience = Patience(settings.limits)
        self._authority = Authority(dt.datetime.now(dt.UTC))
        self._repositories = {level: repository(*who) for level, who in AUTHORS.items()}

    async def record(self, cells: Sequence[design.Cell]) -> None:
        waiting = iter(cells)
        until = time.monotonic() + self._settings.budget_s

        async def work() -> None:
            for cell in waiting:
                if time.monotonic() > until or self._patience.spent:
                    return
                run = await self._run(cell)
                self._patience.learn(run)
                self._writer.add(run)
                self._progress(run, len(cells))

        async with asyncio.TaskGroup() as group:
            for _ in range(self._settings.at_a_time):
                group.create_task(work())

    async def _run(self, cell: design.Cell) -> Run:
        place = Place(cell.environment, self._subject.profile.official)
        furnishing, values = self._furnished(place)
        limits = self._settings.limits
        endpoint = Endpoint(servers(place.official), self._authority, limits)
        with Output(limits.output, terminal=place.terminal) as output:
            async with Room(furnishing, output.theirs) as room:
                await endpoint.start(await room.open())
                try:
                    began = time.monotonic()
                    outcome, status = await _watched(room, endpoint, output, self._patience.time_s)
                    duration_ms = (time.monotonic() - began) * 1e3
                finally:
                    await room.end()
                    await endpoint.stop()
            said = output.said()
        return Run(
            environment=cell.environment,
            repeat=cell.repeat,
            order=cell.order,
            outcome=outcome,
            exit=status,
            duration_ms=round(duration_ms, 1),
            requests=endpoint.requests,
            lookups=endpoint.lookups,
            said=said,
            values=values,
        )

    def _furnished(self, place: Place) -> tuple[Furnishing, dict[str, str]]:
        repo = self._repositories[place.levels["git author"]]
        stage = scene(place, repo)
        filled = {
            "base_url": place.base_url,
            "server": place.server,
            "key": KEY,
            "prompt": self._settings.prompt,
            "home": place.home,
            "project": place.project,
            "tool": self._subject.folder,
        }
        words, told = self._subject.profile.told(quiet=self._settings.quiet, values=filled)
        files = stage.files | told.files | {CERTIFICATE: self._authority.certificate}
        furnishing = Furnishing(
            command=(self._subject.program, *words),
            environment=self._subject.variables(stage.variables) | told.variables,
            directory=place.project,
            host_name=place.machine,
            files=files,
            packed=_packed(place, repo),
            links=stage.links,
            programs=stage.programs,
            owned=(place.home,),
            kept=tuple((str(outside), inside) for outside, inside in self._subject.kept),
            terminal=place.terminal,
            processes=self._settings.limits.processes,
        )
        return furnishing, stage.values | {"key": KEY, "prompt": self._settings.prompt}


def _packed(place: Place, repo: Repository) -> dict[str, bytes]:
    return {f"{place.project}/.git/{name}": content for name, content in repo.files.items()}


async def _watched(
    room: Room, endpoint: Endpoint, output: Output, time_s: float
) -> tuple[Outcome, int | None]:
    """Start the tool and wait for its end, a limit, or the time."""
    endpoint.begin()
    room.start()
    ended = asyncio.create_task(room.wait())
    floods = [asyncio.create_task(one.wait()) for one in (endpoint.flooded, output.flooded)]
    try:
        await asyncio.wait([ended, *floods], timeout=time_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in floods:
            task.cancel()
    flooded = endpoint.flooded.is_set() or output.flooded.is_set()
    status = None
    if ended.done():
        status = ended.result()
    else:
        ended.cancel()
    return _outcome(status, flooded=flooded, rubbish=endpoint.rubbish), status


def _outcome(status: int | None, *, flooded: bool, rubbish: bool) -> Outcome:
    if flooded:
        return Outcome.FLOODED
    if rubbish:
        return Outcome.RUBBISH
    if status is None:
        return Outcome.TIMED_OUT
    return Outcome.FINISHED if status == 0 else Outcome.FAILED
