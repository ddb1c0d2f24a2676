"""Request and response bodies of spans, in the wire of their provider.

Spans do not hold the bodies that were sent. Calls to Anthropic models are written as Messages, all
others as chat completions, whatever they were.
"""

from msgspec import Raw

from stillwatch.exchange import Request, Response, Text, Tool, Usage, Wire
from stillwatch.sources.json_text import (
    count_or_none,
    request_body,
    response_body,
    text_of,
    text_or_none,
)
from stillwatch.sources.otel_turns import Attributes, Talk
from stillwatch.sources.turns import STOP_REASONS
from stillwatch.wire.envelope import EnvelopeResponse

PATHS: dict[Wire, str] = {"anthropic": "/v1/messages", "chat": "/v1/chat/completions"}

_PARAMS = {
    "gen_ai.request.max_tokens": "max_tokens",
    "gen_ai.request.temperature": "temperature",
    "gen_ai.request.top_p": "top_p",
    "gen_ai.request.top_k": "top_k",
    "gen_ai.request.seed": "seed",
    "gen_ai.request.frequency_penalty": "frequency_penalty",
    "gen_ai.request.presence_penalty": "presence_penalty",
}
# Newer names first. The oldest are OpenLLMetry's.
_USAGE = {
    "input_tokens": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "output_tokens": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "cache_read_tokens": (
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
    ),
    "cache_write_tokens": (
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
    ),
}


def wire_of_span(own: Attributes) -> Wire:
    """The wire that a span's call is written in, one of those in `PATHS`."""
    provider = text_of(own.get("gen_ai.provider.name", own.get("gen_ai.system"))).lower()
    model = text_of(own.get("gen_ai.request.model")).lower()
    return "anthropic" if "anthropic" in provider or "claude" in model else "chat"


def request_of(wire: Wire, own: Attributes, talk: Talk) -> Raw:
    """The body of a span's request.

    Raises:
        LineError: something in it is nested too deeply.
    """
    instructions = [turn for turn in talk.turns if turn.role == "system"]
    parts = [part for turn in instructions for part in turn.parts]
    params = {name: own[key] for key, name in _PARAMS.items() if own.get(key) is not None}
    request = Request(
        method="POST",
        path=PATHS[wire],
        headers=(),
        headers_ordered=False,
        model=text_of(own.get("gen_ai.request.model")),
        system=tuple(part.text for part in parts if isinstance(part, Text)),
        system_key=0,
        tools=tuple(map(Tool, talk.tools)),
        tools_key=0,
        messages=tuple(turn for turn in talk.turns if turn.role != "system"),
        params=tuple((name, text_of(value)) for name, value in params.items()),
        user=None,
        stream=own.get("gen_ai.request.stream") is True,
    )
    return request_body(request, wire)


def response_of(
    wire: Wire, own: Attributes, talk: Talk, *, failed: str | None
) -> EnvelopeResponse | None:
    """The response of a span, None where nothing of it was recorded.

    Args:
        wire: as given by `wire_of_span`.
        own: the span's attributes.
        talk: what was said.
        failed: the message of a failed span, else None.

    Raises:
        LineError: something in it is nested too deeply.
    """
    if failed is not None:
        said = _failure(own, failed)
    elif talk.answer is None and not _usage(own):
        return None
    else:
        said = _answer(wire, own, talk)
    return EnvelopeResponse(status=said.status, body=response_body(said, wire))


def _failure(own: Attributes, message: str) -> Response:
    kind = text_of(own.get("error.type")) or "error"
    code = text_of(own.get("http.response.status_code", kind))
    status = int(code) if code.isdecimal() and len(code) == 3 else 500
    return Response(status=max(status, 400), error_type=kind, error_message=message)


def _answer(wire: Wire, own: Attributes, talk: Talk) -> Response:
    finish = _finish(own, talk)
    return Response(
        status=200,
        id=text_or_none(own.get("gen_ai.response.id")),
        model=text_or_none(own.get("gen_ai.response.model")),
        message=talk.answer,
        stop_reason=STOP_REASONS.get(finish, finish) if finish and wire == "anthropic" else finish,
        usage=Usage(**_usage(own)),
    )


def _finish(own: Attributes, talk: Talk) -> str | None:
    reasons = own.get("gen_ai.response.finish_reasons")
    first = reasons[0] if isinstance(reasons, list) and reasons else None
    return talk.finish or text_or_none(first)


def _usage(own: Attributes) -> dict[str, int]:
    found = {
        kind: next(filter(None, (count_or_none(own.get(name)) for name in names)), None)
        for kind, names in _USAGE.items()
    }
    return {kind: count for kind, count in found.items() if count is not None}
