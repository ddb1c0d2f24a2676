"""JSON from strangers: read with care, written compactly.

Nothing here trusts a type. A value that is not what a format says becomes None or a `WireError`,
whose reason names a place and never quotes the content.
"""

import json
from typing import Any, NoReturn, TypeVar

import msgspec
from msgspec import Raw

T = TypeVar("T")

_ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
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

    Halves of surrogate pairs are let through as Python's own decoder does: clients that cut text
    in the middle of an emoji send them.

    Args:
        raw: the text.
        what: what it is, for the reason of an error.
        decoder: of the type wanted, if not any.

    Raises:
        WireError: it is not JSON in UTF-8, not of the type, or nested too deeply.
    """
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError:
        raise WireError(f"{what} is not of its format") from None
    except RecursionError:
        raise WireError(f"{what} is nested too deeply") from None
    except ValueError:
        return _load_leniently(raw, what, decoder)


def _load_leniently(raw: Raw | bytes | str, what: str, decoder: msgspec.json.Decoder[Any]) -> Any:
    try:
        text = raw if isinstance(raw, str) else bytes(raw).decode()
        value = json.loads(text, parse_constant=_refuse)
        return value if decoder is _ANY else msgspec.convert(value, decoder.type)
    except UnicodeDecodeError:
        raise WireError(f"{what} is not UTF-8") from None
    except RecursionError:
        raise WireError(f"{what} is nested too deeply") from None
    except ValueError:
        raise WireError(f"{what} is not JSON") from None


def _refuse(_constant: str) -> NoReturn:
    raise ValueError


def load_list(raw: Raw | bytes, what: str) -> list[Raw]:
    """The elements of a JSON array, undecoded.

    Raises:
        WireError: it is not an array.
    """
    try:
        return _RAWS.decode(raw)
    except msgspec.ValidationError:
        raise WireError(f"{what} is not a list") from None
    except RecursionError:
        raise WireError(f"{what} is nested too deeply") from None
    except ValueError:
        raise WireError(f"{what} is not JSON") from None


def dump(value: Any) -> bytes:
    """Write JSON without spaces, characters as they are.

    Raises:
        WireError: it is nested too deeply.
    """
    try:
        return msgspec.json.encode(value)
    except RecursionError:
        raise WireError("a value is nested too deeply") from None
    except (UnicodeEncodeError, OverflowError):  # half a surrogate pair; more than 64 bits
        return _dump_leniently(value)


def _dump_leniently(value: Any) -> bytes:
    try:
        return json.dumps(value, separators=(",", ":")).encode()
    except RecursionError:
        raise WireError("a value is nested too deeply") from None


def compact(value: Any) -> str:
    """JSON text of a value, without spaces; it may hold half a surrogate pair if the value does."""
    try:
        return msgspec.json.encode(value).decode()
    except (UnicodeEncodeError, OverflowError):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def is_null(raw: Raw) -> bool:
    """Whether a raw value is null."""
    return len(raw) == len(b"null") and bytes(raw) == b"null"


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
