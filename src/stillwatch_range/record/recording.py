"""Records a story: servers up, people at work, servers down, then captures and labels.

Everything here runs in a room (`room`); `record` is the door for the outside.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from stillwatch.errors import EngineError
from stillwatch_range.layout import ACCOUNTS, CAPTURES, LABELS
from stillwatch_range.model import SECOND_US, Account, Ask, Plan, Reply, Repository, Truth
from stillwatch_range.people.repositories import write_to
from stillwatch_range.record.commands import SDKS, Door
from stillwatch_range.record.develop import Address, Scene, develop
from stillwatch_range.record.director import Director
from stillwatch_range.record.machines import home_of, own, settle
from stillwatch_range.record.placing import by_story
from stillwatch_range.record.process import Running, free_port
from stillwatch_range.record.relays.catalogue import RELAYS
from stillwatch_range.record.relays.kind import Kind, Site
from stillwatch_range.record.script import StoryScript
from stillwatch_range.record.story import Session
from stillwatch_range.record.tape import Take, Tape, takes
from stillwatch_range.record.tools import Tools
from stillwatch_range.scenario.clock import rfc3339
from stillwatch_range.scenario.writer import Shard, account_row, write_rows
from stillwatch_range.upstream.core import ProviderSettings
from stillwatch_range.upstream.server import Upstream, UpstreamSettings

PACE = 0.15
"""Share of a real answer's time that the server takes, so that an hour needs minutes."""
FORMAT = 1
"""All as `scenario.make` writes them."""


@dataclass(frozen=True)
class Way:
    """A road of a story.

    Attributes:
        name: as sessions name it.
        accounts: whose keys requests carry; a person's own where there is no relay.
        relay: name of the relay program that stands there; empty for none.
        address: of the relay, as the provider sees it.
    """

    name: str
    accounts: tuple[Account, ...]
    relay: str = ""
    address: Address | None = None


@dataclass(frozen=True)
class Story:
    """All that is recorded.

    Attributes:
        name, seed: for the head of the labels.
        start_us, end_us: its span.
        sessions: what is played.
        people: id of the person of each session, for the labels, by the session's id.
        ways: the roads.
        repositories: what lies in the homes, by session.
    """

    name: str
    seed: int
    start_us: int
    end_us: int
    sessions: tuple[Session, ...]
    people: Mapping[str, str]
    ways: tuple[Way, ...]
    repositories: Mapping[str, Repository]


@dataclass(frozen=True)
class Recorded:
    """What a recording gave.

    Attributes:
        exchanges, accounts: how many were written.
        failures: what went not as planned, in sentences.
    """

    exchanges: int
    accounts: int
    failures: tuple[str, ...]


def key_of(account: str) -> str:
    """The dummy API key of an account."""
    return f"sk-range-{account}-0000000000000000"


def settings(accounts: Mapping[str, Account]) -> UpstreamSettings:
    """A provider that lets the story happen: no limits, and signatures that are good everywhere.

    Args:
        accounts: the account of each key.
    """
    provider = ProviderSettings(limits={}, overload_share=0, bound_signatures=False)
    return UpstreamSettings(provider, accounts, open=False, pace=PACE)


async def play(
    story: Story, tools: Tools, tape: Path, watch: Callable[[Session], None] = lambda _: None
) -> list[str]:
    """Play a story onto a tape.

    Args:
        story: what is played.
        tools: the programs.
        tape: where the raw recording goes.
        watch: told each session that is done.

    Returns:
        What went not as planned, in sentences.
    """
    accounts = {key_of(one.id): one for way in story.ways for one in way.accounts}
    kept = Tape(tape)
    server = Upstream(settings(accounts), StoryScript(story.sessions), kept)
    _settle(story)
    try:
        await server.start()
        async with contextlib.AsyncExitStack() as stack:
            doors = await _doors(story, server.url, tools, stack)
            director = Director(tools, doors, watch=watch)
            await director.play(story.sessions)
    finally:
        await server.stop()
        kept.close()
    return [*director.failures, *(f"stray: {stray}" for stray in server.strays + kept.strays)]


def _settle(story: Story) -> None:
    settle({session.person: None for session in story.sessions})
    for session in story.sessions:
        folder = home_of(session.person) / session.repository
        if session.id in story.repositories and not folder.exists():
            write_to(story.repositories[session.id], folder)
            own(session.person, folder)


async def _doors(
    story: Story, upstream: str, tools: Tools, stack: contextlib.AsyncExitStack
) -> dict[str, Door]:
    doors = {}
    starts = []
    for way in story.ways:
        keys = tuple(key_of(account.id) for account in way.accounts)
        if not way.relay:
            doors[way.name] = Door(upstream, keys[0])
            continue
        kind = RELAYS[way.relay]
        site = Site(way.name, upstream, keys, free_port(), tools)
        starts.append(_start(kind, site, stack))
        doors[way.name] = kind.door(site)
    await asyncio.gather(*starts)
    return doors


async def _start(kind: Kind, site: Site, stack: contextlib.AsyncExitStack) -> None:
    await stack.enter_async_context(Running(kind.program(site)))
    try:
        await asyncio.to_thread(kind.prepare, site)
    except (OSError, ValueError, KeyError) as error:
        raise EngineError(f"{site.name} could not be set up: {error}") from error


def needs(story: Story) -> list[str]:
    """Programs that a story needs."""
    clients = {"python" if one.client in SDKS else one.client for one in story.sessions}
    kinds: list[Kind] = [RELAYS[way.relay] for way in story.ways if way.relay]
    return sorted(clients | {program for kind in kinds for program in kind.needs})


def write(story: Story, tape: Path, out: Path, *, vendor_text: bool) -> tuple[int, int]:
    """Develop a tape into `out/captures` and `out/labels.jsonl`.

    Returns:
        How many exchanges and accounts were written.
    """
    accounts = {one.id: one for way in story.ways for one in way.accounts}
    scene = Scene(
        sessions={session.id: session for session in story.sessions},
        relays={way.name: way.address for way in story.ways if way.address},
        organizations={name: account.organization for name, account in accounts.items()},
        calendar=by_story(story.sessions, takes(tape), story.start_us / SECOND_US),
        vendor_text=vendor_text,
    )
    captures = out / CAPTURES
    captures.mkdir(parents=True)
    with Shard(captures / "traffic-000.jsonl.zst", story.start_us) as shard:
        for take, capture in develop(takes(tape), scene):
            line = msgspec.json.encode(capture)
            ask, reply = _counted(take, story, scene)
            shard.exchange(line, accounts[take.account], ask, reply)
        tallies = shard.settle()
        written = shard.exchanges
    write_rows(captures / ACCOUNTS, [account_row(tally.account) for tally in tallies])
    head = {
        "stillwatch_range": FORMAT,
        "scenario": story.name,
        "seed": story.seed,
        "start": rfc3339(story.start_us),
        "end": rfc3339(story.end_us),
        "exchanges": written,
        "accounts": len(tallies),
    }
    write_rows(out / LABELS, [head, *(tally.row() for tally in tallies)])
    return written, len(tallies)


def _counted(take: Take, story: Story, scene: Scene) -> tuple[Ask, Reply]:
    """What the labels count of an exchange."""
    at_us = int(scene.calendar.take_s(take) * SECOND_US)
    number = list(scene.sessions).index(take.session)
    truth = Truth(story.people[take.session], number)
    ask = Ask(at_us, "messages", take.path, [], {}, Plan(), "", 0, truth)
    return ask, Reply(take.status, at_us + take.duration_ms * 1000)
