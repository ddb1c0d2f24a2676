"""Request and response bodies of spans, in the wire of their provider.

Spans do not hold the bodies that were sent. Calls to Anthropic models are written as Messages, all
others as chat completions, whatever they were.
"""

from typing import Any

from msgspec import Raw

from stillwatch.exchange import Message
from stillwatch.sources.fields import encoded
from stillwatch.sources.otel_turns import Attributes, Talk, texts
from stillwatch.sources.turns import (
    Json,
    text_of,
    to_chat_message,
    to_chat_messages,
    to_messages_blocks,
)
from stillwatch.wire.envelope import EnvelopeResponse

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"

_PARAMS = {
    "gen_ai.request.max_tokens": "max_tokens",
    "gen_ai.request.temperature": "temperature",
    "gen_ai.request.top_p": "top_p",
    "gen_ai.request.top_k": "top_k",
    "gen_ai.request.seed": "seed",
    "gen_ai.request.stream": "stream",
    "gen_ai.request.frequency_penalty": "frequency_penalty",
    "gen_ai.request.presence_penalty": "presence_penalty",
}
_STOPS = {MESSAGES: "stop_sequences", CHAT: "stop"}
_STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_call": "tool_use",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
# Newer names first. The oldest are OpenLLMetry's.
_USAGE = {
    "input": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "output": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "read": ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"),
    "written": (
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
    ),
}


def path_of(own: Attributes) -> str:
    """The path of the wire that a span's call is written in."""
    provider = text_of(own.get("gen_ai.provider.name", own.get("gen_ai.system"))).lower()
    model = text_of(own.get("gen_ai.request.model"))
    return MESSAGES if "anthropic" in provider or "claude" in model else CHAT


def request_body(path: str, own: Attributes, talk: Talk) -> Raw:
    """The body of a span's request, for a path given by `path_of`.

    Raises:
        LineError: something in it is nested too deeply.
    """
    params = {name: own[key] for key, name in _PARAMS.items() if own.get(key) is not None}
    if stops := own.get("gen_ai.request.stop_sequences"):
        params[_STOPS[path]] = stops
    model = text_of(own.get("gen_ai.request.model"))
    shape = _messages_request if path == MESSAGES else _chat_request
    return encoded({"model": model, **params, **shape(talk)})


def _messages_request(talk: Talk) -> Json:
    system = [words for turn in talk.turns if turn.role == "system" for words in texts(turn.parts)]
    body: Json = {
        "messages": [
            {"role": turn.role, "content": to_messages_blocks(turn.parts)}
            for turn in talk.turns
            if turn.role != "system"
        ]
    }
    if system:
        body["system"] = [{"type": "text", "text": words} for words in system]
    if talk.tools:
        body["tools"] = [_messages_tool(tool) for tool in talk.tools]
    return body


def _messages_tool(tool: Json) -> Json:
    return {("input_schema" if key == "parameters" else key): tool[key] for key in tool}


def _chat_request(talk: Talk) -> Json:
    body: Json = {"messages": to_chat_messages(talk.turns)}
    if talk.tools:
        body["tools"] = [{"type": "function", "function": tool} for tool in talk.tools]
    return body


def response_of(
    path: str, own: Attributes, talk: Talk, *, failed: str | None
) -> EnvelopeResponse | None:
    """The response of a span, None where nothing of it was recorded.

    Args:
        path: as given by `path_of`.
        own: the span's attributes.
        talk: what was said.
        failed: the message of a failed span, else None.

    Raises:
        LineError: something in it is nested too deeply.
    """
    if failed is not None:
        kind = text_of(own.get("error.type")) or "error"
        error = {"type": "error", "error": {"type": kind, "message": failed}}
        return EnvelopeResponse(status=_status(own, kind), body=encoded(error))
    usage = _usage(own)
    if talk.answer is None and not usage:
        return None
    shape = _messages_response if path == MESSAGES else _chat_response
    head = {"id": own.get("gen_ai.response.id"), "model": own.get("gen_ai.response.model")}
    body = {**head, **shape(talk.answer, _finish(own, talk), usage)}
    return EnvelopeResponse(status=200, body=encoded(body))


def _status(own: Attributes, kind: str) -> int:
    status = own.get("http.response.status_code", kind)
    given = int(status) if str(status).isdecimal() and len(str(status)) == 3 else 500
    return given if given >= 400 else 500


def _finish(own: Attributes, talk: Talk) -> str | None:
    reasons = own.get("gen_ai.response.finish_reasons")
    return talk.finish or (text_of(reasons[0]) if isinstance(reasons, list) and reasons else None)


def _usage(own: Attributes) -> dict[str, int]:
    found = {
        kind: next((own[name] for name in names if isinstance(own.get(name), int)), None)
        for kind, names in _USAGE.items()
    }
    return {kind: count for kind, count in found.items() if count is not None}


def _messages_response(answer: Message | None, finish: str | None, usage: Json) -> Json:
    named = {
        "input_tokens": usage.get("input"),
        "output_tokens": usage.get("output"),
        "cache_read_input_tokens": usage.get("read"),
        "cache_creation_input_tokens": usage.get("written"),
    }
    return {
        "type": "message",
        "role": "assistant",
        "content": to_messages_blocks(answer.parts) if answer else [],
        "stop_reason": _STOP_REASONS.get(finish, finish) if finish else None,
        "usage": named,
    }


def _chat_response(answer: Message | None, finish: str | None, usage: Json) -> Json:
    choice: Any = answer and {
        "index": 0,
        "message": to_chat_message(answer),
        "finish_reason": finish,
    }
    return {
        "object": "chat.completion",
        "choices": [choice] if choice else [],
        "usage": {
            "prompt_tokens": usage.get("input"),
            "completion_tokens": usage.get("output"),
            "prompt_tokens_details": {"cached_tokens": usage.get("read")},
        },
    }
