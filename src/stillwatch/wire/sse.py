"""Streamed responses: from events, or from the text of a stream, back to the response's body.

The text is read as the HTML standard says under "Interpreting an event stream", except that names
of events are passed over: all three formats say the same in the data.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from stillwatch.exchange import Wire
from stillwatch.wire import anthropic_stream, chat_stream, responses_stream
from stillwatch.wire.values import WireError, is_text, load

_LINE_END = re.compile(r"\r\n|\n|\r")
_FIELD = re.compile(r"\s*(?:data|event|id|retry)?:")
_DONE = "[DONE]"
_WHAT = "response.events"

_JOIN: dict[Wire, tuple[msgspec.json.Decoder[Any], Callable[[Any], dict[str, Any]]]] = {
    "anthropic": (anthropic_stream.EVENTS, anthropic_stream.joined),
    "chat": (chat_stream.EVENTS, chat_stream.joined),
    "responses": (responses_stream.EVENTS, responses_stream.joined),
}


def is_stream(text: str) -> bool:
    """Whether a body's text is an event stream rather than JSON."""
    return _FIELD.match(text.removeprefix("\ufeff")) is not None


def datas_of(text: str) -> Iterator[str]:
    """The data of every event in the text of a stream, `[DONE]` left out."""
    lines: list[str] = []
    for line in (*_LINE_END.split(text.removeprefix("\ufeff")), ""):
        name, _, value = line.partition(":")
        if name == "data":
            lines.append(value.removeprefix(" "))
        elif not line and lines:
            data = "\n".join(lines)
            lines = []
            if data != _DONE:
                yield data


def body_of_text(text: str, wire: Wire) -> dict[str, Any]:
    """The response's body that the text of a stream amounts to.

    Raises:
        WireError: the data of an event is not what the wire says. A last event that was cut off
            is passed over.
    """
    events = [Raw(data.encode("utf-8", "surrogatepass")) for data in datas_of(text)]
    if events and not text.endswith(("\n\n", "\r\n\r\n", "\r\r")) and not _is_json(events[-1]):
        events.pop()
    return body_of_events(events, wire)


def body_of_events(events: Sequence[Raw], wire: Wire) -> dict[str, Any]:
    """The response's body that events amount to, as far as they came.

    Args:
        events: the data of every event, or objects with the data under `data`, or strings that
            hold it; `[DONE]` may be among them.
        wire: anthropic, chat or responses.

    Raises:
        WireError: an event is not what the wire says.
    """
    decoder, join = _JOIN[wire]
    if events and (_is_wrapped(events[0]) or is_text(events[-1])):
        events = [data for event in events for data in _unwrapped(event)]
    return join(load(b"[" + b",".join(events) + b"]", _WHAT, decoder))


def _is_json(raw: Raw) -> bool:
    try:
        load(raw, _WHAT)
    except WireError:
        return False
    return True


def _is_wrapped(event: Raw) -> bool:
    if is_text(event) or b'"data"' not in bytes(event):
        return is_text(event)
    value = load(event, _WHAT)
    return isinstance(value, dict) and "data" in value


def _unwrapped(event: Raw) -> Iterator[Raw]:
    """The data of an event that is wrapped in one way or another; nothing for `[DONE]`."""
    value = load(event, _WHAT)
    data = value["data"] if isinstance(value, dict) and "data" in value else None
    if isinstance(value, str) and is_stream(value):
        for text in datas_of(value):
            yield Raw(text.encode("utf-8", "surrogatepass"))
    elif isinstance(data, str) or isinstance(value, str):
        text = data if isinstance(data, str) else value
        if text != _DONE:
            yield Raw(text.encode("utf-8", "surrogatepass"))
    else:
        yield event if data is None else Raw(msgspec.json.encode(data))
