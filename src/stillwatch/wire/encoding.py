"""From requests and responses of ours to the bodies of a wire.

What a format has no place for is left out. Decoding what was encoded gives the same value again,
apart from that, the keys, and the style.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from stillwatch.exchange import Request, Response, Wire
from stillwatch.wire import (
    anthropic,
    anthropic_stream,
    chat,
    chat_stream,
    responses,
    responses_stream,
)
from stillwatch.wire.values import compact

Value = dict[str, Any]


class _Encoder(Struct, frozen=True):
    request: Callable[[Request], Value]
    response: Callable[[Response], Value]
    split: Callable[[Value], Iterator[Value]]


_ENCODERS: dict[Wire, _Encoder] = {
    "anthropic": _Encoder(
        anthropic.request_value, anthropic.response_value, anthropic_stream.split
    ),
    "chat": _Encoder(chat.request_value, chat.response_value, chat_stream.split),
    "responses": _Encoder(
        responses.request_value, responses.response_value, responses_stream.split
    ),
}


def encode_request(request: Request, wire: Wire) -> bytes:
    """The body of a request. Its keys stand in the order of `body_keys`, others behind them.

    Args:
        request: what to say.
        wire: anthropic, chat or responses.
    """
    value = _ENCODERS[wire].request(request)
    for name, text in request.params:
        _set_param(value, name, text)
    if request.stream:
        value["stream"] = True
    order = {name: value[name] for name in request.body_keys if name in value}
    return compact({**order, **value})


def _set_param(value: Value, name: str, text: str) -> None:
    """Put a parameter where its name says, `outer.inner` into the object `outer`."""
    outer, dot, inner = name.partition(".")
    place = value.setdefault(outer, {}) if dot else value
    if isinstance(place, dict):
        place[inner if dot else outer] = _scalar(text)


def _scalar(text: str) -> Any:
    """A number or truth value, if the text is one as JSON writes it; else the text."""
    try:
        value = msgspec.json.decode(text)
    except ValueError:
        return text
    same = isinstance(value, bool | int | float) and compact(value).decode() == text
    return value if same else text


def encode_response(response: Response, wire: Wire) -> bytes:
    """The body of a response.

    Args:
        response: what to say.
        wire: anthropic, chat or responses.
    """
    return compact(_ENCODERS[wire].response(response))


def encode_events(response: Response, wire: Wire) -> list[bytes]:
    """A response as a stream: the data of every event, without the closing `[DONE]` of Chat.

    Args:
        response: what to say.
        wire: anthropic, chat or responses.
    """
    encoder = _ENCODERS[wire]
    return [compact(event) for event in encoder.split(encoder.response(response))]
