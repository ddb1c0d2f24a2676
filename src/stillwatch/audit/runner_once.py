"""One run: a room, an endpoint, and the tool between them."""

import asyncio
import datetime as dt
import re
import time
from dataclasses import dataclass, field
from typing import Self

from stillwatch.audit.design import Cell
from stillwatch.audit.endpoint import Endpoint
from stillwatch.audit.endpoint_authority import Authority
from stillwatch.audit.environments import Place, scene, servers
from stillwatch.audit.environments_git import Repository, repository
from stillwatch.audit.environments_levels import AUTHORS, CERTIFICATE
from stillwatch.audit.profiles import KEY, PROMPT
from stillwatch.audit.recording import Limits, Outcome, Run
from stillwatch.audit.room import Furnishing, Room
from stillwatch.audit.runner_output import Output
from stillwatch.audit.runner_subject import Subject

ROWS, QUICK_ROWS = 64, 32
WHOLE_S, QUICK_S = 860.0, 150.0
"""Seconds in which runs are begun; with the last run and the comparison, 15 minutes and three."""
QUICK_RUN_S = 30.0
"""A tool that takes longer is not for a quick audit; eight that hang end it in two minutes."""
AT_A_TIME = 2
VERSION_S = 15.0
_VERSION = re.compile(r"\d+(?:\.\d+)+[\w.+-]*")


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
    budget_s: float = WHOLE_S
    at_a_time: int = AT_A_TIME

    @classmethod
    def quick(cls) -> Self:
        """An audit of three minutes: fewer environments, in which every two factors still meet."""
        return cls(environments=QUICK_ROWS, limits=Limits(time_s=QUICK_RUN_S), budget_s=QUICK_S)


class Stage:
    """Makes runs of one tool.

    Args:
        subject: the tool.
        settings: what it is asked, and its limits.
    """

    def __init__(self, subject: Subject, settings: Settings) -> None:
        self._subject = subject
        self._settings = settings
        self._authority = Authority(dt.datetime.now(dt.UTC))
        self._repositories = {level: repository(*who) for level, who in AUTHORS.items()}

    async def version(self, cell: Cell) -> str:
        """What the tool answers to `--version`; empty if that is no version.

        Args:
            cell: an environment.
        """
        run = await self._made(cell, ("--version",), VERSION_S)
        found = _VERSION.search(run.said)
        return found[0] if found else ""

    async def run(self, cell: Cell, time_s: float) -> Run:
        """Run the tool once.

        Args:
            cell: the environment.
            time_s: how long it may take.

        Raises:
            EngineError: the room could not be made, or the tool could not be started.
        """
        return await self._made(cell, None, time_s)

    async def _made(self, cell: Cell, words: tuple[str, ...] | None, time_s: float) -> Run:
        place = Place(cell.environment, self._subject.profile.official)
        furnishing, values = self._furnished(place, words)
        limits = self._settings.limits
        endpoint = Endpoint(servers(place.official), self._authority, limits)
        with Output(limits.output, terminal=place.terminal) as output:
            async with Room(furnishing, output.theirs) as room:
                await endpoint.start(await room.open())
                try:
                    began = time.monotonic()
                    outcome, status = await _watched(room, endpoint, output, time_s)
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

    def _furnished(
        self, place: Place, instead: tuple[str, ...] | None
    ) -> tuple[Furnishing, dict[str, str]]:
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
            command=(self._subject.program, *(words if instead is None else instead)),
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
        asked = {"key": KEY, "prompt": self._settings.prompt}
        return furnishing, stage.values | repo.commits | asked


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
