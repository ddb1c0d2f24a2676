"""Blocks of content, in whichever of the formats, to the parts of a message.

One table serves every format: gateways mix them (thinking blocks in a chat message, tool results
in a Responses item), and no two formats use one name for different things.
"""

from typing import Any

from stillwatch.exchange import Message, Opaque, Part, Reasoning, Role, Text, ToolCall, ToolResult
from stillwatch.wire.values import (
    WireError,
    as_items,
    compact,
    load,
    text_or_empty,
    text_or_none,
)

ROLES: dict[Any, Role] = {
    "user": "user",
    "assistant": "assistant",
    "model": "assistant",
    "system": "system",
    "developer": "system",
}

_TEXTS = frozenset({"text", "input_text", "output_text", "summary_text"})
_CALLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
_SAME_KIND = {
    "image_url": "image",
    "input_image": "image",
    "document": "file",
    "input_file": "file",
    "input_audio": "audio",
}
_RESULT_TEXTS = ("text", "stdout", "stderr", "error_code")
_KIND_LENGTH = 64


def role_of(value: Any) -> Role:
    """A role of ours for a role of a format; a role that we do not know is the caller's."""
    return ROLES.get(value, "user") if isinstance(value, str) else "user"


def parts_of(content: Any) -> tuple[Part, ...]:
    """The parts of a message's content. Empty texts are left out, as formats differ in them.

    Raises:
        WireError: the content is neither text nor a list.
    """
    if isinstance(content, str):
        return (Text(content),) if content else ()
    if content is None:
        return ()
    if not isinstance(content, list):
        raise WireError("content is neither text nor a list")
    parts = [part_of(block) for block in content]
    return tuple(part for part in parts if part is not None)


def part_of(block: Any) -> Part | None:
    """The part that a block of content stands for, or None for an empty text."""
    if isinstance(block, str):
        return Text(block) if block else None
    kind = block.get("type") if isinstance(block, dict) else None
    if not isinstance(kind, str):
        return opaque(None)
    if kind in _TEXTS:
        return _text(block.get("text"), kind)
    if kind in _CALLS:
        return ToolCall(_id(block), text_or_empty(block.get("name")), input_of(block))
    return _result(block) if kind.endswith("tool_result") else _rarer_part(block, kind)


def _rarer_part(block: dict[str, Any], kind: str) -> Part | None:
    match kind:
        case "thinking":
            text = text_or_empty(block.get("thinking"))
            return Reasoning(text, text_or_none(block.get("signature")))
        case "redacted_thinking":
            return Reasoning("", text_or_none(block.get("data")))
        case "refusal":
            return _text(block.get("refusal"), kind)
        case _:
            return opaque(kind)


def _text(text: Any, kind: str) -> Text | Opaque | None:
    if not isinstance(text, str):
        return opaque(kind)
    return Text(text) if text else None


def _id(block: dict[str, Any]) -> str:
    return text_or_empty(block.get("id"))


def _result(block: dict[str, Any]) -> ToolResult:
    text = result_text(block.get("content"))
    return ToolResult(
        text_or_empty(block.get("tool_use_id")), text, is_error=block.get("is_error") is True
    )


def opaque(kind: Any) -> Opaque:
    """A part that is passed over, by one name for the same thing in every format."""
    if not isinstance(kind, str):
        return Opaque("unknown")
    return Opaque(_SAME_KIND.get(kind, kind)[:_KIND_LENGTH])


def result_text(content: Any) -> str:
    """The text of a tool's result: its texts by line, or what a server's tool printed."""
    if isinstance(content, str):
        return content
    blocks = [content] if isinstance(content, dict) else as_items(content)
    texts = (block.get(name) for block in blocks for name in _RESULT_TEXTS)
    return "\n".join(text for text in texts if isinstance(text, str) and text)


def input_of(block: dict[str, Any]) -> str:
    """The arguments of a call that stand in its block as a value; free text stays as it is."""
    value = block.get("input")
    return value if isinstance(value, str) else written(value)


def written(value: Any) -> str:
    """Arguments as compact JSON; nothing for nothing."""
    return "" if value is None else compact(value).decode()


def arguments_of(text: Any) -> str:
    """Arguments that stand as JSON text, without the spaces that differ between libraries.

    The order of the keys stays. Free text, and JSON that a model left unfinished, stay as they are.
    """
    if not isinstance(text, str):
        return written(text)
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return written(load(text, "arguments"))
    except WireError:
        return text


def is_json(arguments: str) -> bool:
    """Whether arguments are an object, written as `arguments_of` writes."""
    return arguments.startswith("{") and arguments_of(arguments) == arguments


def is_results(message: Message) -> bool:
    """Whether a message holds nothing but results of tools."""
    return bool(message.parts) and all(isinstance(part, ToolResult) for part in message.parts)
