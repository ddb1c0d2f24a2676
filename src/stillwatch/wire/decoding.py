"""From an envelope to an exchange."""

from collections.abc import Callable
from typing import Any

from msgspec import UNSET, Raw, Struct

from stillwatch.exchange import Client, Exchange, Request, Response, Wire
from stillwatch.hashing import digest
from stillwatch.wire import anthropic, chat, responses, sse
from stillwatch.wire.body import Body, Fields, open_body
from stillwatch.wire.clock import duration_us, time_us
from stillwatch.wire.envelope import Envelope, EnvelopeRequest, EnvelopeResponse, RawHeaders
from stillwatch.wire.history import salt_of
from stillwatch.wire.memory import WireMemory
from stillwatch.wire.routes import model_of, wire_of
from stillwatch.wire.settings import Names, settings_of
from stillwatch.wire.style import style_of
from stillwatch.wire.values import WireError, as_object, load


class _Decoder(Struct, frozen=True):
    """How one wire's bodies are decoded, and the salt of its responses' keys."""

    names: Names
    request: Callable[[Fields, WireMemory], Body]
    response: Callable[[dict[str, Any], int | None, int], Response]
    salt: int


_DECODERS: dict[Wire, _Decoder] = {
    "anthropic": _Decoder(
        anthropic.NAMES,
        anthropic.decode_request,
        anthropic.decode_response,
        salt_of("anthropic response"),
    ),
    "chat": _Decoder(
        chat.NAMES, chat.decode_request, chat.decode_response, salt_of("chat response")
    ),
    "responses": _Decoder(
        responses.NAMES,
        responses.decode_request,
        responses.decode_response,
        salt_of("responses response"),
    ),
}


# Of calls that are no conversation only the model is read.
_NO_NAMES = Names(
    salt_of("unknown settings"),
    frozenset({"messages", "input", "system", "instructions", "tools"}),
    (),
)

# The first HTTP status that is an error.
_FIRST_ERROR = 400


def decode(envelope: Envelope, memory: WireMemory, *, default_id: str) -> Exchange:
    """Decode an exchange.

    Requests that are no conversation (counting tokens, listing models) have the wire `unknown` and
    no messages.

    Args:
        envelope: as captured.
        memory: what earlier calls left; one for a process.
        default_id: the exchange's id if the capture gives none.

    Raises:
        WireError: the time or a body is malformed; the reason never quotes it.
    """
    opened = open_body(envelope.request.body)
    fields = opened if isinstance(opened, dict) else {}
    answer = _answer(envelope.response)
    wire = wire_of(envelope.request.method, envelope.request.path, fields, answer)
    if isinstance(opened, WireError) and (wire != "unknown" or not envelope.request.path):
        raise opened
    return Exchange(
        id=envelope.id or default_id,
        time_us=time_us(envelope.time),
        duration_us=duration_us(envelope.duration_ms),
        account=envelope.account,
        organization=envelope.organization,
        client=Client(envelope.client.ip, envelope.client.asn, envelope.client.ja4),
        wire=wire,
        request=_request(envelope.request, fields, wire, memory),
        response=None if envelope.response is None else _response(envelope.response, wire),
    )


def _answer(response: EnvelopeResponse | None) -> Raw | None:
    if response is None:
        return None
    if response.events:
        return response.events[0]
    return None if response.body is UNSET else response.body


def _request(request: EnvelopeRequest, fields: Fields, wire: Wire, memory: WireMemory) -> Request:
    decoder = _DECODERS.get(wire)
    names = decoder.names if decoder else _NO_NAMES
    settings = settings_of(fields, names, memory)
    body = decoder.request(fields, memory) if decoder else Body()
    return Request(
        method=request.method,
        path=request.path,
        headers=_pairs(request.headers),
        headers_ordered=isinstance(request.headers, list),
        model=settings.model or model_of(request.path),
        system=body.system,
        system_key=body.system_key,
        tools=body.tools,
        tools_key=body.tools_key,
        messages=body.messages,
        params=settings.params,
        user=settings.user,
        stream=settings.stream,
        previous_response=settings.previous_response,
        body_keys=settings.body_keys,
        style=style_of(request.raw),
    )


def _pairs(headers: RawHeaders) -> tuple[tuple[str, str], ...]:
    return tuple(headers if isinstance(headers, list) else headers.items())


def _response(response: EnvelopeResponse, wire: Wire) -> Response:
    status = response.status
    if wire == "unknown":
        return Response(status)
    decoder = _DECODERS[wire]
    if response.events is not None:
        key = digest(b"".join(response.events)) ^ decoder.salt
        return decoder.response(sse.body_of_events(response.events, wire), status, key)
    if response.body is UNSET:
        return Response(status)
    body = _body(response.body, wire, status)
    if isinstance(body, str):
        return Response(status, error_message=body)
    return decoder.response(body, status, digest(response.body) ^ decoder.salt)


def _body(raw: Raw, wire: Wire, status: int | None) -> dict[str, Any] | str:
    """The body of a response, or its text if it is an error page."""
    value = load(raw, "response.body")
    if value is None:
        return {}
    if not isinstance(value, str):
        return as_object(value, "response.body")
    if sse.is_stream(value):
        return sse.body_of_text(value, wire)
    try:
        return as_object(load(value, "response.body"), "response.body")
    except WireError:
        if status is None or status < _FIRST_ERROR:
            raise
        return value
