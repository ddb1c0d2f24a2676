"""Reads requests of all wires for scripts; whatever is no proper part of a conversation is skipped."""

from collections.abc import Iterator
from typing import Any

from stillwatch_range.model import Wire
from stillwatch_range.upstream.answer import Json, inner
from stillwatch_range.upstream.script import Offered, Utterance


def talk(wire: Wire, body: Json) -> list[Utterance]:
    """The conversation of a request."""
    said = body.get("input" if wire == "responses" else "messages")
    if isinstance(said, str):
        return [Utterance("user", said)]
    read = {"messages": _messages, "chat": _chat, "responses": _responses}[wire]
    return [utterance for item in _objects(said) for utterance in read(item)]


def _messages(item: Json) -> Iterator[Utterance]:
    content = item.get("content")
    calls = sum(block.get("type") == "tool_use" for block in _objects(content))
    for block in _objects(content):
        if block.get("type") == "tool_result":
            yield Utterance("tool", _text(block.get("content")))
    text = _text(content)
    if text or calls:
        yield Utterance(_role(item), text, calls)


def _chat(item: Json) -> Iterator[Utterance]:
    yield Utterance(_role(item), _text(item.get("content")), len(_objects(item.get("tool_calls"))))


def _responses(item: Json) -> Iterator[Utterance]:
    match item.get("type"):
        case "function_call" | "custom_tool_call":
            yield Utterance("assistant", calls=1)
        case "function_call_output" | "custom_tool_call_output":
            yield Utterance("tool", _text(item.get("output")))
        case "message" | None:
            yield Utterance(_role(item), _text(item.get("content")))
        case _:
            return


def _role(item: Json) -> str:
    role = item.get("role")
    return role if isinstance(role, str) else ""


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    texts = (block.get("text") for block in _objects(content))
    return "\n".join(text for text in texts if isinstance(text, str))


def _objects(value: Any) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def offered(wire: Wire, body: Json) -> list[Offered]:
    """The tools that a request offers, as far as they have a name and a schema."""
    return [tool for value in _objects(body.get("tools")) if (tool := _tool(wire, value))]


def _tool(wire: Wire, value: Json) -> Offered | None:
    if wire == "chat":
        value = inner(value, "function") or {}
    name = inner(value, "name")
    schema = inner(value, "input_schema" if wire == "messages" else "parameters")
    fields = inner(schema, "properties") if isinstance(schema, dict) else None
    if not isinstance(name, str) or not isinstance(fields, dict):
        return None
    required = inner(schema, "required")
    names = required if isinstance(required, list) else ()
    return Offered(name, fields, tuple(name for name in names if isinstance(name, str)))
