"""From an exchange that passed to a line of a capture."""

import re
import zlib
from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache

import msgspec
import zstandard
from msgspec import UNSET, Raw, UnsetType

from stillwatch.gateway.recording.passed import Passed, RawHeaders
from stillwatch.sources.json_text import decode_json, one_line
from stillwatch.sources.model import LineError
from stillwatch.wire.envelope import Envelope, EnvelopeClient, EnvelopeRequest, EnvelopeResponse
from stillwatch.wire.sse import datas_of, is_stream

MOST_LINE = 64 << 20
MOST_UNPACKED = 64 << 20
BLANK = "redacted"
SECRETS = frozenset(
    {
        "api-key",
        "authorization",
        "cookie",
        "ocp-apim-subscription-key",
        "proxy-authorization",
        "set-cookie",
        "x-amz-security-token",
        "x-api-key",
        "x-goog-api-key",
        "x-litellm-api-key",
    }
)
_QUERY_SECRET = re.compile(
    r"(?i)(?<=[?&])((?:api[-_]?key|key|access[-_]?token|token|signature|code)=)[^&#]*"
)
_ENCODER = msgspec.json.Encoder()
_WHOLE = msgspec.json.Decoder(Raw)


def line_of(passed: Passed, secrets: Collection[str] = SECRETS, *, keep_raw: bool = True) -> bytes:
    """An exchange as a line, with its newline.

    Args:
        passed: the exchange.
        secrets: names of headers, in lower case, whose values are blanked.
        keep_raw: keep the text of the request's body beside its value.

    Raises:
        LineError: the request's body is no JSON object, or the line would be too long.
    """
    envelope = Envelope(
        id=passed.id,
        time=_time(passed.began_s),
        duration_ms=round(passed.duration_ms, 3),
        account=passed.account,
        organization=passed.organization,
        client=EnvelopeClient(ip=passed.address),
        request=_request(passed, secrets, keep_raw=keep_raw),
        response=_response(passed, secrets),
    )
    return _line(envelope)


def _request(passed: Passed, secrets: Collection[str], *, keep_raw: bool) -> EnvelopeRequest:
    content = _unpacked(passed.body, passed.headers)
    if not content or content.lstrip()[:1] != b"{":
        raise LineError("the request's body is no JSON object")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise LineError("the request's body is not UTF-8") from error
    # Most bodies are one line already: then nothing needs to be written twice.
    verbatim = keep_raw and b"\n" not in content and b"\r" not in content
    body = decode_json(_WHOLE, content) if verbatim else one_line(text)
    # Not as received where halves of a surrogate pair were mended, or spaces around it cut off.
    verbatim = verbatim and bytes(body) == content
    return EnvelopeRequest(
        method=passed.method,
        path=_QUERY_SECRET.sub(rf"\1{BLANK}", passed.target),
        headers=_headers(passed.headers, secrets),
        body=body,
        raw=text if keep_raw and not verbatim else None,
        verbatim=verbatim,
    )


def _line(envelope: Envelope) -> bytes:
    line = _ENCODER.encode(envelope) + b"\n"
    if len(line) > MOST_LINE and envelope.request.raw is not None:
        envelope.request.raw = None
        line = _ENCODER.encode(envelope) + b"\n"
    if len(line) > MOST_LINE:
        raise LineError("the exchange is too long for a line")
    return line


def _response(passed: Passed, secrets: Collection[str]) -> EnvelopeResponse | None:
    if not passed.status:
        return None
    headers = _headers(passed.answer_headers, secrets)
    response = EnvelopeResponse(status=passed.status, headers=headers)
    try:
        content = _unpacked(b"".join(passed.answer), passed.answer_headers)
    except LineError:  # the request is evidence without it
        return response
    text = content.decode("utf-8", "replace")
    if is_stream(text):
        response.events = [one for data in datas_of(text) if (one := _event(data)) is not UNSET]
    elif text:
        response.body = _body(text)
    return response


def _event(data: str) -> Raw | UnsetType:
    """An event; one that was cut off is left out."""
    try:
        return one_line(data)
    except LineError:
        return UNSET


def _body(text: str) -> Raw:
    """A body; what is no JSON, as the page of a proxy, stands as text."""
    try:
        return one_line(text) if "\n" in text else decode_json(_WHOLE, text)
    except LineError:
        return Raw(_ENCODER.encode(text))


def _headers(headers: RawHeaders, secrets: Collection[str]) -> list[tuple[str, str]]:
    lines = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
    return [
        (name, BLANK if name.lower().replace("_", "-") in secrets else value)
        for name, value in lines
    ]


def _time(at_s: float) -> str:
    second, part = divmod(at_s, 1)
    try:
        return f"{_second(int(second))}.{int(part * 1000):03}Z"
    except (OSError, OverflowError, ValueError) as error:  # a clock gone mad
        raise LineError("the time is none of a calendar") from error


@lru_cache(maxsize=16)
def _second(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _unpacked(content: bytes, headers: RawHeaders) -> bytes:
    """A body without its content coding; what was cut off is unpacked as far as it goes.

    Raises:
        LineError: it has a coding that is not known, or is damaged, or far too long.
    """
    for name, value in headers:
        if name.lower() == b"content-encoding":
            for coding in reversed(value.decode("latin-1").lower().split(",")):
                content = _decoded(content, coding.strip())
    return content


def _decoded(content: bytes, coding: str) -> bytes:
    try:
        if coding in {"gzip", "x-gzip", "deflate"}:
            return _bounded(zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(content, _LIMIT))
        if coding == "zstd":
            with zstandard.ZstdDecompressor().stream_reader(
                content, read_across_frames=True
            ) as reader:
                return _bounded(reader.read(_LIMIT))
    except (zlib.error, zstandard.ZstdError) as error:
        raise LineError("a body's content coding is damaged") from error
    if coding in {"", "identity"}:
        return content
    raise LineError("a body has a content coding that is not known")


_LIMIT = MOST_UNPACKED + 1


def _bounded(content: bytes) -> bytes:
    if len(content) > MOST_UNPACKED:
        raise LineError("a body is too long")
    return content
