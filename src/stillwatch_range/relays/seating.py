"""Who sits where: customers on accounts, put together by time zone and language if wanted."""

from collections.abc import Hashable
from datetime import datetime

from stillwatch_range.hours import zone as clock
from stillwatch_range.model import SECOND_US
from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.routing import Pool

BAND_HOURS = 3


class Seating:
    """Gives customers a home where the switches say that customers keep their account."""

    def __init__(self, pool: Pool, switches: Switches, start_us: int) -> None:
        """Start with everybody standing.

        Args:
            pool: the accounts.
            switches: how customers are put together, and how many on an account.
            start_us: time at which zones are compared.
        """
        self._pool, self._how, self._start_us = pool, switches, start_us
        self._groups: dict[int, Hashable] = {}
        self._sitting = [0] * len(pool.seats)
        self._known: set[str] = set()

    def welcome(self, customer: str, zone: str, language: str) -> None:
        """Seat a new customer beside their like, while there is room."""
        if self._how.stick_to != "customer" or customer in self._known:
            return
        self._known.add(customer)
        group = self._group(zone, language)
        place = min(
            range(len(self._sitting)), key=lambda number: (self._misfit(number, group), number)
        )
        self._groups.setdefault(place, group)
        self._sitting[place] += 1
        self._pool.settle(customer, place)

    def _misfit(self, number: int, group: Hashable) -> tuple[int, int]:
        """How badly a place fits: right and with room, then empty, then right, then any."""
        right = self._groups.get(number) == group
        count = self._sitting[number]
        if right and count < self._how.people_an_account:
            return 0, 0
        if number not in self._groups:
            return 1, 0
        return (2 if right else 3), count

    def _group(self, zone: str, language: str) -> Hashable:
        if self._how.group_by == "nothing":
            return ""
        offset = datetime.fromtimestamp(self._start_us / SECOND_US, clock(zone)).utcoffset()
        band = int(offset.total_seconds() // 3600) // BAND_HOURS if offset else 0
        return (band, language) if self._how.group_by == "zone_language" else band
