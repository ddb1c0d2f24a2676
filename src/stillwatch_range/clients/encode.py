"""Bytes of requests: bodies, conversation items and the length header, for whoever writes one.

Items of a conversation are encoded once and then only joined, so that a request costs the copy
of its bytes and not the encoding of its history. `items` gives the plain form that an SDK sends;
real clients with a form of their own (`claude_code` and the like) encode theirs themselves.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal

import msgspec

from stillwatch_range.model import Ask, Block, Called, Said, Thought, Toolset, Wire

Style = Literal["compact", "python", "go"]
_encode = msgspec.json.Encoder().encode
_dumps = json.JSONEncoder().encode
_GO = str.maketrans(
    {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
)
_CHUNK = {"compact": (b",", b":"), "go": (b",", b":"), "python": (b", ", b": ")}


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool call gave back, to be sent under the call's id."""

    id: str
    text: str
    failed: bool = False


Part = Block | Result


def body_bytes(body: Mapping[str, Any]) -> bytes:
    """A body in plain compact JSON, as JavaScript and most libraries write it.

    Args:
        body: as in `Ask.body`: plain values, lists of `msgspec.Raw`, and a `Toolset` for tools.
    """
    return _encode({k: v.raw if type(v) is Toolset else v for k, v in body.items()})


def sent(ask: Ask) -> bytes:
    """The body of a request as its sender writes it: `raw` where set, else compact JSON."""
    return body_bytes(ask.body) if ask.raw is None else ask.raw.encode()


def set_length(ask: Ask, body: bytes | None = None) -> None:
    """Make the Content-Length header agree with the body, where the request has that header.

    Args:
        ask: changed in place; the header keeps its place and case.
        body: the body where the caller has it already; otherwise it is encoded.
    """
    length = str(len(sent(ask) if body is None else body))
    for place, (name, value) in enumerate(ask.headers):
        if value != length and name.lower() == "content-length":
            ask.headers[place] = (name, length)


def styled(value: Any, style: Style) -> bytes:
    """A JSON value in the style of a program.

    Args:
        value: plain JSON values only.
        style: `compact` as JavaScript writes; `python` as `json.dumps` does by default, with
            spaces and ASCII only; `go` as encoding/json does, which escapes `<`, `>` and `&`.
            Keys stay in their order: a Go map's must be sorted by the caller.
    """
    if style == "python":
        return _dumps(value).encode()
    text = _encode(value)
    return text.decode().translate(_GO).encode() if style == "go" else text


def joined(fields: Iterable[tuple[str, bytes | Sequence[bytes]]], style: Style) -> bytes:
    """A JSON object of members that are encoded already; a sequence becomes an array."""
    comma, colon = _CHUNK[style]
    parts = (
        b'"%b"%b%b' % (name.encode(), colon, value)
        if isinstance(value, bytes)
        else b'"%b"%b[%b]' % (name.encode(), colon, comma.join(value))
        for name, value in fields
    )
    return b"{" + comma.join(parts) + b"}"


def raw(value: Any) -> msgspec.Raw:
    """Any JSON value, encoded once."""
    return msgspec.Raw(_encode(value))


def items(wire: Wire, role: str, parts: Sequence[Part]) -> list[msgspec.Raw]:
    """A turn as encoded items of a conversation, in the plain form of a wire.

    Args:
        wire: format of the body that the items will stand in.
        role: `user` or `assistant` (also `system` where the wire has it).
        parts: text, reasoning, calls and results; a turn of one text stands as a plain string.
    """
    return [msgspec.Raw(_encode(item)) for item in plain_items(wire, role, parts)]


def plain_items(wire: Wire, role: str, parts: Sequence[Part]) -> list[dict[str, Any]]:
    """As `items`, before encoding."""
    return _PLAIN[wire](role, parts)


def _messages(role: str, parts: Sequence[Part]) -> list[dict[str, Any]]:
    if len(parts) == 1 and isinstance(parts[0], Said):
        return [{"role": role, "content": parts[0].text}]
    return [{"role": role, "content": [messages_block(part) for part in parts]}]


def messages_block(part: Part) -> dict[str, Any]:
    """A block of the messages wire, as the provider writes it."""
    match part:
        case Thought():
            return {"type": "thinking", "thinking": part.text, "signature": part.signature}
        case Called():
            return {"type": "tool_use", "id": part.id, "name": part.name, "input": part.input}
        case Result():
            block = {"type": "tool_result", "tool_use_id": part.id, "content": part.text}
            return {**block, "is_error": True} if part.failed else block
        case Said():
            return {"type": "text", "text": part.text}


def _chat(role: str, parts: Sequence[Part]) -> list[dict[str, Any]]:
    text = "".join(part.text for part in parts if isinstance(part, Said))
    calls = [
        {
            "id": part.id,
            "type": "function",
            "function": {"name": part.name, "arguments": arguments(part)},
        }
        for part in parts
        if isinstance(part, Called)
    ]
    made: list[dict[str, Any]] = [
        {"role": "tool", "tool_call_id": part.id, "content": part.text}
        for part in parts
        if isinstance(part, Result)
    ]
    if calls:
        made.append({"role": role, "content": text or None, "tool_calls": calls})
    elif text or not made:
        made.append({"role": role, "content": text})
    return made


def _responses(role: str, parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [_responses_item(role, part) for part in parts]


def _responses_item(role: str, part: Part) -> dict[str, Any]:
    match part:
        case Thought():
            return {
                "type": "reasoning",
                **({"id": part.id} if part.id else {}),
                "summary": [{"type": "summary_text", "text": part.text}] if part.text else [],
                "encrypted_content": part.signature,
            }
        case Called():
            return {
                "type": "function_call",
                "name": part.name,
                "arguments": arguments(part),
                "call_id": part.id,
            }
        case Result():
            return {"type": "function_call_output", "call_id": part.id, "output": part.text}
        case Said():
            return {"role": role, "content": part.text}


def call_item_id(call_id: str) -> str:
    """The id of a function call's item on the responses wire, which follows from the call's."""
    return f"fc_{blake2b(call_id.encode(), digest_size=25).hexdigest()}"


def arguments(call: Called) -> str:
    """The input of a call as the JSON text that the chat and responses wires carry."""
    return _encode(call.input).decode()


_PLAIN = {"messages": _messages, "chat": _chat, "responses": _responses}
