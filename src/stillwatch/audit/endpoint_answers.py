"""What the recording endpoint answers: the same short words to everything, in each wire format.

Answers hold no time, no number that counts up and nothing drawn, so that a difference between two
runs is the tool's. They are as small as clients accept; `wire` writes less, since what reads its
bodies asks for less.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

SAYS = "Hello."
_MODELS = ("claude-sonnet-4-5", "gpt-5", "gemini-2.5-pro", "qwen3-coder-plus")
_SINCE = 1735689600  # 2025-01-01
JSON, STREAM = "application/json", "text/event-stream"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    Attributes:
        body: its bytes.
        kind: the content type.
        status: the HTTP status.
    """

    body: bytes
    kind: str = JSON
    status: int = 200


def answer(method: str, path: str, body: bytes) -> Answer:
    """Choose the answer to a request.

    Args:
        method: such as `POST`.
        path: without the query.
        body: as received.
    """
    asked = _asked(body)
    model = str(asked.get("model") or "unknown")
    streamed = asked.get("stream") is True
    if method == "POST":
        if path.endswith("/count_tokens"):
            return _json({"input_tokens": 12})
        if path.endswith("/messages"):
            return _messages(model, streamed=streamed)
        if path.endswith("/chat/completions"):
            return _chat(model, asked, streamed=streamed)
        if path.endswith("/responses"):
            return _responses(model, streamed=streamed)
        if ":" in path.rpartition("/")[2]:
            return _gemini(path.rpartition(":")[2])
    return _other(method, path)


def _asked(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _other(method: str, path: str) -> Answer:
    if method == "GET" and path.endswith("/models"):
        return _json({"object": "list", "data": [_model(name) for name in _MODELS]})
    if method == "GET" and "/models/" in path:
        return _json(_model(path.rpartition("/")[2]))
    if method == "POST" or path == "/":
        # What collects events takes them.
        return _json({})
    return _json({"error": {"type": "not_found_error", "message": "Not found"}}, status=404)


def _model(name: str) -> dict[str, Any]:
    shown = {"id": name, "object": "model", "created": _SINCE, "owned_by": "system"}
    return shown | {"type": "model", "display_name": name, "created_at": "2025-01-01T00:00:00Z"}


def _messages(model: str, *, streamed: bool) -> Answer:
    usage = {"input_tokens": 12, "output_tokens": 3}
    text = {"type": "text", "text": SAYS}
    head = {"id": "msg_01", "type": "message", "role": "assistant", "model": model}
    ends = {"stop_reason": "end_turn", "stop_sequence": None}
    if not streamed:
        return _json(head | {"content": [text]} | ends | {"usage": usage})
    begun: dict[str, Any] = {
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": head | begun},
        {"type": "content_block_start", "index": 0, "content_block": text | {"text": ""}},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": SAYS},
        },
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ends, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ]
    return _named_events(events)


def _chat(model: str, asked: dict[str, Any], *, streamed: bool) -> Answer:
    usage = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
    head = {"id": "chatcmpl-01", "created": _SINCE, "model": model}
    turn = {"role": "assistant", "content": SAYS}
    if not streamed:
        choice = {"index": 0, "message": turn, "finish_reason": "stop"}
        return _json(head | {"object": "chat.completion", "choices": [choice], "usage": usage})
    head |= {"object": "chat.completion.chunk"}
    chunks: list[dict[str, Any]] = [
        head | {"choices": [{"index": 0, "delta": turn, "finish_reason": None}]},
        head | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    ]
    options = asked.get("stream_options")
    if isinstance(options, dict) and options.get("include_usage"):
        chunks.append(head | {"choices": [], "usage": usage})
    lines = [b"data: " + msgspec.json.encode(chunk) + b"\n\n" for chunk in chunks]
    return Answer(b"".join([*lines, b"data: [DONE]\n\n"]), STREAM)


def _responses(model: str, *, streamed: bool) -> Answer:
    part = {"type": "output_text", "text": SAYS, "annotations": []}
    item = {"id": "msg_01", "type": "message", "role": "assistant", "status": "completed"}
    done = item | {"content": [part]}
    begun = item | {"status": "in_progress", "content": []}
    whole = _response(model, "completed", [done])
    if not streamed:
        return _json(whole)
    started = _response(model, "in_progress", [])
    place = {"item_id": "msg_01", "output_index": 0, "content_index": 0}
    empty = part | {"text": ""}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": started},
        {"type": "response.in_progress", "response": started},
        {"type": "response.output_item.added", "output_index": 0, "item": begun},
        {"type": "response.content_part.added", **place, "part": empty},
        {"type": "response.output_text.delta", **place, "delta": SAYS},
        {"type": "response.output_text.done", **place, "text": SAYS},
        {"type": "response.content_part.done", **place, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": done},
        {"type": "response.completed", "response": whole},
    ]
    return _named_events(
        [event | {"sequence_number": number} for number, event in enumerate(events)]
    )


def _response(model: str, status: str, output: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "resp_01",
        "object": "response",
        "created_at": _SINCE,
        "status": status,
        "model": model,
        "output": output,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 12,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 3,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 15,
        },
    }


def _gemini(verb: str) -> Answer:
    """The format of generateContent, which one vendor's client speaks and no other."""
    if verb == "countTokens":
        return _json({"totalTokens": 12})
    whole = {
        "candidates": [
            {
                "content": {"role": "model", "parts": [{"text": SAYS}]},
                "finishReason": "STOP",
                "index": 0,
            }
        ],
        "usageMetadata": {
            "promptTokenCount": 12,
            "candidatesTokenCount": 3,
            "totalTokenCount": 15,
        },
        "modelVersion": "unknown",
    }
    if verb == "streamGenerateContent":
        return Answer(b"data: " + msgspec.json.encode(whole) + b"\r\n\r\n", STREAM)
    return _json(whole)


def _named_events(events: Iterable[dict[str, Any]]) -> Answer:
    """Server-sent events that are named by the type they carry."""
    lines = [
        b"event: " + event["type"].encode() + b"\ndata: " + msgspec.json.encode(event) + b"\n\n"
        for event in events
    ]
    return Answer(b"".join(lines), STREAM)


def _json(value: Any, status: int = 200) -> Answer:
    return Answer(msgspec.json.encode(value), status=status)
