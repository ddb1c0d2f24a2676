"""Turns as the formats write them, and as the wire writes them.

Some logs keep a conversation in a shape of their own, or the answer in another provider's shape
than the question. Here such turns become `Message`s, and those the JSON of the wire they belong to.
Shapes: platform.claude.com/docs/en/api/messages and
platform.openai.com/docs/api-reference/chat/create.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stillwatch.exchange import Message, Opaque, Part, Reasoning, Text, ToolCall, ToolResult
from stillwatch.wire.values import WireError, as_items, compact, load

Json = dict[str, Any]


def text_of(value: Any) -> str:
    """A value as text: itself, nothing, or its JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else compact(value)


def chat_parts(message: Mapping[str, Any]) -> list[Part]:
    """The parts of a message of the chat format, with LiteLLM's `thinking_blocks` where given."""
    if message.get("role") == "tool":
        return [ToolResult(text_of(message.get("tool_call_id")), _words(message.get("content")))]
    return [*_chat_reasoning(message), *_chat_content(message), *_chat_calls(message)]


def _chat_reasoning(message: Mapping[str, Any]) -> list[Part]:
    if blocks := as_items(message.get("thinking_blocks")):
        return [_thinking(block) for block in blocks]
    text = text_of(message.get("reasoning_content"))
    return [Reasoning(text)] if text else []


def _thinking(block: Json) -> Reasoning:
    return Reasoning(text_of(block.get("thinking")), text_of(block.get("signature")) or None)


def _chat_content(message: Mapping[str, Any]) -> list[Part]:
    content = message.get("content")
    if isinstance(content, str):
        return [Text(content)] if content else []
    return [
        Text(text_of(item.get("text"))) if "text" in item else Opaque(text_of(item.get("type")))
        for item in as_items(content)
    ]


def _chat_calls(message: Mapping[str, Any]) -> list[Part]:
    calls: list[Part] = []
    for call in as_items(message.get("tool_calls")):
        named = call.get("function")
        named = named if isinstance(named, dict) else call
        arguments = text_of(named.get("arguments"))
        calls.append(ToolCall(text_of(call.get("id")), text_of(named.get("name")), arguments))
    return calls


def _words(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(text_of(item.get("text")) for item in as_items(content))
    return text_of(content)


def responses_parts(output: Any) -> list[Part]:
    """The parts of the `output` of the Responses format."""
    parts: list[Part] = []
    for item in as_items(output):
        match item.get("type"):
            case "message":
                texts = as_items(item.get("content"))
                parts += [Text(text_of(text.get("text"))) for text in texts]
            case "function_call":
                call = (text_of(item.get(key)) for key in ("call_id", "name", "arguments"))
                parts.append(ToolCall(*call))
            case "reasoning":
                summary = as_items(item.get("summary"))
                words = "\n".join(text_of(part.get("text")) for part in summary)
                parts.append(Reasoning(words, text_of(item.get("encrypted_content")) or None))
            case kind:
                parts.append(Opaque(text_of(kind)))
    return parts


def to_messages_blocks(parts: Iterable[Part]) -> list[Json]:
    """The content blocks of the Messages format."""
    return [_messages_block(part) for part in parts]


def _messages_block(part: Part) -> Json:
    match part:
        case Text(text):
            return {"type": "text", "text": text}
        case Reasoning(text, signature):
            signed = {} if signature is None else {"signature": signature}
            return {"type": "thinking", "thinking": text, **signed}
        case ToolCall(id_, name, arguments):
            return {"type": "tool_use", "id": id_, "name": name, "input": _json_or_empty(arguments)}
        case ToolResult(id_, text, is_error):
            failed = {"is_error": True} if is_error else {}
            return {"type": "tool_result", "tool_use_id": id_, "content": text, **failed}
        case Opaque(kind):
            return {"type": kind or "unknown"}


def _json_or_empty(arguments: str) -> Any:
    try:
        value = load(arguments, "arguments")
    except WireError:
        value = None
    return value if isinstance(value, dict) else {"text": arguments} if arguments else {}


def to_chat_messages(messages: Sequence[Message]) -> list[Json]:
    """The messages of the chat format; every tool result becomes a message of its own."""
    written: list[Json] = []
    for message in messages:
        results = [part for part in message.parts if isinstance(part, ToolResult)]
        written += [
            {"role": "tool", "tool_call_id": part.id, "content": part.text} for part in results
        ]
        if len(results) < len(message.parts):
            written.append(to_chat_message(message))
    return written


def to_chat_message(message: Message) -> Json:
    """A message of the chat format, without tool results."""
    words = [part.text for part in message.parts if isinstance(part, Text)]
    thoughts = [part.text for part in message.parts if isinstance(part, Reasoning)]
    calls = [_chat_call(part) for part in message.parts if isinstance(part, ToolCall)]
    written: Json = {"role": message.role, "content": _chat_words(words)}
    if thoughts:
        written["reasoning_content"] = "\n".join(thoughts)
    if calls:
        written["tool_calls"] = calls
    return written


def _chat_words(words: list[str]) -> Any:
    if len(words) > 1:
        return [{"type": "text", "text": text} for text in words]
    return words[0] if words else None


def _chat_call(call: ToolCall) -> Json:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}
