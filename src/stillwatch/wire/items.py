"""Items of the Responses API, one at a time."""

from typing import Any

from stillwatch.exchange import Message, Part, Reasoning, ToolCall, ToolResult
from stillwatch.wire.parts import (
    arguments_of,
    opaque,
    parts_of,
    result_text,
    role_of,
    written,
)
from stillwatch.wire.values import as_items, text_or_empty, text_or_none

# Where the different kinds of calls keep what they ask for, if it is a value and not JSON text.
_ASKED = ("action", "operation", "operations", "code", "queries", "query")


def message_of_item(item: dict[str, Any], key: int) -> Message:
    """The piece of a turn that an item stands for.

    Items of kinds that we do not know are the model's: those of callers are few and documented.

    Raises:
        WireError: a message's content is neither text nor a list.
    """
    kind = text_or_empty(item.get("type"))
    name = text_or_none(item.get("id"))
    if kind == "message" or (not kind and "role" in item):
        return Message(role_of(item.get("role")), parts_of(item.get("content")), name, key)
    if kind.endswith("_output"):
        # The outputs of tools that the provider runs belong to the model's turn.
        ours = item.get("execution") == "server"
        return Message("assistant" if ours else "user", (_result(item),), name, key)
    return Message("assistant", _parts(item, kind), name, key)


def _parts(item: dict[str, Any], kind: str) -> tuple[Part, ...]:
    if kind in ("reasoning", "compaction"):
        return (_reasoning(item),)
    if kind == "mcp_call":
        text = text_or_empty(item.get("output")) or text_or_empty(item.get("error"))
        result = ToolResult(_call_id(item), text, is_error=bool(item.get("error")))
        return (_call(item, kind), result)
    if kind.endswith("_call"):
        return (_call(item, kind),)
    return (opaque(kind or None),)


def _reasoning(item: dict[str, Any]) -> Reasoning:
    """Reasoning; its full text where an open model gives it, else the summary."""
    blocks = as_items(item.get("content")) or as_items(item.get("summary"))
    text = "\n\n".join(text_or_empty(block.get("text")) for block in blocks)
    return Reasoning(text, text_or_none(item.get("encrypted_content")))


def _call(item: dict[str, Any], kind: str) -> ToolCall:
    name = text_or_none(item.get("name")) or kind.removesuffix("_call")
    return ToolCall(_call_id(item), name, _asked(item))


def _asked(item: dict[str, Any]) -> str:
    if "arguments" in item:
        return arguments_of(item["arguments"])
    if "input" in item:  # of a custom tool: free text
        return text_or_empty(item["input"])
    value = next((item[name] for name in _ASKED if name in item), None)
    return value if isinstance(value, str) else written(value)


def _call_id(item: dict[str, Any]) -> str:
    return text_or_none(item.get("call_id")) or text_or_empty(item.get("id"))


def _result(item: dict[str, Any]) -> ToolResult:
    return ToolResult(_call_id(item), result_text(item.get("output")))
