"""The native capture: one exchange a line, as docs/formats.md draws it."""

from collections.abc import Iterator, Sequence
from io import BufferedReader

import msgspec
from msgspec import Raw, Struct

from stillwatch.sources.json_documents import is_array, unroll
from stillwatch.sources.json_text import decode_json, fits
from stillwatch.sources.model import DocumentSource, LineError, LineSource
from stillwatch.wire.envelope import Envelope

NAME = "capture"

_DECODER = msgspec.json.Decoder(Envelope)


class _Body(Struct):
    body: Raw


class _Verbatim(Struct):
    request: _Body


_VERBATIM = msgspec.json.Decoder(_Verbatim)


class _Shape(Struct):
    time: Raw
    account: Raw
    request: Raw


def matches(line: bytes) -> bool:
    """Whether a line, possibly cut off, is a capture line."""
    return fits(line, _Shape, b'"request"', b'"body"')


def decode(line: bytes | memoryview) -> Sequence[Envelope]:
    """The exchange of a capture line.

    Raises:
        LineError: a field is missing or of a wrong type, or the line is not JSON.
    """
    envelope = decode_json(_DECODER, line)
    request = envelope.request
    if request.verbatim and request.raw is None:
        try:
            request.raw = bytes(decode_json(_VERBATIM, line).request.body).decode()
        except UnicodeDecodeError as error:
            raise LineError("the text is not UTF-8") from error
    return (envelope,)


def _array_matches(head: bytes, _name: str) -> bool:
    return is_array(head, b'"request"', b'"account"', b'"time"')


def _array_lines(stream: BufferedReader) -> Iterator[bytes | LineError]:
    return unroll(stream, "item", decode)


SOURCE = LineSource(
    name=NAME,
    title="Stillwatch captures (JSON lines)",
    matches=matches,
    decode=decode,
    document=DocumentSource(
        name=NAME,
        title="Stillwatch captures (a JSON array)",
        matches=_array_matches,
        lines=_array_lines,
    ),
)
