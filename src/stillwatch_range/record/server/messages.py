"""The Anthropic Messages format: reading a conversation, answering as JSON or as a stream."""

import json
from collections.abc import Iterator
from typing import Any

from stillwatch_range.record.server import ids
from stillwatch_range.record.server.dialects import tool_call
from stillwatch_range.record.server.reply import Json, Reply, pieces, tokens
from stillwatch_range.record.server.stage import Cue, Utterance


def talk(body: Json) -> list[Utterance]:
    """Reduce the messages of a request."""
    return [_utterance(message) for message in body.get("messages", [])]


def _utterance(message: Json) -> Utterance:
    content = message.get("content", "")
    if isinstance(content, str):
        return Utterance(message["role"], content)
    text = "\n".join(block["text"] for block in content if block.get("type") == "text")
    calls = sum(block.get("type") == "tool_use" for block in content)
    return Utterance(message["role"], text, calls)


def offered(body: Json) -> list[str]:
    """Names of the tools that a request offers."""
    return [tool["name"] for tool in body.get("tools") or []]


def reply(body: Json, cue: Cue, root: str) -> Reply:
    """Answer a request in the shape that it asks for."""
    message = _message(body, cue, root)
    if body.get("stream"):
        return Reply(events=tuple(_events(message)))
    return Reply(body=message)


def overloaded() -> Json:
    """The error body of a provider that has too much to do."""
    return {
        "type": "error",
        "error": {"type": "overloaded_error", "message": "Overloaded"},
        "request_id": ids.request_id(),
    }


def _message(body: Json, cue: Cue, root: str) -> Json:
    content = list(_content(body, cue, root))
    return {
        "id": ids.messages_id("msg"),
        "type": "message",
        "role": "assistant",
        "model": body.get("model", ""),
        "content": content,
        "stop_reason": "tool_use" if cue.calls else "end_turn",
        "stop_sequence": None,
        "usage": _usage(body, content, cue),
    }


def _content(body: Json, cue: Cue, root: str) -> Iterator[Json]:
    thinking = body.get("thinking") or {}
    if thinking.get("type") in ("adaptive", "enabled") and cue.step % 3 != 2:
        shown = "" if thinking.get("display") == "omitted" else _thought(cue)
        yield {"type": "thinking", "thinking": shown, "signature": ids.signature()}
    if cue.say:
        yield {"type": "text", "text": cue.say}
    for action in cue.calls:
        call = tool_call(action, offered(body), root)
        yield {
            "type": "tool_use",
            "id": ids.messages_id("toolu"),
            "name": call.name,
            "input": call.input,
        }


def _thought(cue: Cue) -> str:
    if cue.calls:
        return f"Step {cue.step + 1}: I should look before I answer. {cue.say}".strip()
    return "I have what I need; time to sum up."


def _usage(body: Json, content: list[Json], cue: Cue) -> Json:
    size = tokens(json.dumps(body, ensure_ascii=False))
    cached = 0 if cue.turn_number == 0 and cue.step == 0 else size * 9 // 10
    return {
        "input_tokens": 3 + size % 11,
        "cache_creation_input_tokens": size - cached,
        "cache_read_input_tokens": cached,
        "output_tokens": tokens(json.dumps(content, ensure_ascii=False)),
        "service_tier": "standard",
    }


def _events(message: Json) -> Iterator[Json]:
    usage = message["usage"]
    start = {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    yield {"type": "message_start", "message": start}
    for index, block in enumerate(message["content"]):
        yield {"type": "content_block_start", "index": index, "content_block": _opened(block)}
        for delta in _deltas(block):
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
        "usage": {"output_tokens": usage["output_tokens"]},
    }
    yield {"type": "message_stop"}


def _opened(block: Json) -> Json:
    match block["type"]:
        case "text":
            return {"type": "text", "text": ""}
        case "thinking":
            return {"type": "thinking", "thinking": "", "signature": ""}
        case _:
            return {**block, "input": {}}


def _deltas(block: Json) -> Iterator[dict[str, Any]]:
    match block["type"]:
        case "text":
            for piece in pieces(block["text"]):
                yield {"type": "text_delta", "text": piece}
        case "thinking":
            for piece in pieces(block["thinking"]):
                yield {"type": "thinking_delta", "thinking": piece}
            yield {"type": "signature_delta", "signature": block["signature"]}
        case _:
            for piece in pieces(json.dumps(block["input"], ensure_ascii=False), 160):
                yield {"type": "input_json_delta", "partial_json": piece}
