"""Runs the recording: server, relays, people, and every session in its place.

Sessions of one person on one machine run one after the other; different people run side by side,
a few at a time; sessions of a burst run together.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from examples.record.accounts import ACCOUNTS, accounts_on
from examples.record.cast import Cast
from examples.record.clients.commands import Door, start
from examples.record.machines import Machines, home_of, own, run
from examples.record.projects import plant
from examples.record.relays import MASTER_KEY, OTHER_KEY, Relay, RelaySettings, relay_settings
from examples.record.story import Person, Session
from examples.record.tools import Tools
from examples.record.upstream.server import Server
from examples.record.upstream.stage import Stage
from examples.record.upstream.tape import Tape

PORT = 18080
OTHER_PORT = 18081
AT_ONCE = 4
SDK_WORKERS = 8
SDK_MODELS = {"sdk-messages": "claude-opus-5-5"}


class Director:
    """Knows the doors and plays sessions through them."""

    def __init__(self, tools: Tools, relays: Iterable[RelaySettings]) -> None:
        self._tools = tools
        self._doors = {relay.name: Door(relay.url, MASTER_KEY) for relay in relays}
        self._gate = asyncio.Semaphore(AT_ONCE)
        self.failures: list[str] = []

    async def play(self, sessions: Iterable[Session]) -> None:
        """Play all sessions."""
        queues: dict[tuple[str, str], list[Session]] = {}
        for session in sessions:
            person = session.person
            key = ("burst", session.burst) if session.burst else (person.user, person.machine.host)
            queues.setdefault(key, []).append(session)
        await asyncio.gather(*(self._queue(queue) for queue in queues.values()))

    async def _queue(self, queue: list[Session]) -> None:
        async with self._gate:
            first = queue[0]
            if first.client.startswith("sdk-"):
                for batch in [queue] if first.burst else [[session] for session in queue]:
                    await self._talk(batch)
            elif first.burst:
                await asyncio.gather(*(self._session(session) for session in queue))
            else:
                for session in queue:
                    await self._session(session)
        print(f"  {first.burst or first.person.user} done", file=sys.stderr)

    def _door(self, session: Session) -> Door:
        if session.road in self._doors:
            return self._doors[session.road]
        return Door(f"http://127.0.0.1:{PORT}", accounts_on(session.road)[0].key)

    async def _session(self, session: Session) -> None:
        for turn in range(len(session.turns)):
            begun = start(session, turn, self._tools, self._door(session))
            status, said = await run(session.person, _folder(session), begun.command, begun.env)
            if status or session.turns[turn].answer not in said:
                self.failures.append(f"{session.id} turn {turn}: {status} {said[-300:]}")

    async def _talk(self, batch: list[Session]) -> None:
        session = batch[0]
        door = self._door(session)
        spec = {
            "client": session.client,
            "url": door.url,
            "key": door.key,
            "model": SDK_MODELS.get(session.client, "gpt-5"),
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
        source = (Path(__file__).parent / "clients" / "sdk_talk.py").read_text(encoding="utf-8")
        command = [str(self._tools.python), "-I", "-c", source]
        status, said = await run(
            session.person, _folder(session), command, session.env, json.dumps(spec)
        )
        if status:
            self.failures.append(f"{session.id}: {status} {said[-300:]}")


def _folder(session: Session) -> str:
    home = session.person.home
    return f"{home}/{session.repository}" if session.repository else home


async def record(cast: Cast, sessions: list[Session], tools: Tools, folder: Path) -> list[str]:
    """Record sessions onto `folder/tape.jsonl`.

    Returns:
        What went wrong, in sentences; empty when all was played to its end.
    """
    stage = Stage(cast.sessions)
    tape = Tape(folder / "tape.jsonl")
    server = Server(stage, {account.key: account.id for account in ACCOUNTS}, tape)
    other = Server(stage, {OTHER_KEY: "other"}, None)
    roads = {session.road for session in sessions}
    relays = relay_settings(f"http://127.0.0.1:{PORT}", f"http://127.0.0.1:{OTHER_PORT}")
    director = Director(tools, relays)
    await server.start(PORT)
    await other.start(OTHER_PORT)
    try:
        async with contextlib.AsyncExitStack() as open_relays:
            with Machines({session.person: None for session in sessions}):
                _plant(cast, sessions)
                wanted = [r for r in relays if r.name in roads]
                up = (Relay(settings, tools.litellm, folder) for settings in wanted)
                await asyncio.gather(*map(open_relays.enter_async_context, up))
                await director.play(sessions)
    finally:
        await server.stop()
        await other.stop()
        tape.close()
    return [*director.failures, *(f"stray: {stray}" for stray in server.strays + other.strays)]


def _plant(cast: Cast, sessions: Iterable[Session]) -> None:
    authors: dict[str, Person] = {}
    for session in cast.sessions:
        if session.repository:
            authors.setdefault(session.repository, session.person)
    today_s = time.time() // 86_400 * 86_400
    for name, person in {(s.repository, s.person): None for s in sessions if s.repository}:
        folder = home_of(person) / name
        plant(cast.projects[name], folder, authors[name], today_s)
        own(person, folder)
