"""Which account gets the next piece of work."""

import heapq
import random
from dataclasses import dataclass
from typing import Literal

Way = Literal["round-robin", "least-loaded", "random", "shards"]
ON_ITS_WAY = 0.5


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of work: the account that does it, and its number, which no other piece has."""

    account: int
    number: int


class Dispatch:
    """Spreads work over the accounts that are open, and over the others when some are lost."""

    def __init__(self, way: Way, draw: random.Random) -> None:
        """Start with no account.

        Args:
            way: `round-robin` in a fixed order; `least-loaded` to whom has sent least;
                `random`; `shards`, where every account owns a part of the questions.
            draw: for choices and for ties.
        """
        self._way = way
        self._draw = draw
        self._open: list[int] = []
        self._place: dict[int, int] = {}
        self._loads: dict[int, float] = {}
        self._heap: list[tuple[float, float, int]] = []
        self._owners: list[int] = []
        self._orphans: list[int] = []
        self._round: list[int] = []
        self._turn = 0

    def __len__(self) -> int:
        return len(self._open)

    def opens(self, account: int, shard: bool = True) -> None:
        """An account joins: with a shard of its own, or to take over an orphaned one."""
        self._place[account] = len(self._open)
        self._open.append(account)
        # A newcomer that starts at no load would get every request until it caught up.
        self._loads[account] = self._heap[0][0] if self._heap else 0.0
        heapq.heappush(self._heap, (self._loads[account], self._draw.random(), account))
        if shard:
            self._owners.append(account)
        elif self._orphans:
            self._owners[self._orphans.pop()] = account

    def closes(self, account: int) -> None:
        """An account is lost: its shards go to others that are open."""
        place = self._place.pop(account, None)
        if place is None:
            return
        last = self._open.pop()
        if last != account:
            self._open[place] = last
            self._place[last] = place
        del self._loads[account]

    def is_open(self, account: int) -> bool:
        """Whether an account still takes work."""
        return account in self._place

    def carries(self, account: int, requests: float = 1) -> None:
        """An account has sent requests."""
        if account in self._loads:
            self._loads[account] += requests

    def any(self) -> int:
        """Any open account."""
        return self._draw.choice(self._open)

    def next(self) -> Task:
        """The next piece of work; at least one account must be open."""
        number, self._turn = self._turn, self._turn + 1
        match self._way:
            case "random":
                return Task(self.any(), number)
            case "least-loaded":
                return Task(self._least(), number)
            case "round-robin":
                return Task(self._open[number % len(self._open)], number)
            case "shards":
                return self._from_shard(number)

    def _least(self) -> int:
        while True:
            load, _, account = heapq.heappop(self._heap)
            now = self._loads.get(account)
            if now is None:
                continue
            # What it sent since it was put there makes it wait.
            if now > load:
                heapq.heappush(self._heap, (now, self._draw.random(), account))
                continue
            # The piece that it gets now counts before its requests do.
            self._loads[account] += ON_ITS_WAY
            heapq.heappush(self._heap, (self._loads[account], self._draw.random(), account))
            return account

    def _from_shard(self, number: int) -> Task:
        """Every shard once in a round, in an order of the round's own."""
        count = len(self._owners)
        if not self._round:
            self._round = self._draw.sample(range(count), count)
        shard = self._round.pop()
        if self._owners[shard] not in self._place:
            self._owners[shard] = self.any()
            self._orphans.append(shard)
        return Task(self._owners[shard], number // count * count + shard)
