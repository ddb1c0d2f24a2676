"""Roads of a campaign: work moves to another account when its own is closed; cover does not."""

from dataclasses import dataclass, field
from typing import Protocol

from stillwatch_range.campaigns.dispatch import Dispatch
from stillwatch_range.campaigns.seats import Seats
from stillwatch_range.model import Ask, Provider, Reply, Road

CLOSED = frozenset({401, 403})
"""Statuses of requests from an account that was closed."""
AGAIN = 503
"""What a worker tells its program when an account is lost, so that the request comes again."""
TRUST = 3
"""Pieces of work that a guess is worth."""


@dataclass(slots=True)
class Counts:
    """Requests of a kind of work, to learn how many one piece of it makes.

    Attributes:
        guess: requests of one piece, before any was seen.
        pieces: pieces of work that ended.
        requests: their requests.
        sent: requests of all pieces so far.
    """

    guess: float
    pieces: int = 0
    requests: int = 0
    sent: int = 0

    @property
    def mean(self) -> float:
        """Requests of one piece."""
        return (TRUST * self.guess + self.requests) / (TRUST + self.pieces)


@dataclass(frozen=True, slots=True)
class Pool:
    """The accounts that lanes lead to.

    Attributes:
        provider: answers.
        seats: accounts and their programs.
        dispatch: which accounts are open.
    """

    provider: Provider
    seats: Seats
    dispatch: Dispatch


class Lane(Protocol):
    """The road of one piece of work.

    Attributes:
        account: number of the account, or of the customer of a relay, that it goes by.
    """

    account: int

    def send(self, ask: Ask) -> Reply:
        """Carry a request."""
        ...


@dataclass(slots=True)
class Hired:
    """A lane through a relay, which deals with accounts itself.

    Attributes:
        road: the relay's door.
        account: number of the customer.
    """

    road: Road
    account: int

    def send(self, ask: Ask) -> Reply:
        """Hand the request to the relay."""
        return self.road.send(ask)


@dataclass(slots=True)
class Own:
    """A lane over the campaign's own accounts.

    Attributes:
        pool: the accounts.
        account: number of the one in use.
        moves: whether the work goes on elsewhere when the account is closed.
    """

    pool: Pool
    account: int
    moves: bool = True
    _home: int = field(init=False, default=-1)

    def send(self, ask: Ask) -> Reply:
        """Send on the account, or on another one where it was lost."""
        pool = self.pool
        if self._home < 0:
            self._home = self.account
        if self.moves and len(pool.dispatch) and not pool.dispatch.is_open(self.account):
            self.account = pool.dispatch.any()
        seat = pool.seats.of(self.account)
        if self.account != self._home:
            # Each account keeps its own exit.
            machine = seat.program.machines[0]
            ask = ask.but(ip=machine.ip, asn=machine.asn)
        reply = pool.provider.serve(ask, seat.account)
        pool.dispatch.carries(self.account)
        if reply.status in CLOSED:
            pool.dispatch.closes(self.account)
            if self.moves and len(pool.dispatch):
                return Reply(AGAIN, reply.at_us, error="overloaded_error")
        return reply
