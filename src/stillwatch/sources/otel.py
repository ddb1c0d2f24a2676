"""Spans of the OpenTelemetry conventions for generative AI, as OTLP JSON.

A line, or a document, is an `ExportTraceServiceRequest`. Spans that are no calls to a model are
passed over. The conventions are still in development, so three generations of names are read (see
`otel_turns`). Messages are recorded only where somebody switched that on; spans without them are
reported.

The account is the first of these that the span, or failing that its resource, carries:
`stillwatch.account`, `user.account.id`, `enduser.id`, `user.id`, `service.name`. The organisation
is `stillwatch.organization`. `gen_ai.conversation.id` becomes a session header.

Source: opentelemetry.io/docs/specs/otlp (JSON encoding); github.com/open-telemetry/
semantic-conventions-genai.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from io import BufferedReader
from typing import Any

import msgspec
from msgspec import Raw, Struct

from stillwatch.sources.fields import account_name
from stillwatch.sources.json_documents import unroll
from stillwatch.sources.json_text import decode_json, fits
from stillwatch.sources.model import DocumentSource, LineError, LineSource
from stillwatch.sources.otel_bodies import PATHS, request_of, response_of, wire_of_span
from stillwatch.sources.otel_turns import Attributes, Event, conversation_of
from stillwatch.wire.envelope import Envelope, EnvelopeClient, EnvelopeRequest

NAME = "otel"

_ACCOUNTS = ("stillwatch.account", "user.account.id", "enduser.id", "user.id", "service.name")
_ADDRESSES = ("client.address", "http.client_ip")
_CALLS = ("chat", "text_completion", "generate_content")
_DOCUMENT = re.compile(rb'\s*\{\s*"resourceSpans"\s*:')


class _Value(Struct):
    """OTLP's AnyValue; one of the fields is set."""

    stringValue: str | None = None  # noqa: N815 - OTLP's own name
    boolValue: bool | None = None  # noqa: N815 - OTLP's own name
    intValue: str | int | None = None  # noqa: N815 - OTLP's own name
    doubleValue: float | str | None = None  # noqa: N815 - OTLP's own name
    arrayValue: "_Array | None" = None  # noqa: N815 - OTLP's own name
    kvlistValue: "_Pairs | None" = None  # noqa: N815 - OTLP's own name

    def plain(self) -> Any:
        if self.arrayValue:
            return [value.plain() for value in self.arrayValue.values]
        if self.kvlistValue:
            return _attributes(self.kvlistValue.values)
        if isinstance(self.intValue, str):  # 64-bit integers stand as text in OTLP JSON
            return int(self.intValue) if self.intValue.isdecimal() else None
        scalars = (self.stringValue, self.intValue, self.boolValue, self.doubleValue)
        return next((scalar for scalar in scalars if scalar is not None), None)


class _Array(Struct):
    values: list[_Value] = []


class _Pair(Struct):
    key: str
    value: _Value = msgspec.field(default_factory=_Value)


class _Pairs(Struct):
    values: list[_Pair] = []


class _Event(Struct):
    name: str = ""
    attributes: list[_Pair] = []


class _Status(Struct):
    code: int | str = 0
    message: str = ""


class _Span(Struct):
    startTimeUnixNano: str | int  # noqa: N815 - OTLP's own name
    endTimeUnixNano: str | int | None = None  # noqa: N815 - OTLP's own name
    spanId: str | None = None  # noqa: N815 - OTLP's own name
    attributes: list[_Pair] = []
    events: list[_Event] = []
    status: _Status = msgspec.field(default_factory=_Status)


class _Scope(Struct):
    spans: list[_Span] = []


class _Resource(Struct):
    attributes: list[_Pair] = []


class _ResourceSpans(Struct):
    resource: _Resource = msgspec.field(default_factory=_Resource)
    scopeSpans: list[_Scope] = []  # noqa: N815 - OTLP's own name


class _Export(Struct):
    resourceSpans: list[_ResourceSpans]  # noqa: N815 - OTLP's own name


class _Shape(Struct):
    resourceSpans: Raw  # noqa: N815 - OTLP's own name


_EXPORT = msgspec.json.Decoder(_Export)


def matches(line: bytes) -> bool:
    """Whether a line, possibly cut off, is an export of spans."""
    return fits(line, _Shape, b'"resourceSpans"')


