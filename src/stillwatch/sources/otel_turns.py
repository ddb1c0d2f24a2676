"""Conversations in the attributes and events of spans, in three generations of names.

1. `gen_ai.input.messages`, `gen_ai.output.messages`, `gen_ai.system_instructions` and
   `gen_ai.tool.definitions` as JSON (conventions 1.37 and later), on the span or on its event
   `gen_ai.client.inference.operation.details`.
2. A span event for every message: `gen_ai.user.message`, `gen_ai.choice` and so on (1.28 to 1.36).
3. Flat attributes: `gen_ai.prompt.0.content`, `gen_ai.completion.0.tool_calls.0.name` and so on
   (before 1.28, and OpenLLMetry).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stillwatch.exchange import Message, Opaque, Part, Reasoning, Role, Text, ToolCall, ToolResult
from stillwatch.sources.json_text import Json, as_items, decode_any, text_of
from stillwatch.sources.model import LineError
from stillwatch.sources.turns import chat_parts

Attributes = Mapping[str, Any]

_DETAILS = "gen_ai.client.inference.operation.details"
_TURN_EVENT = re.compile(r"gen_ai\.(system|user|assistant|tool)\.message")
_FLAT = re.compile(r"gen_ai\.(prompt|completion)\.(\d{1,6})\.(.+)", re.ASCII)
_FLAT_CALL = re.compile(r"tool_calls\.(\d{1,6})\.(id|name|arguments)", re.ASCII)
_FLAT_TOOL = re.compile(r"llm\.request\.functions\.(\d{1,6})\.name", re.ASCII)
_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "assistant": "assistant",
    "model": "assistant",
}


@dataclass(frozen=True)
class Event:
    """An event of a span."""

    name: str
    attributes: Attributes


@dataclass(frozen=True)
class Talk:
    """What was said in a call.

    Attributes:
        turns: the request's messages, instructions among them.
        answer: the first choice of the response, or None.
        finish: why it ended, in the words of the conventions, or None.
        tools: the names of the tools on offer.
    """

    turns: tuple[Message, ...]
    answer: Message | None = None
    finish: str | None = None
    tools: tuple[str, ...] = ()


def conversation_of(own: Attributes, events: Sequence[Event]) -> Talk:
    """The conversation of a span, with no turns where none were recorded.

    Args:
        own: the span's attributes.
        events: the span's events, in order.
    """
    details = (event.attributes for event in events if event.name == _DETAILS)
    for attributes in (own, *details):
        if "gen_ai.input.messages" in attributes:
            return _from_messages(attributes)
    return _from_events(events) or _from_flat(own)


def _from_messages(attributes: Attributes) -> Talk:
    instructions = _parts(_opened(attributes.get("gen_ai.system_instructions")))
    turns = [_message(item) for item in _items(attributes.get("gen_ai.input.messages"))]
    outputs = _items(attributes.get("gen_ai.output.messages"))
    return Talk(
        turns=((Message("system", instructions),) if instructions else ()) + tuple(turns),
        answer=_message({"role": "assistant", **outputs[0]}) if outputs else None,
        finish=text_of(outputs[0].get("finish_reason")) or None if outputs else None,
        tools=tuple(map(_tool, _items(attributes.get("gen_ai.tool.definitions")))),
    )


def _message(item: Json) -> Message:
    parts = _parts(item["parts"]) if "parts" in item else tuple(chat_parts(item))
    return Message(_ROLES.get(text_of(item.get("role")), "user"), parts)


def _parts(value: Any) -> tuple[Part, ...]:
    if isinstance(value, str):
        return (Text(value),) if value else ()
    return tuple(_part(item) for item in as_items(value))


def _part(item: Json) -> Part:
    """A part of the conventions, or a content block of the Messages format."""
    content = item.get("content", item.get("text"))
    match item.get("type"):
        case "text":
            return Text(text_of(content))
        case "reasoning" | "thinking":
            words = text_of(item.get("thinking", content))
            return Reasoning(words, text_of(item.get("signature")) or None)
        case "tool_call" | "tool_use":
            arguments = item.get("arguments", item.get("input"))
            return ToolCall(text_of(item.get("id")), text_of(item.get("name")), text_of(arguments))
        case "tool_call_response":
            answer = item.get("response", item.get("result"))
            return ToolResult(text_of(item.get("id")), text_of(answer))
        case "tool_result":
            return ToolResult(text_of(item.get("tool_use_id")), text_of(content))
        case kind:
            return Opaque(text_of(kind))


def _tool(tool: Json) -> str:
    function = tool.get("function")
    return text_of((function if isinstance(function, dict) else tool).get("name"))


def _from_events(events: Sequence[Event]) -> Talk | None:
    turns: list[Message] = []
    talk: Talk | None = None
    for event in events:
        item = _event_item(event)
        if found := _TURN_EVENT.fullmatch(event.name):
            role = found[1]
            turns.append(_chat_message({"role": role, "tool_call_id": item.get("id"), **item}))
        elif event.name == "gen_ai.choice" and talk is None:
            talk = _choice(item)
    if not turns:
        return None
    return Talk(tuple(turns), talk.answer if talk else None, talk.finish if talk else None)


def _event_item(event: Event) -> Json:
    """An event's attributes, with the JSON ones opened and a body in JSON spread out."""
    body = _opened(event.attributes.get("gen_ai.event.content"))
    item = {**event.attributes, **(body if isinstance(body, dict) else {})}
    for key in ("message", "tool_calls"):
        item[key] = _opened(item.get(key))
    return item


