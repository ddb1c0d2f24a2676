"""One recorded HTTP call to a model API, as an envelope; for recordings of HTTP traffic.

Nobody names accounts in such recordings, but a request carries an API key. The account is a digest
of that key. Credentials are blanked before anything else sees the headers; that they were there, and
where, stays visible.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import UNSET, Raw, UnsetType

from stillwatch.sources.fields import account_of_key
from stillwatch.sources.json_text import one_line
from stillwatch.sources.model import LineError
from stillwatch.wire.envelope import (
    Envelope,
    EnvelopeClient,
    EnvelopeRequest,
    EnvelopeResponse,
    RawHeaders,
)
from stillwatch.wire.routes import wire_of
from stillwatch.wire.sse import datas_of, is_stream

Headers = Sequence[tuple[str, str]]

_KEYS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
_SECRETS = frozenset((*_KEYS, "proxy-authorization", "cookie", "set-cookie"))
_BLANK = "redacted"
_SCHEME = re.compile(r"^(?:bearer|token)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Recorded:
    """A call as it went over the network; contents are decompressed.

    Attributes:
        id: the recording's name for it, or None.
        time: when the request was sent; RFC 3339 text, or seconds since 1970.
        duration_ms: until the response was complete, or None.
        path: path and query.
        ordered: whether the headers' order and case are as sent.
        content: the request's body.
        status: of the response, or None where there was none.
        answer: the response's body.
        ip: the caller's address, or None.
    """

    id: str | None
    time: str | float
    duration_ms: float | None
    method: str
    path: str
    headers: Headers
    ordered: bool
    content: bytes
    status: int | None
    answer_headers: Headers
    answer: bytes
    ip: str | None


def is_model_call(method: str, path: str) -> bool:
    """Whether a request goes to a model API that we read."""
    return wire_of(method, path, {}, None) != "unknown"


def envelope_of(call: Recorded) -> Envelope:
    """The envelope of a recorded call.

    Raises:
        LineError: there is no body, it is not JSON, or no key says whose call it is.
    """
    if not call.content:
        raise LineError("the body of the request was not recorded")
    try:
        text = call.content.decode()
    except UnicodeDecodeError as error:
        raise LineError("the body of the request is not UTF-8") from error
    return Envelope(
        id=call.id,
        time=call.time,
        duration_ms=call.duration_ms,
        account=_account(call.headers),
        client=EnvelopeClient(ip=call.ip),
        request=EnvelopeRequest(
            method=call.method,
            path=call.path,
            headers=_headers(call.headers, ordered=call.ordered),
            body=one_line(text),
            raw=text,
        ),
        response=_response(call),
    )


def _account(headers: Headers) -> str:
    values = {name.lower(): value for name, value in headers}
    for name in _KEYS:
        if key := _SCHEME.sub("", values.get(name, "")).strip():
            return account_of_key(key)
    raise LineError("the request carries no API key, so its account is unknown")


def _headers(headers: Headers, *, ordered: bool) -> RawHeaders:
    pairs = [(name, _BLANK if name.lower() in _SECRETS else value) for name, value in headers]
    if ordered:
        return pairs
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _response(call: Recorded) -> EnvelopeResponse | None:
    if call.status is None:
        return None
    headers = _headers(call.answer_headers, ordered=call.ordered)
    text = call.answer.decode("utf-8", "replace")
    if is_stream(text):
        events = [event for data in datas_of(text) if (event := _json(data)) is not UNSET]
        return EnvelopeResponse(status=call.status, headers=headers, events=events)
    return EnvelopeResponse(status=call.status, headers=headers, body=_json(text))


def _json(text: str) -> Raw | UnsetType:
    """JSON on one line. Pages of proxies and events that were cut off are none, and left out."""
    try:
        return one_line(text)
    except LineError:
        return UNSET
