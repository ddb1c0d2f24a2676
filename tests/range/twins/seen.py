"""Runs a twin's cell and shows what the provider received."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import msgspec

from stillwatch_range.cell import run
from stillwatch_range.model import DAY_US, Account, Ask, Cell, Release, Reply, World
from stillwatch_range.twins import TwinSpec, open_cell
from stillwatch_range.upstream.provider import ProviderSettings, ScriptedProvider

START_US = 1_780_272_000 * 1_000_000  # a Monday in June 2026
SOURCES = (
    *("apibench", "bfcl-a", "coding-a", "dolly-a", "evals-a", "gpteacher-a", "huatuo-a"),
    *("oasst-a", "rllm-a", "toolbench", "wildchat-ru"),
)


@dataclass(eq=False)
class Seen:
    """One exchange as the provider saw it, and what is true of it; read when it is looked at."""

    at_us: int
    account: Account
    person: str
    conversation: int
    ip: str
    status: int
    line: bytes

    @cached_property
    def row(self) -> dict[str, Any]:
        """The capture."""
        return msgspec.json.decode(self.line)

    @property
    def body(self) -> dict[str, Any]:
        """The request's body."""
        return self.row["request"]["body"]

    @cached_property
    def headers(self) -> dict[str, str]:
        """The request's headers, by lower-case name."""
        return {name.lower(): value for name, value in self.row["request"]["headers"]}

    @property
    def items(self) -> list[dict[str, Any]]:
        """The conversation."""
        return self.body.get("messages") or self.body["input"]

    @cached_property
    def text(self) -> str:
        """Everything that was sent."""
        return msgspec.json.encode(self.body).decode()

    @cached_property
    def answer(self) -> bytes:
        """Everything that came back."""
        return msgspec.json.encode(self.row["response"])


@dataclass
class Watch:
    """A sink that keeps what it is handed."""

    seen: list[Seen] = field(default_factory=list)

    @property
    def lines(self) -> list[bytes]:
        """All captures."""
        return [one.line for one in self.seen]

    def exchange(self, line: bytes, account: Account, ask: Ask, reply: Reply) -> None:
        """Keep one exchange."""
        truth = ask.truth
        self.seen.append(
            Seen(ask.at_us, account, truth.person, truth.conversation, ask.ip, reply.status, line)
        )


def world(days: float = 3, seed: int = 7, *, release: bool = True) -> World:
    """A small world; a model comes out in its middle."""
    middle_us = START_US + int(days * DAY_US / 2)
    return World(
        seed=seed,
        start_us=START_US,
        end_us=START_US + int(days * DAY_US),
        sources=SOURCES,
        releases=(Release("claude-next-1", middle_us),) if release else (),
    )


def opened(spec: TwinSpec, place: World, watch: Watch, seed: int = 11) -> Cell:
    """The cell of a twin in front of a provider without limits."""
    provider = ScriptedProvider(ProviderSettings(limits={}, overload_share=0.0), seed, watch)
    return open_cell(spec, place, provider, seed, "twin:test")


def played(spec: TwinSpec, days: float = 3, seed: int = 11) -> tuple[Cell, Watch]:
    """The cell after its run, and all that was seen."""
    watch, place = Watch(), world(days)
    cell = opened(spec, place, watch, seed)
    run(cell, place.end_us)
    return cell, watch


def by(seen: Iterable[Seen], key: Callable[[Seen], Any]) -> dict[Any, list[Seen]]:
    """Exchanges by what a function says of them."""
    found: dict[Any, list[Seen]] = defaultdict(list)
    for one in seen:
        found[key(one)].append(one)
    return found


SMALL: dict[str, dict[str, Any]] = {
    "agent-platform": {"people": 12, "per_day": 14},
    "audit-capture": {"per_day": 60},
    "batch-classification": {"per_day": 60},
    "ci-runners": {"per_day": 12},
    "class-assignment": {"people": 8},
    "corporate-gateway": {"people": 8},
    "drift-monitor": {"per_day": 20},
    "fallback-router": {"people": 4},
    "key-migration": {"people": 4},
    "nightly-evals": {"per_day": 60},
    "one-developer": {"per_day": 8},
    "open-source-framework": {"accounts": 6, "per_day": 90},
    "release-day": {"people": 4},
    "support-bot": {"people": 20, "per_day": 30},
    "synthetic-data": {"per_day": 90},
}
"""Sizes that run in a moment; the other kinds are small as they are."""


@cache
def small(kind: str, **settings: str) -> tuple[Cell, tuple[Seen, ...]]:
    """A small twin over three days; kept, since several tests look at it."""
    cell, watch = played(TwinSpec(kind=kind, **SMALL.get(kind, {}), **settings))
    return cell, tuple(watch.seen)


def seen(kind: str, **settings: str) -> tuple[Seen, ...]:
    """What the provider saw of a small twin."""
    return small(kind, **settings)[1]


def ids_in(text: str) -> set[str]:
    """Ids of tool calls in a text."""
    return set(re.findall(r'"((?:toolu|call|chatcmpl-tool)[_-][A-Za-z0-9_-]{10,})"', text))


def issued(rows: Iterable[Seen]) -> dict[str, Account]:
    """Ids of tool calls that the provider gave out, and to whom."""
    return {found: one.account for one in rows for found in ids_in(one.answer.decode())}


def prompts(rows: Iterable[Seen]) -> list[str]:
    """What was typed last in each request, as text."""
    return [words(one.items[-1]) for one in rows]


def words(item: dict[str, Any]) -> str:
    """The text of an item of a conversation."""
    content = item.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(block.get("text", "") for block in content)
