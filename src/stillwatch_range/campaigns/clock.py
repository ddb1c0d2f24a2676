"""When a campaign works: round the clock or by its operator's day, in step, with pauses."""

import random
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from stillwatch_range.model import HOUR_US, SECOND_US

Schedule = Literal["machine", "office"]
HOURS = {
    "machine": (1.0,) * 24,
    "office": (
        *(0.04, 0.04, 0.04, 0.04, 0.04, 0.04, 0.04, 0.2, 0.8, 2.1, 2.5, 2.4),
        *(1.6, 1.9, 2.4, 2.4, 2.3, 2.0, 1.5, 0.9, 0.3, 0.2, 0.1, 0.05),
    ),
}
"""Load by hour of the operator's day; only the shape counts, see `_weights`."""
REGULAR = 16.0
"""Shape of the gaps' gamma distribution without jitter: a paced queue, its gaps within a fourth."""
IRREGULAR = 1.0
"""The same with full jitter: gaps as of a Poisson process."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The pace of a campaign.

    Attributes:
        schedule: shape of the day.
        zone: IANA time zone of the operator.
        per_day: requests a day over the whole campaign, on average.
        jitter: 0 for a paced queue, 1 for gaps as random as those of unconnected requests.
        pauses: (from, to) in microseconds since the epoch; nothing starts inside.
    """

    schedule: Schedule
    zone: str
    per_day: float
    jitter: float
    pauses: tuple[tuple[int, int], ...] = ()

    def after(self, draw: random.Random, at_us: int, requests: float, end_us: int) -> int:
        """When the next piece of work starts, or `end_us` where that is later.

        Args:
            draw: for the gap.
            at_us: when the last one started.
            requests: how many requests the next one makes, on average.
            end_us: end of the campaign.
        """
        shape = REGULAR + (IRREGULAR - REGULAR) * self.jitter
        due = draw.gammavariate(shape, requests / shape)
        while at_us < end_us:
            hour_us = at_us // HOUR_US * HOUR_US + HOUR_US
            rate = self.rate(at_us)
            if due < rate * (hour_us - at_us):
                return self._out_of_pause(at_us + int(due / rate), end_us)
            due -= rate * (hour_us - at_us)
            at_us = hour_us
        return end_us

    def rate(self, at_us: int) -> float:
        """Requests per microsecond in the hour of a moment."""
        return self.per_day / 24 / HOUR_US * _weights(self.schedule)[_hour(self.zone, at_us)]

    def _out_of_pause(self, at_us: int, end_us: int) -> int:
        for begins_us, ends_us in self.pauses:
            if begins_us <= at_us < ends_us:
                return min(ends_us, end_us)
        return at_us


@lru_cache(8)
def _weights(schedule: Schedule) -> tuple[float, ...]:
    hours = HOURS[schedule]
    return tuple(24 * hour / sum(hours) for hour in hours)


def _hour(zone: str, at_us: int) -> int:
    return _local_hour(zone, at_us // HOUR_US)


@lru_cache(4096)
def _local_hour(zone: str, hour: int) -> int:
    seconds = hour * HOUR_US // SECOND_US
    return datetime.fromtimestamp(seconds, ZoneInfo(zone)).hour
