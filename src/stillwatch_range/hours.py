"""When things happen: arrivals over days, by the clock of a place.

Times come one by one in order, so that a schedule of any length needs no memory.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from stillwatch_range.model import DAY_US, HOUR_US, SECOND_US

Shape = Literal["flat", "office", "waking"]
# Shares of a day's work in each hour of the local clock; they need not add up to 1.
_DAY: dict[Shape, Sequence[float]] = {
    "flat": (1.0,) * 24,
    "office": (*(0.05,) * 7, 0.2, 0.7, 1, 1, 1, 0.6, 0.9, 1, 1, 0.9, 0.7, *(0.2,) * 4, 0.05, 0.05),
    "waking": (0.25, 0.12, *(0.05,) * 4, 0.2, 0.45, 0.7, *(0.9,) * 10, 1, 1, 0.9, 0.7, 0.45),
}
# What a day of the weekend has of it.
_WEEKEND: dict[Shape, float] = {"flat": 1.0, "office": 0.08, "waking": 0.9}


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name."""
    return ZoneInfo(name)


def arrivals(
    draw: random.Random,
    start_us: int,
    end_us: int,
    per_day: float,
    shape: Shape = "flat",
    zone_name: str = "UTC",
) -> Iterator[int]:
    """Times of things that happen at random, more often in the hours of work.

    Args:
        draw: chance.
        start_us: first time that may come, in microseconds since the epoch.
        end_us: nothing comes from here on.
        per_day: how many in the mean working day.
        shape: `flat` for machines, `office` for companies, `waking` for people.
        zone_name: IANA time zone of the clock.
    """
    weights, weekend, place = _DAY[shape], _WEEKEND[shape], zone(zone_name)
    scale = per_day / sum(weights) / HOUR_US
    hour_us = start_us
    while hour_us < end_us:
        next_us = min(end_us, (hour_us // HOUR_US + 1) * HOUR_US)
        here = datetime.fromtimestamp(hour_us // SECOND_US, place)
        rate = scale * weights[here.hour] * (weekend if here.weekday() >= 5 else 1.0)
        at_us = hour_us + draw.expovariate(rate)
        while at_us < next_us:
            yield int(at_us)
            at_us += draw.expovariate(rate)
        hour_us = next_us


def daily(start_us: int, end_us: int, at_hour: float, zone_name: str = "UTC") -> Iterator[int]:
    """The same time of every day, as a scheduler starts a job.

    Args:
        start_us: first time that may come, in microseconds since the epoch.
        end_us: nothing comes from here on.
        at_hour: hour of the local clock, such as 2.5 for half past two.
        zone_name: IANA time zone of the clock.
    """
    place = zone(zone_name)
    day = datetime.fromtimestamp(start_us / SECOND_US, place).replace(
        hour=0, minute=0, second=0, microsecond=0
    ) - timedelta(days=1)
    for _ in range((end_us - start_us) // DAY_US + 3):
        local = day + timedelta(hours=at_hour)
        at_us = int(local.astimezone(UTC).timestamp() * SECOND_US)
        if start_us <= at_us < end_us:
            yield at_us
        day += timedelta(days=1)