def decode(line: bytes | memoryview) -> Sequence[Envelope]:
    """The exchanges among the spans of an export.

    Raises:
        LineError: the line, or some of its spans, cannot be read.
    """
    envelopes: list[Envelope] = []
    reasons: list[str] = []
    for resource in decode_json(_EXPORT, line).resourceSpans:
        shared = _attributes(resource.resource.attributes)
        for span in (span for scope in resource.scopeSpans for span in scope.spans):
            try:
                envelopes += _envelopes(span, shared)
            except LineError as error:
                reasons.append(error.reason)
    if reasons:
        raise LineError(_summary(reasons), envelopes)
    return envelopes


def _summary(reasons: Sequence[str]) -> str:
    more = f" (and {len(reasons) - 1} more spans)" if len(reasons) > 1 else ""
    return f"a span: {reasons[0]}{more}"


def _envelopes(span: _Span, shared: Attributes) -> Iterator[Envelope]:
    own = _attributes(span.attributes)
    events = [Event(event.name, _attributes(event.attributes)) for event in span.events]
    if not _is_model_call(own):
        return
    talk = conversation_of(own, events)
    if not talk.turns:
        raise LineError("no messages were recorded; switch the capture of content on")
    wire = wire_of_span(own)
    start, end = _nanoseconds(span.startTimeUnixNano), _nanoseconds(span.endTimeUnixNano or 0)
    yield Envelope(
        id=span.spanId,
        time=start / 1e9,
        duration_ms=(end - start) / 1e6 if end >= start else None,
        account=_account(own, shared),
        organization=_first(("stillwatch.organization",), own, shared),
        client=EnvelopeClient(ip=_first(_ADDRESSES, own)),
        request=EnvelopeRequest(
            request_of(wire, own, talk), path=PATHS[wire], headers=_headers(own)
        ),
        response=response_of(wire, own, talk, failed=_failure(span)),
    )


def _is_model_call(own: Attributes) -> bool:
    if "gen_ai.operation.name" in own:
        return own["gen_ai.operation.name"] in _CALLS
    return "gen_ai.request.model" in own or "gen_ai.system" in own


def _account(own: Attributes, shared: Attributes) -> str:
    account = _first(_ACCOUNTS, own, shared)
    if account is None:
        raise LineError(f"none of the attributes {', '.join(_ACCOUNTS)} names an account")
    return account_name(account)


def _headers(own: Attributes) -> dict[str, str]:
    """What clients say in headers and spans in attributes."""
    named = {
        "user-agent": _first(("user_agent.original",), own),
        "x-session-id": _first(("gen_ai.conversation.id",), own),
    }
    return {name: value for name, value in named.items() if value}


def _failure(span: _Span) -> str | None:
    """The message of a failed span, None for one that did not fail."""
    failed = span.status.code in (2, "STATUS_CODE_ERROR")
    return span.status.message if failed else None


def _first(names: Sequence[str], *levels: Attributes) -> str | None:
    """The first of the attributes that is set on any level, as text."""
    values = (level.get(name) for name in names for level in levels)
    return next((str(value) for value in values if value not in (None, "")), None)


def _nanoseconds(value: str | int) -> int:
    if isinstance(value, int):
        return value
    if value.isdecimal() and len(value) <= 20:
        return int(value)
    raise LineError("its time is not a number of nanoseconds")


def _attributes(pairs: Sequence[_Pair]) -> Attributes:
    return {pair.key: pair.value.plain() for pair in pairs}


def _document_matches(head: bytes, _name: str) -> bool:
    """Whether the export goes over several lines, or over a line longer than what is seen here."""
    first = head.lstrip().split(b"\n", 1)[0]
    return bool(_DOCUMENT.match(head)) and not _is_whole(first)


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=_Shape)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _document_lines(stream: BufferedReader) -> Iterator[bytes | LineError]:
    return unroll(stream, "resourceSpans.item", decode, wrap=_export_of)


def _export_of(spans: Any) -> Mapping[str, Any]:
    return {"resourceSpans": [spans]}


SOURCE = LineSource(
    name=NAME,
    title="OpenTelemetry GenAI spans (OTLP JSON)",
    matches=matches,
    decode=decode,
    document=DocumentSource(
        name=NAME,
        title="OpenTelemetry GenAI spans (one OTLP JSON document)",
        matches=_document_matches,
        lines=_document_lines,
    ),
)
