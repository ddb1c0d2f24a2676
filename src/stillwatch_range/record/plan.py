"""Plans a recording: who works, through which client, straight or through which relay.

People, their repositories and their work come from the range's population. Their sessions of a
day are moved into the span of the story. Next to each relay stands an innocent twin: the same
program as a company's gateway, with one account and the company's own people.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from stillwatch.errors import SettingsError
from stillwatch_range.accounts import account, holder
from stillwatch_range.model import (
    DAY_US,
    SECOND_US,
    Account,
    Label,
    Person,
    Repository,
    World,
)
from stillwatch_range.model import Session as Work
from stillwatch_range.people.addresses import address
from stillwatch_range.people.population import People, PeopleSpec
from stillwatch_range.record.commands import SDKS
from stillwatch_range.record.develop import Address
from stillwatch_range.record.recording import Story, Way
from stillwatch_range.record.relays.catalogue import RELAYS
from stillwatch_range.record.story import Client, Session
from stillwatch_range.record.story_of import CLIENTS, Casting, story_of
from stillwatch_range.seeds import draw_for, seed_for

DEFAULT_CLIENTS = ("claude", "codex", "opencode", "sdk-messages", "sdk-chat")
DEFAULT_RELAYS = ("litellm", "ccr")
SOURCES = ("coding-a", "oasst-a", "dolly-a")
MINUTE_US = 60 * SECOND_US
POOL = 3
"""Accounts behind a relay that can spread requests."""
MOST_TURNS = 4
CODERS = 3
"""A coding client is drawn this many times as often as a program with an SDK."""
TRIED = 400
"""People looked at for one that fits; about every fourth has a machine with Linux."""
LEAST_MINUTES, MOST_MINUTES = 5, 1440


@dataclass(frozen=True)
class Wish:
    """What to record.

    Attributes:
        seed: the same seed plans the same story.
        sessions: how many conversations, over all roads.
        minutes: span of the story.
        relays: names of `relays.catalogue`.
        clients: names of `story_of.CLIENTS`.
        end_s: when the story ends, in seconds since the epoch; it lies before the recording so
            that dates in texts need no changes beyond those of the hour.
    """

    seed: int
    sessions: int
    minutes: int
    relays: tuple[str, ...]
    clients: tuple[str, ...]
    end_s: int


def plan(wish: Wish) -> Story:
    """Make the story of a recording.

    Raises:
        SettingsError: a name is not known, or a number makes no sense.
    """
    _check(wish)
    end_us = wish.end_s * SECOND_US
    world = World(wish.seed, end_us - wish.minutes * MINUTE_US, end_us, SOURCES)
    planner = _Planner(wish, world)
    for number in range(wish.sessions):
        planner.add(number)
    started = datetime.fromtimestamp(world.start_us / SECOND_US, UTC)
    sessions = sorted(planner.sessions, key=lambda one: one.start_s)
    used = {session.road for session in sessions}
    return Story(
        name=f"recorded {started:%F %R}",
        seed=wish.seed,
        start_us=world.start_us,
        end_us=world.end_us,
        sessions=tuple(sessions),
        people=planner.people,
        ways=tuple(way for name, way in planner.ways.items() if name in used),
        repositories=planner.repositories,
    )


def _check(wish: Wish) -> None:
    for names, known in ((wish.relays, RELAYS), (wish.clients, CLIENTS)):
        for name in names:
            if name not in known:
                raise SettingsError(f"{name!r} is not known", f"Known are {', '.join(known)}.")
    if not wish.clients:
        raise SettingsError("There is no client to record", "Name one with --clients.")
    if wish.sessions < 1 or not LEAST_MINUTES <= wish.minutes <= MOST_MINUTES:
        hint = f"At least one session, and {LEAST_MINUTES} to {MOST_MINUTES} minutes."
        raise SettingsError("So little or so much cannot be recorded", hint)
    for name in wish.relays:
        if not RELAYS[name].clients & set(wish.clients):
            hint = f"It works with {', '.join(sorted(RELAYS[name].clients))}."
            raise SettingsError(f"None of the clients works through {name}", hint)


class _Planner:
    """Adds sessions one by one, going round the roads."""

    def __init__(self, wish: Wish, world: World) -> None:
        self._wish = wish
        self._world = world
        self._said: set[str] = set()
        self.sessions: list[Session] = []
        self.people: dict[str, str] = {}
        self.repositories: dict[str, Repository] = {}
        self.ways: dict[str, Way] = {}
        self._seats = self._people_of_roads()

    def _people_of_roads(self) -> list[tuple[str, "_Crowd"]]:
        """Roads in the order in which sessions take them; half of all go straight."""
        seats: list[tuple[str, _Crowd]] = []
        straight = _Crowd(self._wish, self._world, "straight", "")
        for relay in self._wish.relays:
            company = f"{draw_for(self._wish.seed, relay, 'company').choice(COMPANIES)}.example"
            for name, at in ((f"{relay}-relay", ""), (f"{relay}-gateway", company)):
                self.ways[name] = self._relay(name, relay, at)
                crowd = _Crowd(self._wish, self._world, name, at, RELAYS[relay].clients)
                seats += [(name, crowd)] * (2 if at == "" else 1)
        return seats + [("", straight)] * max(2, len(seats))

    def _relay(self, name: str, relay: str, company: str) -> Way:
        draw = draw_for(self._wish.seed, "relay", name)
        ip, asn = address(draw)
        label = Label("relay", relay, name, "E0") if not company else Label("twin", "gateway", name)
        held = holder(self._wish.seed, name) if company else None
        count = 1 if company or not RELAYS[relay].pools else POOL
        pool = tuple(
            account(self._world, label, name, number, holder_=held) for number in range(count)
        )
        return Way(name, pool, relay, Address(ip, asn))

    def add(self, number: int) -> None:
        """Plan one more session."""
        road, crowd = self._seats[number % len(self._seats)]
        name = f"session-{self._wish.seed}-{number:03}"
        work, client = crowd.next()
        way = road or f"own-{work.person.id}"
        casting = Casting(name, client, way, MOST_TURNS)
        session = story_of(work, casting, self._said)
        if session is None:
            return
        if not road and way not in self.ways:
            self.ways[way] = Way(way, (self._own(work.person, client),))
        relay = self.ways[way].relay
        model = RELAYS[relay].model if relay else ""
        self.sessions.append(_fitted(replace(session, model=model), self._world))
        self.people[name] = work.person.id
        if work.repository:
            self.repositories[name] = work.repository

    def _own(self, person: Person, client: str) -> Account:
        family = "program" if client in SDKS else "developer"
        return account(self._world, Label("honest", family), person.id)


COMPANIES = ("ferrymill", "northquay", "lindenworks", "saltmarsh", "copperhill", "tallow")


class _Crowd:
    """The people of one road; each comes back for further sessions."""

    def __init__(
        self,
        wish: Wish,
        world: World,
        name: str,
        company: str,
        fitting: frozenset[str] = frozenset(CLIENTS),
    ) -> None:
        self._world = world
        self._seed = seed_for(wish.seed, "crowd", name)
        self._clients = [client for client in wish.clients if client in fitting]
        self._draw = draw_for(self._seed, "clients")
        shared = 2 if company else 0
        self._coders = self._group("developer", company, shared)
        self._talkers = self._group("chat", company, 0)

    def _group(self, habit: str, company: str, shared: int) -> Iterator[tuple[Work, random.Random]]:
        spec = PeopleSpec(habits=habit, company=company, shared_repositories=shared)
        people = People(spec, self._world, seed_for(self._seed, habit))
        return _works(people, self._world)

    def next(self) -> tuple[Work, Client]:
        """Somebody's next session, and the client that plays it."""
        weights = [1 if name in SDKS else CODERS for name in self._clients]
        client = CLIENTS[self._draw.choices(self._clients, weights)[0]]
        work, draw = next(self._talkers if client in SDKS else self._coders)
        start_us = int(draw.uniform(self._world.start_us, self._world.end_us))
        return replace(work, start_us=start_us), client


