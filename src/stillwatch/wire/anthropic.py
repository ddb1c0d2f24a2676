"""Anthropic's Messages API (https://platform.claude.com/docs/en/api/messages).

Bedrock and Vertex carry the same bodies with the model in the path.
"""

from collections.abc import Iterable
from typing import Any

from stillwatch.exchange import (
    Message,
    Opaque,
    Part,
    Reasoning,
    Request,
    Response,
    Text,
    ToolCall,
    ToolResult,
    Usage,
)
from stillwatch.wire.answer import error_of, error_value, inner, usage_of
from stillwatch.wire.body import Body, Fields, keyed, system_field, tools_field
from stillwatch.wire.history import Format, decode_history, salt_of
from stillwatch.wire.memory import WireMemory
from stillwatch.wire.parts import is_json, parts_of, role_of
from stillwatch.wire.settings import Names
from stillwatch.wire.values import WireError, load, text_or_none

NAMES = Names(
    salt=salt_of("anthropic settings"),
    large=frozenset({"messages", "system", "tools"}),
    user=("metadata.user_id",),
)
_SYSTEM_SALT = salt_of("anthropic system")
_TOOLS_SALT = salt_of("anthropic tools")


def decode_request(fields: Fields, memory: WireMemory) -> Body:
    """Decode the body of a request.

    Raises:
        WireError: it is malformed.
    """
    if "messages" not in fields:
        raise WireError("messages is missing")
    system_key = keyed(fields, "system", _SYSTEM_SALT)
    tools_key = keyed(fields, "tools", _TOOLS_SALT)
    return Body(
        messages=decode_history(fields["messages"], memory, _FORMAT),
        system=system_field(fields, "system", system_key, memory),
        system_key=system_key,
        tools=tools_field(fields, "tools", tools_key, memory),
        tools_key=tools_key,
    )


def _message_of(value: dict[str, Any], key: int) -> Message:
    content = parts_of(value.get("content"))
    return Message(role_of(value.get("role")), content, text_or_none(value.get("id")), key)


_FORMAT = Format("messages", salt_of("anthropic messages"), _message_of)


def decode_response(value: dict[str, Any], status: int | None, key: int) -> Response:
    """Decode the body of a response, or what `sse` put together from a stream.

    Args:
        value: the body.
        status: the HTTP status.
        key: of the message.

    Raises:
        WireError: it is malformed.
    """
    name = text_or_none(value.get("id"))
    usage = value.get("usage")
    kind, message = error_of(value)
    parts = parts_of(value["content"]) if isinstance(value.get("content"), list | str) else None
    return Response(
        status=status,
        id=name,
        model=text_or_none(value.get("model")),
        message=None if parts is None else Message("assistant", parts, name, key),
        stop_reason=text_or_none(value.get("stop_reason")),
        usage=usage_of(
            usage,
            ("input_tokens", "output_tokens"),
            inner(usage, "cache_read_input_tokens"),
            inner(usage, "cache_creation_input_tokens"),
        ),
        error_type=kind,
        error_message=message,
    )


def request_value(request: Request) -> dict[str, Any]:
    """The body that says what a request says, as far as this format can."""
    value: dict[str, Any] = {"model": request.model} if request.model else {}
    value["messages"] = [_message_value(message) for message in request.messages]
    if request.system:
        value["system"] = [{"type": "text", "text": text} for text in request.system]
    if request.tools:
        value["tools"] = [{"name": tool.name, "input_schema": {}} for tool in request.tools]
    if request.user is not None:
        value["metadata"] = {"user_id": request.user}
    return value


def _message_value(message: Message) -> dict[str, Any]:
    value: dict[str, Any] = {"role": message.role, "content": blocks_of(message.parts)}
    return {**value, "id": message.id} if message.id else value


def blocks_of(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Content blocks for parts."""
    return [_block(part) for part in parts]


def _block(part: Part) -> dict[str, Any]:
    match part:
        case Text(text):
            return {"type": "text", "text": text}
        case Reasoning(text, signature):
            if signature and not text:
                return {"type": "redacted_thinking", "data": signature}
            return {"type": "thinking", "thinking": text, "signature": signature or ""}
        case ToolCall(call, name, arguments):
            value = load(arguments, "arguments") if is_json(arguments) else arguments
            return {"type": "tool_use", "id": call, "name": name, "input": value}
        case ToolResult(call, text, is_error):
            block = {"type": "tool_result", "tool_use_id": call, "content": text}
            return {**block, "is_error": True} if is_error else block
        case Opaque(kind):
            return {"type": kind}


def response_value(response: Response) -> dict[str, Any]:
    """The body that says what a response says, as far as this format can."""
    if response.message is None and response.error_type is not None:
        return {"type": "error", "error": error_value(response)}
    value: dict[str, Any] = {
        "type": "message",
        "id": response.id,
        "role": "assistant",
        "model": response.model,
        "stop_reason": response.stop_reason,
        "usage": _usage_value(response.usage),
    }
    if response.message is not None:
        value["content"] = blocks_of(response.message.parts)
    if response.error_type is not None:
        value["error"] = error_value(response)
    return value


def _usage_value(usage: Usage) -> dict[str, int | None]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_input_tokens": usage.cache_read_tokens,
        "cache_creation_input_tokens": usage.cache_write_tokens,
    }
