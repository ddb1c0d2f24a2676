"""OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses).

It cuts a turn into items: reasoning, messages, calls. Here those of one turn become one message
again, and so do the outputs of tools that follow each other.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
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
from stillwatch.hashing import digest
from stillwatch.wire.answer import error_of, error_value, inner, usage_of
from stillwatch.wire.body import Body, Fields, keyed, system_field, tools_field
from stillwatch.wire.history import Format, decode_history, join_turn, salt_of
from stillwatch.wire.items import message_of_item
from stillwatch.wire.memory import WireMemory
from stillwatch.wire.parts import is_json, is_results
from stillwatch.wire.settings import Names
from stillwatch.wire.values import as_items, is_null, is_text, load, text_or_none

NAMES = Names(
    salt=salt_of("responses settings"),
    large=frozenset({"input", "instructions", "tools"}),
    user=("safety_identifier", "user"),
    previous_response="previous_response_id",
)
_SYSTEM_SALT = salt_of("responses system")
_TOOLS_SALT = salt_of("responses tools")
_TEXT_SALT = salt_of("responses text input")


def decode_request(fields: Fields, memory: WireMemory) -> Body:
    """Decode the body of a request. It may have no input when it continues a stored response.

    Raises:
        WireError: it is malformed.
    """
    system_key = keyed(fields, "instructions", _SYSTEM_SALT)
    tools_key = keyed(fields, "tools", _TOOLS_SALT)
    return Body(
        messages=_messages(fields, memory),
        system=system_field(fields, "instructions", system_key, memory),
        system_key=system_key,
        tools=tools_field(fields, "tools", tools_key, memory),
        tools_key=tools_key,
    )


def _messages(fields: Fields, memory: WireMemory) -> tuple[Message, ...]:
    raw = fields.get("input")
    if raw is None or is_null(raw):
        return ()
    if not is_text(raw):
        return decode_history(raw, memory, _FORMAT)
    text = load(raw, "input")
    return (Message("user", (Text(text),) if text else (), None, digest(raw) ^ _TEXT_SALT),)


def _joins(message: Message, following: Message) -> bool:
    if message.role == following.role == "assistant":
        return True
    return is_results(message) and is_results(following)


_FORMAT = Format("input", salt_of("responses input"), message_of_item, _joins)


def decode_response(value: dict[str, Any], status: int | None, key: int) -> Response:
    """Decode the body of a response, or what `sse` put together from a stream.

    Args:
        value: the body.
        status: the HTTP status.
        key: of the message.

    Raises:
        WireError: it is malformed.
    """
    items = [message_of_item(item, key) for item in as_items(value.get("output"))]
    turn = join_turn(items, key) if items else None
    usage = value.get("usage")
    kind, text = error_of(value)
    reason = inner(value, "incomplete_details", "reason") or value.get("status")
    return Response(
        status=status,
        id=text_or_none(value.get("id")),
        model=text_or_none(value.get("model")),
        message=turn and Message("assistant", turn.parts, turn.id, key),
        stop_reason=text_or_none(reason),
        usage=usage_of(
            usage,
            ("input_tokens", "output_tokens"),
            inner(usage, "input_tokens_details", "cached_tokens"),
            inner(usage, "input_tokens_details", "cache_write_tokens"),
        ),
        error_type=kind,
        error_message=text,
    )


def request_value(request: Request) -> dict[str, Any]:
    """The body that says what a request says, as far as this format can."""
    value: dict[str, Any] = {"model": request.model} if request.model else {}
    if request.system:
        value["instructions"] = "\n\n".join(request.system)
    value["input"] = [item for message in request.messages for item in items_of(message)]
    if request.tools:
        value["tools"] = [{"type": "function", "name": tool.name} for tool in request.tools]
    if request.user is not None:
        value["user"] = request.user
    if request.previous_response is not None:
        value["previous_response_id"] = request.previous_response
    return value


def items_of(message: Message) -> Iterator[dict[str, Any]]:
    """The items of a turn: texts in a row are one message item, everything else its own item.

    The id stands at the first of them.
    """
    items = _items(message)
    first = next(items)
    yield {"id": message.id, **first} if message.id else first
    yield from items


def _items(message: Message) -> Iterator[dict[str, Any]]:
    for is_content, group in groupby(message.parts, lambda part: isinstance(part, Text | Opaque)):
        if is_content:
            yield _message_item(message, group)
        else:
            yield from map(_item, group)
    if not message.parts:
        yield _message_item(message, ())


def _message_item(message: Message, parts: Iterable[Part]) -> dict[str, Any]:
    kind = "output_text" if message.role == "assistant" else "input_text"
    content = [
        {"type": kind, "text": part.text} if isinstance(part, Text) else {"type": part.kind}
        for part in parts
        if isinstance(part, Text | Opaque)
    ]
    return {"type": "message", "role": message.role, "content": content}


def _item(part: Part) -> dict[str, Any]:
    match part:
        case Reasoning(text, signature):
            summary = [{"type": "summary_text", "text": text}] if text else []
            item: dict[str, Any] = {"type": "reasoning", "summary": summary}
            return {**item, "encrypted_content": signature} if signature else item
        case ToolCall(call, name, arguments):
            item = {"call_id": call, "name": name}
            if is_json(arguments):
                return {"type": "function_call", **item, "arguments": arguments}
            return {"type": "custom_tool_call", **item, "input": arguments}
        case ToolResult(call, text):
            return {"type": "function_call_output", "call_id": call, "output": text}
        case _:
            raise AssertionError("content stands in message items")


def response_value(response: Response) -> dict[str, Any]:
    """The body that says what a response says, as far as this format can."""
    complete = response.stop_reason in (None, "completed", "failed", "cancelled")
    value: dict[str, Any] = {
        "id": response.id,
        "object": "response",
        "model": response.model,
        "status": response.stop_reason if complete else "incomplete",
        "incomplete_details": None if complete else {"reason": response.stop_reason},
        "usage": _usage_value(response.usage),
    }
    if response.message is not None:
        value["output"] = list(items_of(response.message))
    if response.error_type is not None:
        value["error"] = error_value(response)
    return value


def _usage_value(usage: Usage) -> dict[str, Any]:
    details = {
        "cached_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
    }
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "input_tokens_details": details,
    }
