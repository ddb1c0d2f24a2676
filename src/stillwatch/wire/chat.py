"""OpenAI's Chat Completions API (https://platform.openai.com/docs/api-reference/chat).

Most other providers speak it too. Their fields for reasoning differ: `reasoning_content` (DeepSeek,
vLLM), `reasoning` and `reasoning_details` (OpenRouter), `thinking_blocks` (LiteLLM).
"""

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
from stillwatch.wire.body import Body, Fields, keyed, tools_field
from stillwatch.wire.history import Format, decode_history, salt_of
from stillwatch.wire.memory import WireMemory
from stillwatch.wire.parts import (
    arguments_of,
    is_json,
    is_results,
    opaque,
    parts_of,
    result_text,
    role_of,
)
from stillwatch.wire.settings import Names
from stillwatch.wire.values import (
    WireError,
    as_items,
    text_or_empty,
    text_or_none,
)

NAMES = Names(
    salt=salt_of("chat settings"),
    large=frozenset({"messages", "tools", "functions"}),
    user=("safety_identifier", "user"),
)
_TOOLS_SALT = salt_of("chat tools")


def decode_request(fields: Fields, memory: WireMemory) -> Body:
    """Decode the body of a request.

    Raises:
        WireError: it is malformed.
    """
    if "messages" not in fields:
        raise WireError("messages is missing")
    tools = "functions" if "tools" not in fields else "tools"
    tools_key = keyed(fields, tools, _TOOLS_SALT)
    return Body(
        messages=decode_history(fields["messages"], memory, _FORMAT),
        tools=tools_field(fields, tools, tools_key, memory),
        tools_key=tools_key,
    )


def message_of(value: dict[str, Any], key: int) -> Message:
    """The message that a message object stands for.

    Raises:
        WireError: its content is neither text nor a list.
    """
    role = value.get("role")
    content = value.get("content")
    if role in ("tool", "function"):
        name = value.get("tool_call_id" if role == "tool" else "name")
        result = ToolResult(text_or_empty(name), result_text(content))
        return Message("user", (result,), None, key)
    parts = (*_reasoning(value), *parts_of(content), *_refusal(value), *_calls(value))
    return Message(role_of(role), parts, text_or_none(value.get("id")), key)


def _reasoning(value: dict[str, Any]) -> list[Part]:
    blocks = as_items(value.get("thinking_blocks"))
    if blocks:
        return list(parts_of(blocks))
    details = as_items(value.get("reasoning_details"))
    if details:
        return [_detail(detail) for detail in details]
    for name in ("reasoning_content", "reasoning"):
        if text := text_or_none(value.get(name)):
            return [Reasoning(text)]
    return []


def _detail(detail: dict[str, Any]) -> Reasoning:
    text = text_or_none(detail.get("text")) or text_or_empty(detail.get("summary"))
    proof = text_or_none(detail.get("signature")) or text_or_none(detail.get("data"))
    return Reasoning(text, proof)


def _refusal(value: dict[str, Any]) -> list[Part]:
    text = text_or_none(value.get("refusal"))
    return [Text(text)] if text else []


def _calls(value: dict[str, Any]) -> list[Part]:
    legacy = value.get("function_call")
    if isinstance(legacy, dict):
        return [_call({"function": legacy, "id": legacy.get("name")})]
    return [_call(call) for call in as_items(value.get("tool_calls"))]


def _call(call: dict[str, Any]) -> Part:
    name = text_or_empty(call.get("id"))
    function = call.get("function")
    if isinstance(function, dict):
        arguments = arguments_of(function.get("arguments"))
        return ToolCall(name, text_or_empty(function.get("name")), arguments)
    custom = call.get("custom")
    if isinstance(custom, dict):
        text = text_or_empty(custom.get("input"))
        return ToolCall(name, text_or_empty(custom.get("name")), text)
    return opaque(call.get("type"))


def _joins(message: Message, following: Message) -> bool:
    return is_results(message) and is_results(following)


_FORMAT = Format("messages", salt_of("chat messages"), message_of, _joins)


