"""What is known about client and relay software, as dated data.

Clients change with every release, so what a genuine one looks like stands in `clients.toml`, and
what known relay builds leave behind in `relays-2026.toml`: each entry with a date and a source.
A version that the data does not cover yields no contradiction.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

import msgspec
from msgspec import Struct

CheckGroup = Literal["claims", "session", "transport", "body"]


class CheckSet(Struct, frozen=True, forbid_unknown_fields=True):
    """Questions that hold for a genuine client; see `traits.claims` for each.

    Attributes:
        group: the check under which the answers are stored.
        ask: the details that are looked at.
        since: first version of the client for which they were seen to hold.
    """

    group: CheckGroup
    ask: tuple[str, ...]
    since: str = "0"


class Client(Struct, frozen=True, forbid_unknown_fields=True):
    """A client program as it was recorded.

    Attributes:
        id: the label stored in `client`.
        agents: first words of the user agents that name it, in lower case, without version.
        as_of: when it was last recorded.
        source: where the facts come from.
        first: oldest version recorded; the checks apply from here.
        last: newest version recorded; nothing is known about newer ones.
        wire: the API format that it speaks.
        libraries: the HTTP libraries that it was seen to use.
        tools: names of tools that it brings along.
        identity: words of its own in the system text.
        system_turn: words of its own in a system turn inside the conversation.
        session_version: the version of UUID that its session ids have.
    """

    id: str
    agents: tuple[str, ...]
    as_of: date
    source: str
    first: str = ""
    last: str = ""
    wire: str = ""
    libraries: tuple[str, ...] = ()
    tools: frozenset[str] = frozenset()
    identity: tuple[str, ...] = ()
    system_turn: tuple[str, ...] = ()
    session_version: int = 0
    checks: tuple[CheckSet, ...] = ()

    def covers(self, version: str | None) -> bool:
        """Whether a version lies between the oldest and the newest that was recorded."""
        if version is None or not self.last:
            return False
        return version_key(self.first) <= version_key(version) <= version_key(self.last)


class Build(Struct, frozen=True, forbid_unknown_fields=True):
    """A trace that one relay build leaves. Exactly one of the last five fields says where.

    Attributes:
        weight: log10 likelihood ratio on `as_of`, at most 1.
        half_life_days: after how many days it counts half.
        device: text whose SHA-256 is the device id.
        result: the whole text of a tool result.
        tool_pattern: regular expression that most of the offered tools' names match.
        tool_prefix: beginning of any offered tool's name.
        headers: header names in lower case, and the values that stand together.
    """

    id: str
    relay: str
    what: str
    as_of: date
    source: str
    weight: float
    half_life_days: float
    device: str = ""
    result: str = ""
    tool_pattern: str = ""
    tool_prefix: str = ""
    headers: Mapping[str, str] = {}


class _ClientFile(Struct, frozen=True, forbid_unknown_fields=True):
    client: tuple[Client, ...]


class _BuildFile(Struct, frozen=True, forbid_unknown_fields=True):
    build: tuple[Build, ...]


@cache
def clients() -> Mapping[str, Client]:
    """Known client programs by id."""
    entries = msgspec.convert(_read("clients.toml"), _ClientFile).client
    return MappingProxyType({entry.id: entry for entry in entries})


@cache
def clients_by_agent() -> Mapping[str, Client]:
    """Known client programs by the first word of their user agent."""
    return MappingProxyType(
        {agent: entry for entry in clients().values() for agent in entry.agents}
    )


@cache
def builds() -> tuple[Build, ...]:
    """Known traces of relay builds."""
    return msgspec.convert(_read("relays-2026.toml"), _BuildFile).build


@lru_cache(maxsize=4096)
def version_key(version: str) -> tuple[int, ...]:
    """A version's leading numbers, for comparison."""
    numbers = version.replace("-", ".").split(".")[:4]
    return tuple(int(number) if number.isdecimal() else 0 for number in numbers)


def _read(name: str) -> dict[str, object]:
    return tomllib.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))
