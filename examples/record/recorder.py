"""Plays the example's sessions in a room: servers, relays, people at their machines."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from examples.record.accounts import ACCOUNTS, accounts_on
from examples.record.cast import Cast
from examples.record.projects import plant
from examples.record.relays import OTHER_KEY, relays
from stillwatch_range import model
from stillwatch_range.record import room
from stillwatch_range.record.commands import Door
from stillwatch_range.record.director import Director
from stillwatch_range.record.machines import home_of, own, settle
from stillwatch_range.record.process import Running
from stillwatch_range.record.recording import settings
from stillwatch_range.record.relays.litellm import LITELLM
from stillwatch_range.record.script import StoryScript
from stillwatch_range.record.story import Person, Session
from stillwatch_range.record.tape import Tape
from stillwatch_range.record.tools import Tools
from stillwatch_range.upstream.server import Upstream

TAPE = "tape.jsonl"


async def record(cast: Cast, sessions: list[Session], tools: Tools, state: Path) -> list[str]:
    """Record sessions onto `state/tape.jsonl`; to be called inside a room.

    Returns:
        What went not as planned, in sentences; empty when all was played to its end.
    """
    tape = Tape(room.root() / TAPE)
    server = Upstream(settings(_keyed()), StoryScript(cast.sessions), tape)
    elsewhere = {OTHER_KEY: _account("other", "org_other")}
    other = Upstream(settings(elsewhere), StoryScript(cast.sessions, refusing=False))
    await server.start()
    await other.start()
    doors = {
        session.road: Door(server.url, accounts_on(session.road)[0].key) for session in sessions
    }
    try:
        async with contextlib.AsyncExitStack() as stack:
            settle({session.person: None for session in sessions})
            _plant(cast, sessions)
            wanted = [r for r in relays(server.url, other.url, tools) if r.site.name in doors]
            await asyncio.gather(
                *(stack.enter_async_context(Running(one.program)) for one in wanted)
            )
            doors |= {one.site.name: LITELLM.door(one.site) for one in wanted}
            director = Director(tools, doors, watch=_said)
            await director.play(sessions)
    finally:
        await server.stop()
        await other.stop()
        tape.close()
    shutil.copy(room.root() / TAPE, state / TAPE)
    return [
        *director.failures,
        *(f"stray: {stray}" for stray in server.strays + other.strays + tape.strays),
    ]


def _keyed() -> dict[str, model.Account]:
    return {one.key: _account(one.id, one.organization) for one in ACCOUNTS}


def _account(name: str, organization: str) -> model.Account:
    return model.Account(name, model.Label("honest", "example"), organization, "", "", 0)


def _said(session: Session) -> None:
    print(f"  {session.id} done", file=sys.stderr)


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
