"""HTTP archives (HAR 1.2), as browsers and proxies export them.

Entries that are no calls to a model API are passed over; a file without any call is reported. HAR
says nothing about the order and case of headers, so they count as unknown.

Source: w3c.github.io/web-performance/specs/HAR/Overview.html
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from io import BufferedReader
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from stillwatch.sources.json_documents import capture_line, items
from stillwatch.sources.model import DocumentSource, LineError
from stillwatch.sources.recorded import Headers, Recorded, envelope_of, is_model_call

NAME = "har"

_START = re.compile(rb'\s*\{\s*"log"\s*:\s*\{')
_NAME = re.compile(r"\.har(?:\.gz|\.zst)?$", re.IGNORECASE)


class _Pair(Struct):
    name: str
    value: str = ""


class _Content(Struct):
    text: str | None = None
    encoding: str | None = None


class _Request(Struct):
    method: str
    url: str
    headers: list[_Pair] = []
    postData: _Content | None = None  # noqa: N815 - HAR's own name


class _Response(Struct):
    status: int
    headers: list[_Pair] = []
    content: _Content | None = None


class _Entry(Struct):
    startedDateTime: str  # noqa: N815 - HAR's own name
    request: _Request
    time: float | None = None
    response: _Response | None = None


def matches(head: bytes, name: str) -> bool:
    """Whether a file is an HTTP archive, by its beginning or its ending."""
    return bool(_START.match(head) or _NAME.search(name))


def lines(stream: BufferedReader) -> Iterator[bytes | LineError]:
    """The calls to model APIs of an archive as capture lines."""
    calls = 0
    try:
        for entry in items(stream, "log.entries.item"):
            if _concerns_us(entry):
                calls += 1
                yield _line(entry)
    except LineError as error:
        yield error
    else:
        if not calls:
            yield LineError("no entry of this archive is a call to a model API that we read")


def _concerns_us(entry: Any) -> bool:
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(request, dict):
        return False
    return is_model_call(str(request.get("method")), _path(str(request.get("url"))))


def _line(entry: Any) -> bytes | LineError:
    try:
        return capture_line(envelope_of(_recorded(msgspec.convert(entry, _Entry))))
    except msgspec.ValidationError as error:
        return LineError(f"the entry is not of its format: {error}")
    except LineError as error:
        return error


def _recorded(entry: _Entry) -> Recorded:
    response = entry.response if entry.response and entry.response.status > 0 else None
    return Recorded(
        id=None,
        time=entry.startedDateTime,
        duration_ms=entry.time if entry.time is not None and entry.time >= 0 else None,
        method=entry.request.method,
        path=_path(entry.request.url),
        headers=_headers(entry.request.headers),
        ordered=False,
        content=_bytes(entry.request.postData),
        status=response.status if response else None,
        answer_headers=_headers(response.headers) if response else (),
        answer=_bytes(response.content) if response else b"",
        ip=None,
    )


def _path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _headers(pairs: list[_Pair]) -> Headers:
    return [(pair.name, pair.value) for pair in pairs]


def _bytes(content: _Content | None) -> bytes:
    if content is None or content.text is None:
        return b""
    if content.encoding != "base64":
        return content.text.encode("utf-8", "surrogatepass")
    try:
        return b64decode("".join(content.text.split()), validate=True)
    except ValueError as error:
        raise LineError("a body is not the base64 that it says it is") from error


SOURCE = DocumentSource(
    name=NAME,
    title="HTTP archives (HAR 1.2)",
    matches=matches,
    lines=lines,
)
