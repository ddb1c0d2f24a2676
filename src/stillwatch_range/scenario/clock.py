"""Times as the formats write them."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from stillwatch_range.model import DAY_US, SECOND_US

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at_us: int) -> datetime:
    """A time, from microseconds since the epoch."""
    return EPOCH + timedelta(microseconds=at_us)


def rfc3339(at_us: int) -> str:
    """A time in RFC 3339 with milliseconds and `Z`.

    Args:
        at_us: microseconds since the epoch.
    """
    day, rest_us = divmod(at_us, DAY_US)
    minutes, second_us = divmod(rest_us, 60 * SECOND_US)
    second, below_us = divmod(second_us, SECOND_US)
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}.{below_us // 1000:03d}"
    return f"{_date(day)}T{clock}Z"


@lru_cache(maxsize=1024)
def _date(day: int) -> str:
    return (EPOCH + timedelta(days=day)).strftime("%Y-%m-%d")
