"""The large fields of a request's body that are read the same way in every format."""

from typing import Any

from msgspec import Raw, Struct

from stillwatch.exchange import Message, Text, Tool
from stillwatch.hashing import digest
from stillwatch.wire.memory import WireMemory, texts_cost
from stillwatch.wire.parts import parts_of
from stillwatch.wire.values import (
    WireError,
    as_items,
    is_null,
    load,
    load_fields,
    text_or_empty,
    text_or_none,
)

Fields = dict[str, Raw]


class Body(Struct, frozen=True):
    """What the large fields of a body decode to; the names are those of `Request`."""

    messages: tuple[Message, ...] = ()
    system: tuple[str, ...] = ()
    system_key: int = 0
    tools: tuple[Tool, ...] = ()
    tools_key: int = 0


def open_body(body: Any) -> Fields | WireError:
    """The fields of a body, or why it has none, which is no fault in calls that need no body.

    Args:
        body: as an envelope holds it: opened, or raw, or JSON text in a string.
    """
    if isinstance(body, str):
        body = Raw(body.encode("utf-8", "surrogatepass"))
    if not isinstance(body, Raw):
        return body if isinstance(body, dict) else WireError("request.body is not an object")
    try:
        return load_fields(body, "request.body")
    except WireError as error:
        return error


def keyed(fields: Fields, name: str, salt: int) -> int:
    """The key of a field's raw value, 0 when there is none."""
    raw = fields.get(name)
    return 0 if raw is None or is_null(raw) else digest(raw) ^ salt


def system_field(fields: Fields, name: str, key: int, memory: WireMemory) -> tuple[str, ...]:
    """The texts of a system prompt that stands outside the conversation.

    Raises:
        WireError: it is neither text nor a list.
    """
    if key == 0:
        return ()
    known = memory.systems.get(key)
    if known is None:
        known = _texts(load(fields[name], name), name)
        memory.systems.keep(key, known, texts_cost(known))
    return known


def _texts(value: Any, name: str) -> tuple[str, ...]:
    if not isinstance(value, str | list):
        raise WireError(f"{name} is neither text nor a list")
    return tuple(part.text for part in parts_of(value) if isinstance(part, Text))


def tools_field(fields: Fields, name: str, key: int, memory: WireMemory) -> tuple[Tool, ...]:
    """The tools that a request offers.

    Raises:
        WireError: they are not a list.
    """
    if key == 0:
        return ()
    known = memory.tools.get(key)
    if known is None:
        known = _tools(load(fields[name], name), name)
        memory.tools.keep(key, known, texts_cost(tuple(tool.name for tool in known)))
    return known


def _tools(value: Any, name: str) -> tuple[Tool, ...]:
    if not isinstance(value, list):
        raise WireError(f"{name} is not a list")
    return tuple(Tool(_tool_name(item)) for item in as_items(value))


def _tool_name(tool: dict[str, Any]) -> str:
    """A tool's name: Chat wraps it, and tools of the provider may have none but their type."""
    for inner in (tool, tool.get("function"), tool.get("custom")):
        if isinstance(inner, dict) and text_or_none(inner.get("name")):
            return text_or_empty(inner["name"])
    return text_or_empty(tool.get("type"))
