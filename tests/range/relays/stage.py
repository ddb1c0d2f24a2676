"""A small stage for relays: accounts, sessions written by hand, a provider that keeps what it saw."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from stillwatch_range import accounts, cell, relays
from stillwatch_range.clients import open_client
from stillwatch_range.model import (
    Account,
    Actor,
    Ask,
    Call,
    Cell,
    Label,
    Machine,
    Person,
    Reply,
    Road,
    Session,
    Step,
    Turn,
    World,
)
from stillwatch_range.play import play
from stillwatch_range.relays import RelaySpec
from stillwatch_range.upstream.provider import ProviderSettings, ScriptedProvider

START = 1_790_000_000_000_000
HOUR = 3_600_000_000
WORLD = World(7, START, START + 24 * HOUR, ("coding-a", "oasst-a", "dolly-a"))
CALM = ProviderSettings(limits={}, overload_share=0.0)


@dataclass
class Seen:
    """A sink that keeps requests and their accounts."""

    rows: list[tuple[Ask, Account, Reply]] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)

    def exchange(self, line: bytes, account: Account, ask: Ask, reply: Reply) -> None:
        self.rows.append((ask, account, reply))
        self.lines.append(line)

    @property
    def asks(self) -> list[Ask]:
        return [row[0] for row in self.rows]


def provider(seen: Seen, settings: ProviderSettings = CALM) -> ScriptedProvider:
    return ScriptedProvider(settings, 3, seen)


def some_accounts(count: int, group: str = "pool") -> list[Account]:
    label = Label("relay", "test", group)
    return [accounts.account(WORLD, label, group, number) for number in range(count)]


def person(number: int = 0) -> Person:
    machine = Machine(
        f"box-{number}", "linux", "6.8.0", "x64", f"user{number}", f"/home/user{number}",
        "/bin/bash", "Europe/Oslo", "nb_NO.UTF-8", f"100.64.0.{number + 1}", 64512,
    )  # fmt: skip
    name = f"Person {number}"
    return Person(
        f"p{number}", name, f"p{number}@mail.example", "en", "Europe/Oslo", (machine,), (),
        "claude-code", "2.1.330", 100 + number,
    )  # fmt: skip


def turns(count: int, number: int = 0) -> tuple[Turn, ...]:
    call = Call("shell", {"command": "ls", "why": "Look"}, "README.md\nsrc")
    steps = (Step("Looking.", "I should look.", (call,)), Step("There it is.", "Now I know."))
    return tuple(Turn(f"question {n} of {number}?", steps, wait_s=20.0) for n in range(count))


def session(client: str = "claude-code", number: int = 0, count: int = 2, **more) -> Session:
    who = person(number)
    version = {"claude-code": "2.1.330", "anthropic-python": "2.12.0"}.get(client, "3.54.0")
    fields = {"client": client, "version": version, "start_us": START + number * 1_000_000}
    fields["turns"] = turns(count, number)
    return Session(person=who, machine=who.machines[0], **(fields | more))


def run(road: Road, sessions: Iterable[Session]) -> None:
    actors = [
        Actor(one.start_us, road, play(one, open_client(one, WORLD, number)))
        for number, one in enumerate(sessions)
    ]
    cell.run(Cell((), actors), WORLD.end_us)


class Listening:
    """A road that remembers what went both ways."""

    def __init__(self, road: Road) -> None:
        self._road = road
        self.went: list[tuple[Ask, Reply]] = []

    def send(self, ask: Ask) -> Reply:
        reply = self._road.send(ask)
        self.went.append((ask, reply))
        return reply


def through(kind: str, sessions: Iterable[Session], level: str = "E1", count: int = 1, **settings):
    """Run sessions of one customer through a relay; gives what the provider and customer saw."""
    seen = Seen()
    spec = RelaySpec(kind=kind, level=level, settings=settings)
    relay = relays.open_relay(spec, some_accounts(count), provider(seen), WORLD, 5)
    road = Listening(relay.door("c1", "Europe/Oslo", "en"))
    run(road, sessions)
    return seen, road.went


def items(ask: Ask) -> list[dict]:
    return [msgspec.json.decode(item) for item in ask.items]


def blocks(ask: Ask, kind: str) -> list[dict]:
    """All blocks of a kind in a messages conversation."""
    return [
        block
        for item in items(ask)
        if isinstance(item["content"], list)
        for block in item["content"]
        if block["type"] == kind
    ]
