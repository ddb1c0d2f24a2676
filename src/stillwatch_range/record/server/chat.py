"""The OpenAI Chat Completions format: reading a conversation, answering as JSON or as a stream."""

import json
import time
from collections.abc import Iterator

from stillwatch_range.record.server import ids
from stillwatch_range.record.server.dialects import tool_call
from stillwatch_range.record.server.reply import Json, Reply, pieces, tokens
from stillwatch_range.record.server.stage import Cue, Utterance


def talk(body: Json) -> list[Utterance]:
    """Reduce the messages of a request."""
    return [_utterance(message) for message in body.get("messages", [])]


def _utterance(message: Json) -> Utterance:
    content = message.get("content") or ""
    if not isinstance(content, str):
        content = "\n".join(part.get("text", "") for part in content)
    return Utterance(message["role"], content, len(message.get("tool_calls") or []))


def offered(body: Json) -> list[str]:
    """Names of the tools that a request offers."""
    return [tool["function"]["name"] for tool in body.get("tools") or []]


def reply(body: Json, cue: Cue, root: str) -> Reply:
    """Answer a request in the shape that it asks for."""
    message = _message(body, cue, root)
    reason = "tool_calls" if cue.calls else "stop"
    head = {
        "id": ids.chat_id(),
        "created": int(time.time()),
        "model": body.get("model", ""),
        "system_fingerprint": None,
    }
    usage = _usage(body, message)
    if body.get("stream"):
        wanted = (body.get("stream_options") or {}).get("include_usage")
        chunks = _chunks(head, message, reason, usage if wanted else None)
        return Reply(events=tuple(chunks), named=False, done=True)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
    return Reply(body={**head, "object": "chat.completion", "choices": [choice], "usage": usage})


def _message(body: Json, cue: Cue, root: str) -> Json:
    message: Json = {"role": "assistant", "content": cue.say or None}
    if cue.calls:
        message["tool_calls"] = [
            {
                "id": ids.call_id(),
                "type": "function",
                "function": {
                    "name": call.name,
                    "arguments": json.dumps(call.input, ensure_ascii=False),
                },
            }
            for call in (tool_call(action, offered(body), root) for action in cue.calls)
        ]
    return message


def _usage(body: Json, message: Json) -> Json:
    read = tokens(json.dumps(body, ensure_ascii=False))
    written = tokens(json.dumps(message, ensure_ascii=False))
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _chunks(head: Json, message: Json, reason: str, usage: Json | None) -> Iterator[Json]:
    yield _chunk(head, {"role": "assistant", "content": ""})
    for piece in pieces(message["content"] or ""):
        yield _chunk(head, {"content": piece})
    for index, call in enumerate(message.get("tool_calls", ())):
        yield _chunk(head, {"tool_calls": [{"index": index, **call}]})
    yield _chunk(head, {}, reason)
    if usage is not None:
        yield {**head, "object": "chat.completion.chunk", "choices": [], "usage": usage}


def _chunk(head: Json, delta: Json, reason: str | None = None) -> Json:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return {**head, "object": "chat.completion.chunk", "choices": [choice]}
