"""Turns inside logs, as parts.

Some logs keep a conversation in a shape of their own, or the answer in another provider's shape
than the question. The shapes here are those of the chat and the Responses API
(platform.openai.com/docs/api-reference), as loggers write them: less strictly than the API itself.
"""

from collections.abc import Mapping
from typing import Any

from stillwatch.exchange import Opaque, Part, Reasoning, Text, ToolCall, ToolResult
from stillwatch.sources.json_text import Json, as_items, text_of

# What the finish reasons of the chat format are called in the Messages format.
STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_call": "tool_use",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}


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