def _works(people: People, world: World) -> Iterator[tuple[Work, random.Random]]:
    """Sessions of people who work on Linux, one of each before anybody's second."""
    begun: list[tuple[Iterator[Work], random.Random]] = []
    at = 0
    while True:
        if len(begun) < 4:
            person, at = _on_linux(people, at)
            days = people.sessions(person, world.start_us - 14 * DAY_US, world.end_us)
            begun.append((days, draw_for(person.seed, "recorded")))
        days, draw = begun.pop(0)
        work = next((one for one in days if one.machine.system == "linux"), None)
        if work is not None:
            begun.append((days, draw))
            yield work, draw


def _on_linux(people: People, first: int) -> tuple[Person, int]:
    for index in range(first, first + TRIED):
        person = people.person(index)
        if person.machines[0].system == "linux":
            return person, index + 1
    raise SettingsError("No person with Linux was found", "Try another --seed.")


def _fitted(session: Session, world: World) -> Session:
    """The session, with waits that let it end within the story."""
    left_s = world.end_us / SECOND_US - session.start_s
    waits_s = sum(turn.wait_s for turn in session.turns[1:])
    factor = min(1.0, 0.8 * left_s / waits_s) if waits_s else 1.0
    turns = [replace(turn, wait_s=turn.wait_s * factor) for turn in session.turns]
    return replace(session, turns=tuple(turns))


def names_of(text: Sequence[str]) -> tuple[str, ...]:
    """Names given with commas, or one by one."""
    return tuple(name for one in text for name in one.split(",") if name)
