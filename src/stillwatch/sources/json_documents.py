"""Records that stand in one large JSON document, read without holding the document."""

from collections.abc import Callable, Iterator
from io import BufferedReader
from typing import Any

import ijson

from stillwatch.sources.json_text import encoded
from stillwatch.sources.model import Decode, LineError
from stillwatch.wire.envelope import Envelope


def capture_line(envelope: Envelope) -> bytes:
    """An envelope as a line of a native capture, without its newline.

    Raises:
        LineError: it holds text that is no Unicode.
    """
    return encoded(envelope)


def is_array(head: bytes, *markers: bytes) -> bool:
    """Whether a file starts as an array of objects in whose first bytes all the markers stand."""
    opening = head[:4096].split(b"{", 1)[0]
    return opening.strip() == b"[" and all(marker in head for marker in markers)


def items(stream: BufferedReader, prefix: str) -> Iterator[Any]:
    """The values at a place in a JSON document, or in several that follow each other.

    Args:
        stream: the document.
        prefix: the place, as ijson writes it: `item` stands for what is in an array.

    Raises:
        LineError: the text is not JSON, or it ends in the middle.
    """
    try:
        yield from ijson.items(stream, prefix, use_float=True, multiple_values=True)
    except ijson.IncompleteJSONError as error:
        raise LineError("the JSON ends in the middle, or is malformed from here on") from error
    except (ijson.JSONError, UnicodeDecodeError, ValueError) as error:
        raise LineError("the JSON is malformed from here on") from error


def unroll(
    stream: BufferedReader,
    prefix: str,
    decode: Decode,
    wrap: Callable[[Any], Any] = lambda item: item,
) -> Iterator[bytes | LineError]:
    """The records of a document as capture lines.

    Args:
        stream: the document.
        prefix: where the records stand in it.
        decode: the decoder of a record that stands on a line of its own.
        wrap: what makes such a record out of what stands in the document.
    """
    try:
        for item in items(stream, prefix):
            yield from _capture_lines(wrap(item), decode)
    except LineError as error:
        yield error


def _capture_lines(record: Any, decode: Decode) -> Iterator[bytes | LineError]:
    try:
        envelopes = decode(encoded(record))
    except LineError as error:
        yield from map(capture_line, error.readable)
        yield error
    else:
        yield from map(capture_line, envelopes)
