"""JSON from strangers: read with care, written compactly.

Nothing here trusts a type. A value that is not what a format says becomes None or a `WireError`,
whose reason names a place and never quotes the content.
"""

import json
from typing import Any

import msgspec
from msgspec import Raw

_ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
_FIELDS = msgspec.json.Decoder(dict[str, Raw])
_RAWS = msgspec.json.Decoder(list[Raw])

# Token counts and the like; what is larger is a mistake or an attack, and would not fit a column.
_MOST = 2**53


class WireError(ValueError):
    """A body that cannot be decoded.

    Args:
        reason: where and why, in a few words that never quote the body.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def within(self, place: str) -> "WireError":
        """The same fault, seen from one level further out."""
        return WireError(f"{place}.{self.reason}")


def load(raw: Raw | bytes | str, what: str, decoder: msgspec.json.Decoder[Any] = _ANY) -> Any:
    """Decode JSON.

    Args:
        raw: the text.
        what: what it is, for the reason of an error.
        decoder: of the type wanted, if not any.

    Raises:
        WireError: it is not JSON in UTF-8, not of the type, or nested too deeply.
    """
    try:
        return decoder.decode(raw)
    except (ValueError, RecursionError) as error:
        raise _fault(error, what, "not of its format") from None


def _fault(error: Exception, what: str, wrong_type: str) -> WireError:
    """What a decoder's error says, without the values that it may quote."""
    if isinstance(error, msgspec.ValidationError):
        return WireError(f"{what} is {wrong_type}")
    if isinstance(error, RecursionError):
        return WireError(f"{what} is nested too deeply")
    if isinstance(error, UnicodeDecodeError):
        return WireError(f"{what} is not UTF-8")
    return WireError(f"{what} is not JSON")


def load_list(raw: Raw | bytes, what: str) -> list[Raw]:
    """The elements of a JSON array, undecoded.

    Raises:
        WireError: it is not an array.
    """
    try:
        return _RAWS.decode(raw)
    except (ValueError, RecursionError) as error:
        raise _fault(error, what, "not a list") from None


def load_fields(raw: Raw | bytes, what: str) -> dict[str, Raw]:
    """The fields of a JSON object, undecoded.

    Raises:
        WireError: it is not an object.
    """
    try:
        return _FIELDS.decode(raw)
    except (ValueError, RecursionError) as error:
        raise _fault(error, what, "not an object") from None


def compact(value: Any) -> bytes:
    """Write JSON without spaces, the keys of objects in their order.

    Raises:
        WireError: it is nested too deeply.
    """
    try:
        return msgspec.json.encode(value)
    except OverflowError:  # a whole number of more than 64 bits
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    except RecursionError:
        raise WireError("a value is nested too deeply") from None


def is_null(raw: Raw) -> bool:
    """Whether a raw value is null."""
    return len(raw) == len(b"null") and bytes(raw) == b"null"


def is_object(raw: Raw) -> bool:
    """Whether a raw value is an object."""
    return bytes(memoryview(raw)[:1]) == b"{"


def is_text(raw: Raw) -> bool:
    """Whether a raw value is a string."""
    return bytes(memoryview(raw)[:1]) == b'"'


def as_object(value: Any, what: str) -> dict[str, Any]:
    """The value, if it is a JSON object.

    Raises:
        WireError: it is something else.
    """
    if not isinstance(value, dict):
        raise WireError(f"{what} is not an object")
    return value


def as_items(value: Any) -> list[dict[str, Any]]:
    """The objects in a JSON array; nothing if it is no array."""
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]


def text_or_none(value: Any) -> str | None:
    """The value, if it is text with something in it."""
    return value if isinstance(value, str) and value else None


def text_or_empty(value: Any) -> str:
    """The value, if it is text."""
    return value if isinstance(value, str) else ""


def count_or_none(value: Any) -> int | None:
    """The value, if it is a whole number that can be a count."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST:
        return value
    return None
