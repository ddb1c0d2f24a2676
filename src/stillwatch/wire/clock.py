"""Times as captures write them, to microseconds since 1970 UTC."""

from datetime import UTC, datetime, timedelta

from stillwatch.wire.values import WireError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# The years 1 to 9999, which is what a datetime can hold.
_FIRST_S = -62_135_596_800
_LAST_S = 253_402_300_799

# Past this many milliseconds, some three hundred years, a duration is no duration.
_LONGEST_MS = 1e13


def time_us(value: str | float) -> int:
    """A time as whole microseconds since 1970 UTC.

    Args:
        value: RFC 3339 text with an offset from UTC, or seconds since 1970.

    Raises:
        WireError: it is neither, or lies outside the years 1 to 9999.
    """
    if isinstance(value, str):
        return _from_text(value)
    if not _FIRST_S <= value <= _LAST_S:
        raise WireError("time is outside the years 1 to 9999")
    return round(value * 1_000_000)


def _from_text(value: str) -> int:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = _from_lower_case(value)
    if moment.tzinfo is None:
        raise WireError("time has no offset from UTC")
    return (moment - _EPOCH) // _MICROSECOND


def _from_lower_case(value: str) -> datetime:
    """RFC 3339 lets `z` stand for `Z`, which Python's parser does not."""
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        raise WireError("time is neither RFC 3339 nor a number of seconds") from None


def duration_us(value: float | None) -> int | None:
    """A duration in milliseconds as whole microseconds.

    Raises:
        WireError: it is negative or absurdly long.
    """
    if value is None:
        return None
    if not 0 <= value <= _LONGEST_MS:
        raise WireError("duration_ms is not a duration")
    return round(value * 1000)
