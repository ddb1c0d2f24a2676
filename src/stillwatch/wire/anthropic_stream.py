"""Streams of the Messages API: to the body of a response, and from it."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from stillwatch.wire.parts import arguments_of
from stillwatch.wire.values import WireError, load, text_or_empty


class _Delta(Struct):
    type: str | None = None
    text: str | None = None
    partial_json: str | None = None
    thinking: str | None = None
    signature: str | None = None
    stop_reason: str | None = None


class _Event(Struct):
    type: str | None = None
    index: int | None = None
    message: dict[str, Any] | None = None
    content_block: dict[str, Any] | None = None
    delta: _Delta | None = None
    usage: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


EVENTS = msgspec.json.Decoder(list[_Event])


Pieces = dict[tuple[int | None, str], list[str]]


def joined(events: list[_Event]) -> dict[str, Any]:
    """The response's body that a stream amounts to, as far as it came.

    Args:
        events: decoded with `EVENTS`.
    """
    value: dict[str, Any] = {}
    blocks: dict[int | None, dict[str, Any]] = {}
    pieces: Pieces = {}
    for event in events:
        if event.type == "content_block_delta":
            if event.delta is not None:
                _add(pieces, event.index, event.delta)
        elif event.type == "content_block_start":
            blocks[event.index] = event.content_block or {}
        elif event.type != "content_block_stop":
            _take(value, event)
    for (index, field), texts in pieces.items():
        if index in blocks:
            _complete(blocks[index], field, "".join(texts))
    if blocks:
        value["content"] = list(blocks.values())
    return value


def _add(pieces: Pieces, index: int | None, delta: _Delta) -> None:
    """Take in a delta; those of kinds that we do not know, as citations, are passed over."""
    if (text := delta.text) is not None:
        field = "text"
    elif (text := delta.partial_json) is not None:
        field = "input"
    elif (text := delta.thinking) is not None:
        field = "thinking"
    elif (text := delta.signature) is not None:
        field = "signature"
    else:
        return
    known = pieces.get((index, field))
    if known is None:
        pieces[index, field] = [text]
    else:
        known.append(text)


def _complete(block: dict[str, Any], field: str, text: str) -> None:
    """Put the text of all deltas into the block as a response that is not streamed holds it."""
    if field != "input":
        block[field] = text_or_empty(block.get(field)) + text
    elif text:  # else the block has the arguments that it began with
        block[field] = _input(text)


def _input(arguments: str) -> Any:
    """The value of streamed arguments; a stream that broke off leaves them as free text."""
    try:
        return load(arguments, "arguments")
    except WireError:
        return arguments


def _take(value: dict[str, Any], event: _Event) -> None:
    """Take in what an event says about the whole message."""
    if event.type == "message_start" and event.message is not None:
        value.update(event.message)
    elif event.type == "message_delta":
        if event.delta is not None and event.delta.stop_reason is not None:
            value["stop_reason"] = event.delta.stop_reason
        _add_usage(value, event.usage)
    elif event.type == "error":
        value["error"] = event.error or {}


def _add_usage(value: dict[str, Any], usage: dict[str, Any] | None) -> None:
    """Later counts stand for earlier ones, except that a null says nothing."""
    before = value.get("usage")
    said = {name: count for name, count in (usage or {}).items() if count is not None}
    value["usage"] = {**(before if isinstance(before, dict) else {}), **said}


def split(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The events of a stream that amounts to a response's body."""
    if value["type"] == "error":
        yield value
        return
    start = {name: value[name] for name in ("type", "id", "role", "model")}
    yield {
        "type": "message_start",
        "message": {**start, "content": [], "stop_reason": None, "usage": value["usage"]},
    }
    for index, block in enumerate(value.get("content", ())):
        yield from _split_block(index, block)
    if "error" in value:
        yield {"type": "error", "error": value["error"]}
        return
    delta = {"stop_reason": value["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": delta, "usage": value["usage"]}
    yield {"type": "message_stop"}


def _split_block(index: int, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    start, deltas = _deltas(block)
    yield {"type": "content_block_start", "index": index, "content_block": start}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def _deltas(block: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a block starts as, and the deltas that make it whole."""
    match block:
        case {"type": "text", "text": text}:
            return {**block, "text": ""}, [{"type": "text_delta", "text": text}]
        case {"type": "thinking", "thinking": text, "signature": signature}:
            return {**block, "thinking": "", "signature": ""}, [
                {"type": "thinking_delta", "thinking": text},
                {"type": "signature_delta", "signature": signature},
            ]
        case {"type": "tool_use", "input": dict(value)}:
            text = arguments_of(value)
            return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": text}]
        case _:
            return block, []
