"""Streams of the Responses API: to the body of a response, and from it.

A stream ends with the whole response. One that broke off is put together from its items.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from stillwatch.wire.values import as_items, text_or_empty


class _Event(Struct):
    type: str | None = None
    response: dict[str, Any] | None = None
    output_index: int | None = None
    item: dict[str, Any] | None = None
    delta: Any = None
    code: str | None = None
    message: str | None = None
    error: dict[str, Any] | None = None


EVENTS = msgspec.json.Decoder(list[_Event])

# Deltas by the field of an unfinished item that they make up.
_DELTAS = {
    "response.output_text.delta": "text",
    "response.refusal.delta": "text",
    "response.function_call_arguments.delta": "arguments",
    "response.custom_tool_call_input.delta": "input",
}


def joined(events: list[_Event]) -> dict[str, Any]:
    """The response's body that a stream amounts to, as far as it came.

    Args:
        events: decoded with `EVENTS`.
    """
    value: dict[str, Any] = {}
    items: dict[int | None, dict[str, Any]] = {}
    pieces: dict[int | None, list[tuple[str, str]]] = {}
    for event in events:
        kind = event.type or ""
        if kind in _DELTAS:
            if isinstance(event.delta, str):
                pieces.setdefault(event.output_index, []).append((_DELTAS[kind], event.delta))
        elif kind in ("response.output_item.done", "response.output_item.added"):
            items[event.output_index] = event.item or {}
            if kind.endswith("done"):
                pieces.pop(event.output_index, None)
        elif event.response is not None:
            value = event.response
        elif kind == "error":
            value["error"] = event.error or {"type": event.code, "message": event.message}
    # Some proxies end with a response whose output is empty.
    if not as_items(value.get("output")):
        value["output"] = [_item(items, pieces, index) for index in {**items, **pieces}]
    return value


def _item(
    items: dict[int | None, dict[str, Any]],
    pieces: dict[int | None, list[tuple[str, str]]],
    index: int | None,
) -> dict[str, Any]:
    """An item, with what came of it if it was not done."""
    item = items.get(index, {"type": "message", "role": "assistant"})
    for field in ("arguments", "input"):
        text = "".join(piece for name, piece in pieces.get(index, ()) if name == field)
        if text:
            return {**item, field: text_or_empty(item.get(field)) + text}
    text = "".join(piece for name, piece in pieces.get(index, ()) if name == "text")
    return {**item, "content": [{"type": "output_text", "text": text}]} if text else item


def split(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The events of a stream that amounts to a response's body."""
    started = {**value, "status": "in_progress", "output": [], "error": None}
    yield {"type": "response.created", "response": started}
    for index, item in enumerate(value.get("output", ())):
        yield {"type": "response.output_item.added", "output_index": index, "item": item}
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    endings = {"incomplete": "incomplete", "failed": "failed"}
    ending = endings.get(value["status"], "completed")
    yield {"type": f"response.{ending}", "response": value}
