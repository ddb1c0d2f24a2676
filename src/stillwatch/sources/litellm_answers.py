"""The answers in LiteLLM's logs, in the wire of their question.

LiteLLM logs answers to Messages calls in the chat format, or in that of the Responses API where it
served them from there. They are turned back, so that a turn that comes back in a later request
looks as it did when it was answered.
"""

from dataclasses import dataclass
from typing import Any

from msgspec import Raw

from stillwatch.sources.fields import decode_object, encoded
from stillwatch.sources.turns import Json, chat_parts, responses_parts, to_messages_blocks
from stillwatch.wire.envelope import EnvelopeResponse
from stillwatch.wire.values import as_items

CHAT, MESSAGES, RESPONSES = "/v1/chat/completions", "/v1/messages", "/v1/responses"

_STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
_REDACTED = b"redacted-by-litellm"


@dataclass(frozen=True)
class Failure:
    """A call that failed: the status code as text, the kind of error, and the message."""

    code: str
    kind: str
    message: str


def answer(path: str, response: Raw, failure: Failure | None) -> EnvelopeResponse:
    """The response of a call to a path; without a body where none was logged.

    Raises:
        LineError: the response is not JSON.
    """
    if failure:
        return _error(failure)
    if not bytes(response).startswith(b"{") or _REDACTED in bytes(response):
        return EnvelopeResponse(status=200)
    logged = decode_object(response)
    if path == MESSAGES and "choices" in logged:
        return EnvelopeResponse(status=200, body=encoded(_from_chat(logged)))
    if path == MESSAGES and "output" in logged:
        return EnvelopeResponse(status=200, body=encoded(_from_responses(logged)))
    return EnvelopeResponse(status=200, body=response)


def _error(failure: Failure) -> EnvelopeResponse:
    code = int(failure.code) if failure.code.isdecimal() and len(failure.code) == 3 else 500
    error = {"type": failure.kind or "error", "message": failure.message}
    return EnvelopeResponse(status=code, body=encoded({"type": "error", "error": error}))


def _from_chat(logged: Json) -> Json:
    choice = next(iter(as_items(logged.get("choices"))), {})
    message = choice.get("message")
    parts = chat_parts(message) if isinstance(message, dict) else []
    reason = choice.get("finish_reason")
    stop = _STOP_REASONS.get(reason, reason) if isinstance(reason, str) else None
    return _message(logged, to_messages_blocks(parts), stop, _usage(logged.get("usage")))


def _from_responses(logged: Json) -> Json:
    blocks = to_messages_blocks(responses_parts(logged.get("output")))
    asks = any(block["type"] == "tool_use" for block in blocks)
    stop = "tool_use" if asks else "end_turn"
    return _message(logged, blocks, stop, logged.get("usage"))


def _message(logged: Json, blocks: list[Json], stop: str | None, usage: Any) -> Json:
    return {
        "id": logged.get("id"),
        "type": "message",
        "role": "assistant",
        "model": logged.get("model"),
        "content": blocks,
        "stop_reason": stop,
        "usage": usage,
    }


def _usage(logged: Any) -> Json:
    """Chat counts cached tokens as part of the prompt; the Messages format counts them apart."""
    counts = (
        {name: n for name, n in logged.items() if isinstance(n, int)}
        if isinstance(logged, dict)
        else {}
    )
    read = counts.get("cache_read_input_tokens", 0)
    written = counts.get("cache_creation_input_tokens", 0)
    usage = {"cache_read_input_tokens": read, "cache_creation_input_tokens": written}
    if "prompt_tokens" in counts:
        usage["input_tokens"] = max(counts["prompt_tokens"] - read - written, 0)
    if "completion_tokens" in counts:
        usage["output_tokens"] = counts["completion_tokens"]
    return usage