def decode_response(value: dict[str, Any], status: int | None, key: int) -> Response:
    """Decode the body of a response, or what `sse` put together from a stream.

    Of several choices the first is read.

    Args:
        value: the body.
        status: the HTTP status.
        key: of the message.

    Raises:
        WireError: it is malformed.
    """
    choices = as_items(value.get("choices"))
    choice = choices[0] if choices else {}
    answer = choice.get("message")
    message = message_of(answer, key) if isinstance(answer, dict) else None
    usage = value.get("usage")
    kind, text = error_of(value)
    return Response(
        status=status,
        id=text_or_none(value.get("id")),
        model=text_or_none(value.get("model")),
        message=message and Message("assistant", message.parts, message.id, key),
        stop_reason=text_or_none(choice.get("finish_reason")),
        usage=usage_of(
            usage,
            ("prompt_tokens", "completion_tokens"),
            inner(usage, "prompt_tokens_details", "cached_tokens"),
            inner(usage, "cache_creation_input_tokens"),
        ),
        error_type=kind,
        error_message=text,
    )


def request_value(request: Request) -> dict[str, Any]:
    """The body that says what a request says, as far as this format can."""
    value: dict[str, Any] = {"model": request.model} if request.model else {}
    system = [{"role": "system", "content": text} for text in request.system]
    turns = [turn for message in request.messages for turn in _turns(message)]
    value["messages"] = system + turns
    if request.tools:
        value["tools"] = [
            {"type": "function", "function": {"name": tool.name}} for tool in request.tools
        ]
    if request.user is not None:
        value["user"] = request.user
    return value


def _turns(message: Message) -> list[dict[str, Any]]:
    """A message of its own for every tool result, and one for the rest if there is any."""
    results = [
        {"role": "tool", "tool_call_id": part.id, "content": part.text}
        for part in message.parts
        if isinstance(part, ToolResult)
    ]
    return results if is_results(message) else [*results, message_value(message)]


def message_value(message: Message) -> dict[str, Any]:
    """The message object for a message without its tool results."""
    value: dict[str, Any] = {"role": message.role}
    if message.id:
        value["id"] = message.id
    value.update(_reasoning_value([p for p in message.parts if isinstance(p, Reasoning)]))
    value["content"] = _content([p for p in message.parts if isinstance(p, Text | Opaque)])
    calls = [_call_value(part) for part in message.parts if isinstance(part, ToolCall)]
    return {**value, "tool_calls": calls} if calls else value


def _reasoning_value(parts: list[Reasoning]) -> dict[str, Any]:
    match parts:
        case []:
            return {}
        case [Reasoning(text, None)] if text:
            return {"reasoning_content": text}
        case _:
            return {"reasoning_details": [_detail_value(part) for part in parts]}


def _detail_value(part: Reasoning) -> dict[str, Any]:
    if part.signature and not part.text:
        return {"type": "reasoning.encrypted", "data": part.signature}
    return {"type": "reasoning.text", "text": part.text, "signature": part.signature}


def _content(parts: list[Text | Opaque]) -> str | list[dict[str, Any]] | None:
    match parts:
        case []:
            return None
        case [Text(text)]:
            return text
        case _:
            return [
                {"type": "text", "text": part.text}
                if isinstance(part, Text)
                else {"type": part.kind}
                for part in parts
            ]


def _call_value(call: ToolCall) -> dict[str, Any]:
    if is_json(call.arguments):
        function = {"name": call.name, "arguments": call.arguments}
        return {"id": call.id, "type": "function", "function": function}
    custom = {"name": call.name, "input": call.arguments}
    return {"id": call.id, "type": "custom", "custom": custom}


def response_value(response: Response) -> dict[str, Any]:
    """The body that says what a response says, as far as this format can."""
    value: dict[str, Any] = {"id": response.id, "model": response.model}
    if response.message is not None:
        answer = message_value(response.message)
        choice = {"index": 0, "message": answer, "finish_reason": response.stop_reason}
        value |= {"object": "chat.completion", "choices": [choice]}
    value["usage"] = _usage_value(response.usage)
    if response.error_type is not None:
        value["error"] = error_value(response)
    return value


def _usage_value(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cache_read_tokens},
        "cache_creation_input_tokens": usage.cache_write_tokens,
    }
