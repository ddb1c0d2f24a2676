"""The program behind each account: its SDK, settings and exit address, as honest programs draw them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from stillwatch_range import programs
from stillwatch_range.campaigns.roster import Entry
from stillwatch_range.campaigns.spec import Habits
from stillwatch_range.model import Account, Machine, Person
from stillwatch_range.people.addresses import address
from stillwatch_range.programs import Program
from stillwatch_range.seeds import draw_for

KEPT = 4_096
"""Seats in memory at most; the others are made again when their turn comes."""


@dataclass(frozen=True, slots=True)
class Seat:
    """An account with the program that uses it.

    Attributes:
        number: of the account in the campaign.
        account: as the provider knows it.
        program: what sends the requests.
    """

    number: int
    account: Account
    program: Program


class Seats:
    """Seats by number; each is made when it is needed, and made again alike.

    Args:
        entries: the campaign's accounts.
        operator: who runs the programs.
        clients: SDKs to choose from; those of honest programs where empty.
        habits: how many accounts share an exit.
        seed: of the campaign.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        operator: Person,
        clients: Sequence[str],
        habits: Habits,
        seed: int,
    ) -> None:
        self._entries, self._operator, self._clients = entries, operator, clients
        self._exits, self._seed = habits.exits, seed
        self._made: dict[int, Seat] = {}

    def of(self, number: int) -> Seat:
        """The seat of an account."""
        seat = self._made.get(number)
        if seat is None:
            draw = draw_for(self._seed, "program", number)
            program = programs.program(draw, self._operator, self._clients or None)
            machines = tuple(self._exit(number, machine) for machine in program.machines)
            account = self._entries[number].account
            seat = Seat(number, account, replace(program, machines=machines))
            if len(self._made) >= KEPT:
                del self._made[next(iter(self._made))]
            self._made[number] = seat
        return seat

    def _exit(self, number: int, machine: Machine) -> Machine:
        """A machine behind the exit of its account; accounts that share one show one address."""
        ip, asn = address(draw_for(self._seed, "exit", number // self._exits), "any")
        return replace(machine, ip=ip, asn=asn)
