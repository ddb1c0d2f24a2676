"""JSON from strangers' logs: read with reasons that never quote it, and written on one line."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from stillwatch.exchange import Request, Response, Wire
from stillwatch.sources.model import LineError
from stillwatch.wire import WireError, encode_request, encode_response

T = TypeVar("T")
Json = dict[str, Any]

# An escape in JSON text: both halves of a surrogate pair, one half alone, or any other escape.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
_MOST = 2**53  # counts beyond this are mistakes


def decode_json(decoder: msgspec.json.Decoder[T], raw: bytes | memoryview | str | Raw) -> T:
    """Decode JSON, or say why it cannot be decoded without quoting it.

    Raises:
        LineError: it is not JSON, or not of the decoder's type.
    """
    return _reading(decoder.decode, raw)


def decode_any(raw: bytes | memoryview | str | Raw) -> Any:
    """Decode JSON of any kind.

    Raises:
        LineError: it is not JSON.
    """
    return _reading(_ANY.decode, raw)


def decode_object(raw: bytes | memoryview | str | Raw) -> Json:
    """Decode a JSON object; what is something else gives an empty one.

    Raises:
        LineError: it is not JSON.
    """
    value = decode_any(raw)
    return value if isinstance(value, dict) else {}


def one_line(text: bytes | str) -> Raw:
    """JSON text without the spaces between its tokens, so that it can stand in a line.

    Raises:
        LineError: it is not JSON.
    """
    return Raw(_reading(_compact, text))


def encoded(value: Any) -> bytes:
    """A value as JSON on one line.

    Raises:
        LineError: it is nested too deeply, or holds text that is no Unicode.
    """
    try:
        return msgspec.json.encode(value)
    except RecursionError as error:
        raise LineError("the JSON is nested too deeply") from error
    except UnicodeEncodeError as error:
        raise LineError("a text is no Unicode") from error


def request_body(request: Request, wire: Wire) -> Raw:
    """A request that a log tells of, as a body.

    Raises:
        LineError: it cannot be written.
    """
    return _writing(encode_request, request, wire)


def response_body(response: Response, wire: Wire) -> Raw:
    """A response that a log tells of, as a body.

    Raises:
        LineError: it cannot be written.
    """
    return _writing(encode_response, response, wire)


def fits(raw: bytes, shape: type[Any], *markers: bytes) -> bool:
    """Whether a line, possibly cut off, is an object of a shape.

    Args:
        raw: the line.
        shape: a struct that whole lines are held against.
        markers: what must all stand in a line that does not parse, as one that is cut.
    """
    try:
        msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError:
        return False
    except (ValueError, RecursionError):
        return raw.lstrip().startswith(b"{") and all(marker in raw for marker in markers)
    return True


def as_items(value: Any) -> list[Json]:
    """The objects in a list, or none where it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(value: Any) -> str:
    """A value as text: itself, nothing, or its JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else encoded(value).decode()


def text_or_none(value: Any) -> str | None:
    """The value, if it is text with something in it."""
    return value if isinstance(value, str) and value else None


def count_or_none(value: Any) -> int | None:
    """The value, if it is a whole number that can be a count."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value <= _MOST else None


def _compact(text: bytes | memoryview | str | Raw) -> bytes:
    return msgspec.json.format(text.encode() if isinstance(text, str) else bytes(text), indent=-1)


def _reading(
    read: Callable[[bytes | memoryview | str | Raw], T], raw: bytes | memoryview | str | Raw
) -> T:
    try:
        return read(raw)
    except msgspec.ValidationError as error:
        raise LineError(str(error)) from error  # it names a place and types, never a value
    except UnicodeError as error:
        raise LineError("the text is not UTF-8") from error
    except RecursionError as error:
        raise LineError("the JSON is nested too deeply") from error
    except msgspec.DecodeError as error:
        return _reading_mended(read, raw, str(error))


def _reading_mended(
    read: Callable[[bytes | memoryview | str | Raw], T],
    raw: bytes | memoryview | str | Raw,
    why: str,
) -> T:
    """Try again with halves of surrogate pairs replaced.

    Clients that cut text in the middle of an emoji send such halves. They are JSON (RFC 8259,
    section 8.2), but the parser refuses them.
    """
    text = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else bytes(raw)
    if not _HALF.search(text):
        raise LineError(f"not JSON: {why}")
    mended = _ESCAPE.sub(lambda found: b"\\ufffd" if found[1] else found[0], text)
    if mended == text:
        raise LineError(f"not JSON: {why}")
    return _reading(read, mended)


def _writing(write: Callable[[T, Wire], bytes], value: T, wire: Wire) -> Raw:
    try:
        return Raw(write(value, wire))
    except WireError as error:
        raise LineError(error.reason) from error
