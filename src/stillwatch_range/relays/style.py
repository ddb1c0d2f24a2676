"""How a relay's HTTP library shows: order and case of header names, and the JSON it writes.

Orders and cases as read in examples/day (LiteLLM's httpx) and known of Go's net/http (Host,
User-Agent and Content-Length first, the rest by name in canonical case) and Node's http (names as
set, lower case where they were received).
"""

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from stillwatch_range.clients.encode import Style, joined, set_length, styled
from stillwatch_range.model import Ask, Toolset
from stillwatch_range.relays.memory import Memory

Headers = list[tuple[str, str]]
GO_FIRST = ("host", "user-agent", "content-length")
HTTPX_FIRST = ("host", "accept", "accept-encoding", "connection", "user-agent")
MADE = frozenset({"host", "connection", "content-length", "accept-encoding", "transfer-encoding"})


def values(headers: Headers) -> dict[str, str]:
    """Headers by lower-case name."""
    return {name.lower(): value for name, value in headers}


def go(headers: Mapping[str, str], names: Mapping[str, str]) -> Headers:
    """As Go's net/http writes them.

    Args:
        headers: by lower-case name.
        names: names whose case the program sets itself, by lower-case name.
    """
    shown = {names.get(name) or _canonical(name): value for name, value in headers.items()}
    shown.setdefault("Accept-Encoding", "gzip")
    first = {name: value for name, value in shown.items() if name.lower() in GO_FIRST}
    ordered = sorted(first.items(), key=lambda pair: GO_FIRST.index(pair[0].lower()))
    return ordered + sorted(pair for pair in shown.items() if pair[0] not in first)


def node(headers: Mapping[str, str]) -> Headers:
    """As Node's http writes them: as they were set, then what it adds."""
    kept = [pair for pair in headers.items() if pair[0] not in ("host", "content-length")]
    kept += [("content-length", headers.get("content-length", "0"))]
    return [*kept, ("Host", headers.get("host", "")), ("Connection", "keep-alive")]


def httpx(headers: Mapping[str, str]) -> Headers:
    """As Python's httpx writes them."""
    made = {"accept": "*/*", "accept-encoding": "gzip, deflate", "connection": "keep-alive"}
    shown = {**headers, **made}
    first = [(name, shown[name]) for name in HTTPX_FIRST if name in shown]
    last = [("content-length", shown.get("content-length", "0"))]
    rest = [pair for pair in shown.items() if pair[0] not in (*HTTPX_FIRST, "content-length")]
    return first + rest + last


def finish(ask: Ask, style: Style, memory: Memory) -> None:
    """Write the body in a program's JSON style, and its length; `ask` is changed in place.

    Args:
        ask: ready but for its text.
        style: `compact` needs no text of its own.
        memory: of the conversation, so that only new items are written anew.
    """
    if style == "compact":
        ask.raw = None
        set_length(ask)
        return
    fields = [(name, _text(value, style, memory)) for name, value in ask.body.items()]
    text = joined(fields, style)
    ask.raw = text.decode()
    set_length(ask, text)


def _text(value: object, style: Style, memory: Memory) -> "bytes | list[bytes]":
    if isinstance(value, Toolset):
        return memory.once(f"style:{style}", value.raw, lambda raw: _styled(raw, style))
    if isinstance(value, list) and value and isinstance(value[0], msgspec.Raw):
        return memory.each(f"style:{style}", value, lambda raw: _styled(raw, style))
    return styled(value, style)


def _styled(raw: msgspec.Raw, style: Style) -> bytes:
    return styled(msgspec.json.decode(raw), style)


@lru_cache(maxsize=1024)
def _canonical(name: str) -> str:
    return "-".join(part[:1].upper() + part[1:] for part in name.lower().split("-"))
