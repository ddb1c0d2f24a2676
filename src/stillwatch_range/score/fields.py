"""Pulls single header and length fields out of captures, without parsing what it does not need.

A line is opened by typed structs that pass over the text of messages; of each account at most
`SAMPLE` exchanges are opened, drawn evenly over its traffic, so memory does not grow with it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import msgspec
import numpy as np
from msgspec import UNSET, Raw, Struct, UnsetType

from stillwatch.errors import InputError

SAMPLE = 200
ACCOUNT = re.compile(rb'"account"\s*:\s*"([^"\\]+)"')
LOOK = 4_096
Value = str | float
Fields = dict[str, Value]


class _Client(Struct):
    ip: str | None = None
    asn: int | None = None


class _Request(Struct):
    body: Raw
    path: str = ""
    headers: dict[str, str] | list[tuple[str, str]] = {}


class _Response(Struct):
    body: Raw | UnsetType = UNSET
    events: list[Raw] | None = None


class _Line(Struct):
    account: str
    request: _Request
    client: _Client | None = None
    response: _Response | None = None


class _Body(Struct):
    model: str | None = None
    max_tokens: float | None = None
    max_completion_tokens: float | None = None
    max_output_tokens: float | None = None
    temperature: float | None = None
    messages: list[Raw] | None = None
    input: list[Raw] | str | None = None
    system: Raw | UnsetType = UNSET
    instructions: str | None = None


class _Message(Struct):
    role: str = ""


class _Usage(Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None


class _Holder(Struct):
    usage: _Usage | None = None


class _Answer(Struct):
    """A response's body or one of its events; the usage stands at one of three places."""

    usage: _Usage | None = None
    message: _Holder | None = None
    response: _Holder | None = None


_LINE = msgspec.json.Decoder(_Line)
_BODY = msgspec.json.Decoder(_Body)
_MESSAGE = msgspec.json.Decoder(_Message)
_ANSWER = msgspec.json.Decoder(_Answer)


@dataclass(slots=True)
class _Sample:
    """Lines of an account, each of those seen so far with the same chance."""

    seen: int
    lines: list[Fields]


def fields(line: bytes) -> Fields:
    """The single fields of a capture line, by name; those that it lacks are left out.

    Raises:
        msgspec.MsgspecError: it is not a capture line.
    """
    parsed = _LINE.decode(line)
    found: dict[str, Value | None] = {"path": parsed.request.path}
    if parsed.client:
        found["client asn"] = str(parsed.client.asn)
        found["client address"] = _address(parsed.client.ip)
    found.update(_of_body(parsed.request.body))
    if parsed.response:
        found.update(_of_answer(parsed.response))
    found.update(_of_headers(parsed.request.headers))
    return {name: value for name, value in found.items() if value is not None}


def sample(lines: Iterable[bytes], seed: int) -> Mapping[str, list[Fields]]:
    """Fields of up to `SAMPLE` exchanges of each account.

    Args:
        lines: capture lines; empty ones are passed over.
        seed: which exchanges of a busy account are taken.

    Raises:
        InputError: a line is not a capture's.
    """
    draw = np.random.default_rng(seed)
    samples: dict[bytes, _Sample] = {}
    for number, line in enumerate(lines, 1):
        if line.isspace():
            continue
        name = ACCOUNT.search(line, 0, LOOK) or ACCOUNT.search(line)
        if not name:
            raise InputError(f"Line {number} of the captures names no account.")
        kept = samples.setdefault(name[1], _Sample(0, []))
        kept.seen += 1
        at = len(kept.lines) if kept.seen <= SAMPLE else int(draw.integers(kept.seen))
        if at < SAMPLE:
            kept.lines[at : at + 1] = [_opened(line, number)]
    return {name.decode(): kept.lines for name, kept in samples.items()}


def _opened(line: bytes, number: int) -> Fields:
    try:
        return fields(line)
    except msgspec.MsgspecError as error:
        raise InputError(f"Line {number} of the captures is broken: {error}.") from error


def _of_body(raw: Raw) -> dict[str, Value | None]:
    try:
        body = _BODY.decode(raw)
    except msgspec.ValidationError:
        return {"body length": float(len(memoryview(raw)))}
    items = body.messages if body.messages is not None else body.input
    limits = (body.max_tokens, body.max_completion_tokens, body.max_output_tokens)
    return {
        "body length": float(len(memoryview(raw))),
        "model": body.model,
        "max_tokens": next((limit for limit in limits if limit is not None), None),
        "temperature": body.temperature,
        "messages": float(len(items)) if isinstance(items, list) else None,
        "system length": _system(body),
    }


def _system(body: _Body) -> float | None:
    if body.system is not UNSET:
        return float(len(memoryview(body.system)))
    if body.instructions is not None:
        return float(len(body.instructions))
    if body.messages and _MESSAGE.decode(body.messages[0]).role in ("system", "developer"):
        return float(len(memoryview(body.messages[0])))
    return None


def _of_answer(response: _Response) -> dict[str, Value | None]:
    parts = response.events or ([response.body] if response.body is not UNSET else [])
    used: dict[str, float] = {}
    for part in parts:
        if b'"usage"' not in bytes(part):
            continue
        answer = _ANSWER.decode(part)
        for holder in (answer, answer.message, answer.response):
            if holder and holder.usage:
                used.update(_tokens(holder.usage))
    return dict(used)


def _tokens(usage: _Usage) -> dict[str, float]:
    pairs: dict[str, Any] = {
        "input tokens": usage.input_tokens
        if usage.input_tokens is not None
        else usage.prompt_tokens,
        "output tokens": usage.output_tokens
        if usage.output_tokens is not None
        else usage.completion_tokens,
        "cached tokens": usage.cache_read_input_tokens,
        "tokens put into the cache": usage.cache_creation_input_tokens,
    }
    return {name: float(count) for name, count in pairs.items() if count is not None}


def _of_headers(headers: dict[str, str] | list[tuple[str, str]]) -> dict[str, Value | None]:
    pairs = list(headers.items()) if isinstance(headers, dict) else headers
    found: dict[str, Value | None] = {f"header {name.lower()}": value for name, value in pairs}
    found["header order"] = " ".join(name.lower() for name, _ in pairs)
    found["header case"] = " ".join(sorted(name for name, _ in pairs))
    found["headers"] = float(len(pairs))
    return found


def _address(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(int(ip_address(text)))
    except ValueError:
        return None
