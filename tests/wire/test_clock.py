"""Times are exact to the microsecond or refused."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.wire import WireError
from tests.wire import build


def time_us(value, **fields):
    line = {"time": value, "account": "a", "request": {"body": {"messages": []}}, **fields}
    return build.read(msgspec.json.encode(line)).time_us


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-07-01T12:00:00.123456Z", 1782907200123456),
        ("2026-07-01t12:00:00z", 1782907200000000),
        ("2026-07-01T14:00:00+02:00", 1782907200000000),
        ("2026-07-01 03:15:00-08:45", 1782907200000000),
        ("0001-01-01T00:00:00Z", -62135596800000000),
        ("0001-01-01T00:00:00+14:00", -62135647200000000),
        ("9999-12-31T23:59:59.999999Z", 253402300799999999),
        (0, 0),
        (1782907200, 1782907200000000),
        (1782907200.123456, 1782907200123456),
        (-1.5, -1500000),
    ],
)
def test_times_are_read(value, expected):
    """Any offset, any fraction, and seconds since 1970."""
    assert time_us(value) == expected


@given(
    moment=st.datetimes(timezones=st.just(UTC)),
    offset=st.integers(-14 * 60, 14 * 60),
)
def test_the_offset_does_not_change_the_time(moment, offset):
    """The same moment written anywhere is the same number."""
    expected = time_us(moment.isoformat())
    try:
        elsewhere = moment.astimezone(timezone(timedelta(minutes=offset)))
    except OverflowError:
        return
    assert time_us(elsewhere.isoformat()) == expected
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=expected) == moment


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2026-07-01T12:00:00", "no offset"),
        ("2026-07-01", "no offset"),
        ("yesterday", "neither RFC 3339 nor"),
        ("", "neither RFC 3339 nor"),
        ("2026-13-01T00:00:00Z", "neither RFC 3339 nor"),
        ("12026-01-01T00:00:00Z", "neither RFC 3339 nor"),
        (1e15, "outside the years"),
        (-1e15, "outside the years"),
        (1782907200123, "outside the years"),
    ],
)
def test_what_is_no_time_is_refused(value, reason):
    """A time that could mean two things is not guessed at."""
    with pytest.raises(WireError, match=reason):
        time_us(value)


@given(value=st.text(max_size=30) | st.floats(allow_nan=False, allow_infinity=False))
def test_arbitrary_times_raise_nothing_else(value):
    """Whatever stands for a time, it is read or refused."""
    with suppress(WireError):
        assert isinstance(time_us(value), int)


@pytest.mark.parametrize("value", [-1, 1e300])
def test_what_is_no_duration_is_refused(value):
    """A duration is not negative and fits a column."""
    with pytest.raises(WireError, match="duration_ms"):
        time_us(0, duration_ms=value)
