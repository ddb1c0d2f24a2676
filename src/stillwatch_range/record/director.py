"""Plays sessions through real clients: everyone at their own machine, a few at a time.

Sessions of one person on one machine run one after the other; different people run side by side;
sessions of a burst run together.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from stillwatch_range.record.commands import SDKS, Door, start
from stillwatch_range.record.machines import run
from stillwatch_range.record.story import Session
from stillwatch_range.record.tools import Tools

AT_ONCE = 4
WORD = re.compile(r"\w+")
SDK_WORKERS = 8
SAID = 300
"""Characters of a client's last words that a failure quotes."""


class Director:
    """Knows the doors and plays sessions through them."""

    def __init__(
        self,
        tools: Tools,
        doors: Mapping[str, Door],
        at_once: int = AT_ONCE,
        watch: Callable[[Session], None] = lambda _: None,
    ) -> None:
        """Take what playing needs.

        Args:
            tools: the real clients.
            doors: where requests go, by the road of a session.
            at_once: people who work side by side.
            watch: told each session that is done.
        """
        self._tools = tools
        self._doors = doors
        self._gate = asyncio.Semaphore(at_once)
        self._watch = watch
        self.failures: list[str] = []

    async def play(self, sessions: Iterable[Session]) -> None:
        """Play all sessions."""
        queues: dict[tuple[str, str], list[Session]] = {}
        for session in sessions:
            person = session.person
            key = ("burst", session.burst) if session.burst else (person.user, person.machine.host)
            queues.setdefault(key, []).append(session)
        async with asyncio.TaskGroup() as group:
            for queue in queues.values():
                group.create_task(self._queue(queue))

    async def _queue(self, queue: list[Session]) -> None:
        async with self._gate:
            first = queue[0]
            if first.client in SDKS:
                for batch in [queue] if first.burst else [[session] for session in queue]:
                    await self._talk(batch)
            elif first.burst:
                await asyncio.gather(*(self._session(session) for session in queue))
            else:
                for session in queue:
                    await self._session(session)

    async def _session(self, session: Session) -> None:
        door = self._doors[session.road]
        for turn in range(len(session.turns)):
            begun = start(session, turn, self._tools, door)
            status, said = await run(session.person, _folder(session), begun.command, begun.env)
            if status or _words(session.turns[turn].answer) not in _words(said):
                self.failures.append(f"{session.id} turn {turn}: {status} {said[-SAID:]}")
        self._watch(session)

    async def _talk(self, batch: list[Session]) -> None:
        session = batch[0]
        door = self._doors[session.road]
        spec = {
            "client": session.client,
            "url": door.url,
            "key": door.key,
            "headers": dict(door.headers),
            "model": session.model or SDKS[session.client],
            "params": dict(session.params),
            "workers": SDK_WORKERS if session.burst else 1,
            "talks": [
                {
                    "system": each.system,
                    "turns": [turn.prompt for turn in each.turns],
                    "tools": any(turn.steps for turn in each.turns),
                }
                for each in batch
            ],
        }
        source = Path(__file__).with_name("sdk_talk.py").read_text(encoding="utf-8")
        command = [str(self._tools.path("python")), "-I", "-c", source]
        typed = json.dumps(spec)
        status, said = await run(session.person, _folder(session), command, session.env, typed)
        if status:
            self.failures.append(f"{session.id}: {status} {said[-SAID:]}")
        for each in batch:
            self._watch(each)


def _words(text: str) -> str:
    """A text without what clients do to it on a terminal."""
    return " ".join(WORD.findall(text))


def _folder(session: Session) -> str:
    home = session.person.home
    return f"{home}/{session.repository}" if session.repository else home
