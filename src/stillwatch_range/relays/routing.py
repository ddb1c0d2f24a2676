"""Which account carries a request: stickiness, picking, caps, cool-downs, failover, reserve.

All state is bounded: what sticks ends with its time, counts end with their window.
"""

import heapq
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from stillwatch_range.model import SECOND_US, Account
from stillwatch_range.relays.ladder import Switches

MINUTE_US = 60 * SECOND_US
SESSION_US = 8 * MINUTE_US
LONGEST_WAIT_US = MINUTE_US
MOST_STUCK = 20_000
WEIGHTS = (1, 1, 2, 3)


@dataclass(slots=True)
class Seat:
    """A place in the pool and the account that sits on it now.

    Attributes:
        number: place in the pool; it stays when the account is replaced.
        account: the account.
        weight: for picking by weight.
        rests_until_us: it takes nothing before.
        strikes: failures in a row.
        closed: banned, and nobody came in its place.
    """

    number: int
    account: Account
    weight: int = 1
    rests_until_us: int = 0
    strikes: int = 0
    closed: bool = False
    _ends: list[int] = field(default_factory=list)
    _starts: deque[int] = field(default_factory=deque)
    _sessions: OrderedDict[str, int] = field(default_factory=OrderedDict)

    def free_us(self, now_us: int, limits: Switches) -> int:
        """When it can take the next request, from now on."""
        while self._ends and self._ends[0] <= now_us:
            heapq.heappop(self._ends)
        while self._starts and self._starts[0] <= now_us - MINUTE_US:
            self._starts.popleft()
        free = max(now_us, self.rests_until_us)
        over = len(self._ends) - limits.concurrency
        if over >= 0:
            free = max(free, sorted(self._ends)[over])
        if len(self._starts) >= limits.rpm:
            free = max(free, self._starts[-limits.rpm] + MINUTE_US)
        return free

    def has_room(self, session: str, now_us: int, most: int) -> bool:
        """Whether a session may come onto it."""
        while self._sessions:
            oldest, last_us = next(iter(self._sessions.items()))
            if last_us > now_us - SESSION_US:
                break
            del self._sessions[oldest]
        return session in self._sessions or len(self._sessions) < most

    def took(self, session: str, start_us: int, end_us: int) -> None:
        """Count a request."""
        heapq.heappush(self._ends, end_us)
        self._starts.append(start_us)
        self._sessions[session] = start_us
        self._sessions.move_to_end(session)


class Pool:
    """The accounts of a relay."""

    def __init__(
        self,
        accounts: Sequence[Account],
        reserve: Sequence[Account],
        limits: Switches,
        draw: Random,
    ) -> None:
        """Open a pool.

        Args:
            accounts: in use from the start, at least one.
            reserve: take the places of banned ones, first to last.
            limits: how it routes.
            draw: chance for shuffling, weights and jitter.
        """
        self.seats = [
            Seat(number, account, draw.choice(WEIGHTS)) for number, account in enumerate(accounts)
        ]
        self._reserve = deque(reserve)
        self._limits = limits
        self._draw = draw
        self._stuck: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._homes: dict[str, int] = {}
        self._turn = 0

    def __len__(self) -> int:
        """How many keys it remembers."""
        return len(self._stuck)

    def settle(self, customer: str, seat: int) -> None:
        """Give a customer a seat of their own."""
        self._homes[customer] = seat

    def pick(
        self, key: str, customer: str, now_us: int, avoid: Sequence[int] = ()
    ) -> tuple[Seat, int] | None:
        """A seat for a request and when it may start there; None if there is none in time.

        Args:
            key: what sticks; empty for nothing.
            customer: whose request it is.
            now_us: the time.
            avoid: numbers of seats that failed this request.
        """
        self._forget(now_us)
        seat = self._kept(key, customer, avoid)
        if seat is not None:
            free = seat.free_us(now_us, self._limits)
            if free <= now_us + LONGEST_WAIT_US:
                self._keep(key, seat, now_us)
                return seat, free
            if self._limits.failover == "ban":
                return None
        found = self._any(key or customer, now_us, avoid)
        if found is not None:
            self._keep(key, found[0], now_us)
        return found

    def fails(self, seat: Seat, status: int, now_us: int, wait_s: float) -> None:
        """An account failed a request: it rests, or its place goes to the reserve."""
        if status in (401, 403):
            if self._reserve:
                number, weight = seat.number, seat.weight
                self.seats[number] = Seat(number, self._reserve.popleft(), weight)
            seat.closed = True
            return
        ladder = self._limits.cooldown_s
        rest_s = ladder[min(seat.strikes, len(ladder) - 1)] if ladder else 0.0
        rest_s *= 1 + self._limits.cooldown_jitter * self._draw.random()
        seat.strikes += 1
        seat.rests_until_us = now_us + int(max(rest_s, wait_s) * SECOND_US)

    def _kept(self, key: str, customer: str, avoid: Sequence[int]) -> Seat | None:
        number = self._stuck[key][0] if key in self._stuck else self._homes.get(customer)
        if number is None or number in avoid or self.seats[number].closed:
            return None
        return self.seats[number]

    def _any(self, session: str, now_us: int, avoid: Sequence[int]) -> tuple[Seat, int] | None:
        soonest: tuple[int, Seat] | None = None
        for seat in self._order():
            if seat.closed or seat.number in avoid:
                continue
            free_us = seat.free_us(now_us, self._limits)
            if free_us <= now_us and seat.has_room(session, now_us, self._limits.sessions):
                self._turn = seat.number + 1
                return seat, now_us
            if soonest is None or free_us < soonest[0]:
                soonest = free_us, seat
        if soonest is None or soonest[0] > now_us + LONGEST_WAIT_US:
            return None
        return soonest[1], soonest[0]

    def _order(self) -> Iterator[Seat]:
        """Seats as the strategy tries them; lazily, since the first one mostly will do."""
        seats, first = self.seats, 0
        match self._limits.pick:
            case "fill_first":
                pass
            case "shuffle":
                first = self._draw.randrange(len(seats))
            case "weighted":
                weights = [seat.weight for seat in seats]
                first = self._draw.choices(range(len(seats)), weights)[0]
            case "round_robin":
                first = self._turn % len(seats)
        for number in range(first, first + len(seats)):
            yield seats[number % len(seats)]

    def _keep(self, key: str, seat: Seat, now_us: int) -> None:
        if not key:
            return
        held = self._stuck.get(key)
        if held is None or held[0] != seat.number or self._limits.stick_renewed:
            self._stuck[key] = (seat.number, now_us)
            self._stuck.move_to_end(key)
        if len(self._stuck) > MOST_STUCK:
            self._stuck.popitem(last=False)

    def _forget(self, now_us: int) -> None:
        oldest_us = now_us - int(self._limits.stick_s * SECOND_US)
        while self._stuck:
            key, (_, since_us) = next(iter(self._stuck.items()))
            if since_us > oldest_us:
                return
            del self._stuck[key]
