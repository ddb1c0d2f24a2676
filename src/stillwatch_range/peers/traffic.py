"""What the peers see of captures: for each account when it asked, from where, and what was typed.

Held in memory, cut to `LONGEST` characters a prompt: about a kilobyte an exchange.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from stillwatch.errors import InputError
from stillwatch_range.score.captures import capture_files, lines

LONGEST = 1_000


@dataclass(slots=True)
class Stream:
    """An account's exchanges, in the order of time.

    Attributes:
        times_s: seconds since the epoch.
        addresses: the client's address; empty where it is not known.
        prompts: what a person or program typed last; empty where the exchange carries on with
            tool results.
    """

    times_s: list[float] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)

    @property
    def typed(self) -> list[str]:
        """The prompts that are not empty."""
        return [prompt for prompt in self.prompts if prompt]


Traffic = Mapping[str, Stream]


class _Client(Struct):
    ip: str | None = None


class _Body(Struct):
    messages: list[Raw] | None = None
    input: list[Raw] | str | None = None


class _Request(Struct):
    body: Raw


class _Line(Struct):
    time: datetime
    account: str
    request: _Request
    client: _Client | None = None


class _Part(Struct):
    type: str = ""
    text: str = ""


class _Item(Struct):
    role: str = ""
    content: str | list[_Part] | None = None


_LINE = msgspec.json.Decoder(_Line)
_BODY = msgspec.json.Decoder(_Body)
_ITEM = msgspec.json.Decoder(_Item)


def read(folder: Path) -> dict[str, Stream]:
    """Read a scenario's captures.

    Raises:
        InputError: there are none, or a line is broken.
    """
    return gather(lines(capture_files(folder)))


def gather(captured: Iterable[bytes]) -> dict[str, Stream]:
    """Put capture lines, in any order, into streams.

    Raises:
        InputError: a line is broken.
    """
    seen: dict[str, list[tuple[float, str, str]]] = {}
    for number, line in enumerate(captured, 1):
        if line.isspace():
            continue
        try:
            parsed = _LINE.decode(line)
        except msgspec.MsgspecError as error:
            raise InputError(f"Line {number} of the captures is broken: {error}.") from error
        address = (parsed.client.ip if parsed.client else None) or ""
        exchange = (parsed.time.timestamp(), address, prompt_of(parsed.request.body))
        seen.setdefault(parsed.account, []).append(exchange)
    return {account: _stream(seen[account]) for account in sorted(seen)}


def _stream(exchanges: list[tuple[float, str, str]]) -> Stream:
    exchanges.sort()
    times, addresses, prompts = zip(*exchanges, strict=True)
    return Stream(list(times), list(addresses), list(prompts))


def prompt_of(raw: Raw) -> str:
    """The last text of a request's last user message; empty if that has none."""
    try:
        body = _BODY.decode(raw)
        items = body.messages if body.messages is not None else body.input
        if isinstance(items, str):
            return items[:LONGEST]
        item = _ITEM.decode(items[-1]) if items else _Item()
    except msgspec.ValidationError:
        return ""
    if item.role != "user" or not item.content:
        return ""
    if isinstance(item.content, str):
        return item.content[:LONGEST]
    texts = [part.text for part in item.content if part.type in ("text", "input_text")]
    return texts[-1][:LONGEST] if texts else ""
