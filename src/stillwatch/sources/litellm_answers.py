"""The answers in LiteLLM's logs, in the wire of their question.

LiteLLM logs answers to Messages calls in the chat format, or in that of the Responses API where it
served them from there. They are turned back, so that a turn that comes back in a later request
looks as it did when it was answered.
"""

from dataclasses import dataclass
from typing import Any

from msgspec import Raw
from msgspec.structs import replace

from stillwatch.exchange import Message, Part, Response, ToolCall, Usage
from stillwatch.sources.json_text import (
    Json,
    as_items,
    count_or_none,
    decode_object,
    one_line,
    response_body,
    text_or_none,
)
from stillwatch.sources.model import LineError
from stillwatch.sources.turns import STOP_REASONS, chat_parts, responses_parts
from stillwatch.wire.envelope import EnvelopeResponse

CHAT, MESSAGES, RESPONSES = "/v1/chat/completions", "/v1/messages", "/v1/responses"

# What LiteLLM writes in place of words when it is told not to log them.
REDACTED = b"redacted-by-litellm"


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
    if not bytes(response).startswith(b"{") or REDACTED in bytes(response):
        return EnvelopeResponse(status=200)
    logged = decode_object(response) if path == MESSAGES else {}
    if "choices" in logged:
        return EnvelopeResponse(status=200, body=response_body(_from_chat(logged), "anthropic"))
    if "output" in logged:
        return EnvelopeResponse(status=200, body=response_body(_from_output(logged), "anthropic"))
    return EnvelopeResponse(status=200, body=response)


def _error(failure: Failure) -> EnvelopeResponse:
    code = int(failure.code) if failure.code.isdecimal() and len(failure.code) == 3 else 500
    kind = failure.kind or "error"
    said = Response(status=code, error_type=kind, error_message=failure.message)
    return EnvelopeResponse(status=code, body=response_body(said, "anthropic"))


def _from_chat(logged: Json) -> Response:
    choice = next(iter(as_items(logged.get("choices"))), {})
    message = choice.get("message")
    parts = chat_parts(message) if isinstance(message, dict) else []
    reason = text_or_none(choice.get("finish_reason"))
    stop = STOP_REASONS.get(reason, reason) if reason else None
    return _response(logged, parts, stop, _chat_usage(logged.get("usage")))


def _from_output(logged: Json) -> Response:
    parts = responses_parts(logged.get("output"))
    asks = any(isinstance(part, ToolCall) for part in parts)
    usage = _counts(logged.get("usage"))
    counts = Usage(usage.get("input_tokens"), usage.get("output_tokens"))
    return _response(logged, parts, "tool_use" if asks else "end_turn", counts)


def _response(logged: Json, parts: list[Part], stop: str | None, usage: Usage) -> Response:
    return Response(
        status=200,
        id=text_or_none(logged.get("id")),
        model=text_or_none(logged.get("model")),
        message=Message("assistant", tuple(map(_compact, parts))),
        stop_reason=stop,
        usage=usage,
    )


def _compact(part: Part) -> Part:
    """Arguments without the spaces that LiteLLM wrote them with: here they are no text but JSON."""
    if not isinstance(part, ToolCall):
        return part
    try:
        return replace(part, arguments=bytes(one_line(part.arguments)).decode())
    except LineError:
        return part


def _chat_usage(logged: Any) -> Usage:
    """Chat counts cached tokens as part of the prompt; the Messages format counts them apart."""
    usage = _counts(logged)
    read = usage.get("cache_read_input_tokens", 0)
    written = usage.get("cache_creation_input_tokens", 0)
    prompt = usage.get("prompt_tokens")
    fresh = None if prompt is None else max(prompt - read - written, 0)
    return Usage(fresh, usage.get("completion_tokens"), read, written)


def _counts(logged: Any) -> dict[str, int]:
    found = logged.items() if isinstance(logged, dict) else ()
    return {name: count for name, n in found if (count := count_or_none(n)) is not None}
