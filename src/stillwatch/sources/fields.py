"""What the formats have in common: JSON text, times, and accounts named by a key."""

import re
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from stillwatch.hashing import fingerprint
from stillwatch.sources.model import LineError
from stillwatch.wire.values import WireError, dump, load

T = TypeVar("T")

# The vendors' and LiteLLM's own keys start like this.
_SECRET = re.compile(r"^sk-", re.ASCII)
_YEAR_3000_S = 32_503_680_000


def decode_json(decoder: msgspec.json.Decoder[T], raw: bytes | str | Raw) -> T:
    """Decode JSON, or say why it cannot be decoded without quoting it.

    Raises:
        LineError: it is not JSON, or not of the decoder's type.
    """
    try:
        return decoder.decode(raw)
    except UnicodeDecodeError as error:
        raise LineError("the text is not UTF-8") from error
    except RecursionError as error:
        raise LineError("the JSON is nested too deeply") from error
    except msgspec.DecodeError as error:
        # msgspec names the place and the kind of the fault, never a value.
        raise LineError(str(error)) from error


def decode_any(raw: bytes | str | Raw) -> Any:
    """Decode JSON of any kind; halves of surrogate pairs are let through.

    Raises:
        LineError: it is not JSON.
    """
    try:
        return load(raw, "a field")
    except WireError as error:
        raise LineError(error.reason) from error


def decode_object(raw: bytes | str | Raw) -> dict[str, Any]:
    """Decode a JSON object; what is something else gives an empty one.

    Raises:
        LineError: it is not JSON.
    """
    value = decode_any(raw)
    return value if isinstance(value, dict) else {}


def encoded(value: Any) -> Raw:
    """A value as JSON.

    Raises:
        LineError: it is nested too deeply.
    """
    try:
        return Raw(dump(value))
    except WireError as error:
        raise LineError(error.reason) from error


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
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw.lstrip().startswith(b"{") and all(marker in raw for marker in markers)
    return True


def one_line(text: bytes | str) -> Raw:
    """JSON text without the spaces between its tokens, so that it can stand in a line.

    Raises:
        LineError: it is not JSON.
    """
    try:
        return Raw(msgspec.json.format(text, indent=-1))
    except RecursionError as error:
        raise LineError("the JSON is nested too deeply") from error
    except (msgspec.DecodeError, UnicodeError) as error:
        raise LineError("the body is not JSON") from error


def epoch_s(value: str | float) -> float:
    """A time as seconds since 1970 UTC. Text without a zone is taken as UTC.

    Raises:
        LineError: it is not a time, or one beyond the year 3000, as milliseconds would be.
    """
    seconds = _parsed(value) if isinstance(value, str) else float(value)
    if not 0 <= seconds < _YEAR_3000_S:
        raise LineError("a time is out of range; times are ISO 8601 text or seconds since 1970")
    return seconds


def _parsed(text: str) -> float:
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise LineError("a time cannot be read; times are ISO 8601 text") from error


def duration_ms(start: str | float, end: str | float | None) -> float | None:
    """Milliseconds between two times, or None when the end is unknown or before the start."""
    if end is None:
        return None
    passed = epoch_s(end) - epoch_s(start)
    return round(passed * 1000, 3) if passed >= 0 else None


def account_of_key(credential: str) -> str:
    """A name for the account behind an API key, from which the key cannot be found.

    It has the first 48 bits of the key's SHA-256: API keys are long and random, so nobody can
    guess one and test the guess.
    """
    return f"key_{fingerprint(credential.encode('utf-8', 'surrogatepass'))[:12]}"


def account_name(value: str) -> str:
    """An account's name as logged, unless that is a key in clear, which is never kept."""
    return account_of_key(value) if _SECRET.match(value) else value