def _choice(item: Json) -> Talk:
    message = item["message"] if isinstance(item["message"], dict) else item
    answer = _chat_message({**message, "role": "assistant"})
    return Talk((), answer, text_of(item.get("finish_reason")) or None)


def _from_flat(own: Attributes) -> Talk:
    prompts: dict[int, Json] = {}
    completions: dict[int, Json] = {}
    for key, value in own.items():
        if found := _FLAT.fullmatch(key):
            side = prompts if found[1] == "prompt" else completions
            _place(side.setdefault(int(found[2]), {}), found[3], value)
    first = completions[min(completions)] if completions else None
    return Talk(
        turns=tuple(_chat_message(_with_calls(prompts[index])) for index in sorted(prompts)),
        answer=_chat_message(_with_calls({**first, "role": "assistant"})) if first else None,
        finish=text_of(first.get("finish_reason")) or None if first else None,
        tools=_flat_tools(own),
    )


def _place(item: Json, key: str, value: Any) -> None:
    if found := _FLAT_CALL.fullmatch(key):
        item.setdefault("calls", {}).setdefault(int(found[1]), {})[found[2]] = value
    else:
        item[key] = value


def _with_calls(item: Json) -> Json:
    calls = item.get("calls", {})
    return {**item, "tool_calls": [calls[index] for index in sorted(calls)]}


def _flat_tools(own: Attributes) -> tuple[str, ...]:
    found = {int(m[1]): text_of(own[key]) for key in own if (m := _FLAT_TOOL.fullmatch(key))}
    return tuple(found[index] for index in sorted(found))


def _chat_message(item: Json) -> Message:
    """A message in the chat format, whose content may be a list of blocks written as JSON."""
    content = _opened(item.get("content"))
    role = text_of(item.get("role"))
    if isinstance(content, list) and role != "tool":
        calls = chat_parts({**item, "content": None})
        return Message(_ROLES.get(role, "user"), (*_parts(content), *calls))
    return Message(_ROLES.get(role, "user"), tuple(chat_parts(item)))


def _items(value: Any) -> list[Json]:
    return as_items(_opened(value))


def _opened(value: Any) -> Any:
    """A value that may be JSON in a string, opened; other strings as they are."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return decode_any(value)
    except LineError:
        return value
