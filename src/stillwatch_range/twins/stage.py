"""The stage that a twin is set on: its size, its people, its accounts, and the way to the door."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from stillwatch.errors import SettingsError
from stillwatch_range.accounts import Holder, account, holder
from stillwatch_range.clients import NAMES
from stillwatch_range.journeys import Journey, actors
from stillwatch_range.model import (
    DAY_US,
    Account,
    Cell,
    Label,
    Person,
    Provider,
    Road,
    Session,
    World,
)
from stillwatch_range.people.population import People, PeopleSpec
from stillwatch_range.people.prompts import Kind, Prompt, PromptPool
from stillwatch_range.relays import RelaySpec, open_relay
from stillwatch_range.roads import Direct
from stillwatch_range.seeds import Name, draw_for, seed_for
from stillwatch_range.twins.spec import Size, Sized, TwinSpec

EARLY_US = 2 * DAY_US
SESSIONS = 5
CANDIDATES = 12


@dataclass(frozen=True, slots=True)
class Stage:
    """What a kind makes its cell from.

    Attributes:
        spec: what the scenario asks for.
        world: what all cells share.
        provider: where requests end.
        seed: the cell's own seed.
        name: name of the cell.
    """

    spec: TwinSpec
    world: World
    provider: Provider
    seed: int
    name: str

    def size(self, usual: Size) -> Sized:
        """The size asked for, or the usual one."""
        return usual.under(self.spec)

    def draw(self, *names: Name) -> random.Random:
        """Chance for a purpose."""
        return draw_for(self.seed, *names)

    def people(self, habits: str | dict[str, float], **about: Any) -> People:
        """The people of the twin; the scenario's choice of clients holds for them.

        Args:
            habits: as in `PeopleSpec`.
            about: further fields of `PeopleSpec`.
        """
        if self.spec.clients:
            about["clients"] = dict.fromkeys(self.spec.clients, 1.0)
        return People(PeopleSpec(habits=habits, **about), self.world, seed_for(self.seed, "people"))

    def operator(self) -> Person:
        """Somebody who runs a program."""
        spec = PeopleSpec(habits="program")
        return People(spec, self.world, seed_for(self.seed, "operator")).person(0)

    def busy(self, people: People, count: int) -> list[Person]:
        """The first people of a group who work early in the world: a story needs its actors.

        Args:
            people: the group.
            count: how many of them.
        """
        start_us = self.world.start_us
        end_us = min(self.world.end_us, start_us + EARLY_US)
        busy = (
            person
            for person in map(people.person, range(count * CANDIDATES))
            if len(list(islice(people.sessions(person, start_us, end_us), SESSIONS))) == SESSIONS
        )
        found = list(islice(busy, count))
        # A world of an hour may not have as many.
        others = (one for one in map(people.person, range(2 * count)) if one not in found)
        return [*found, *islice(others, count - len(found))]

    def work(self, people: People, person: Person) -> Iterator[Session]:
        """All that somebody does by their habits."""
        return people.sessions(person, self.world.start_us, self.world.end_us)

    @property
    def prompts(self) -> PromptPool:
        """Prompts that the scenario may use."""
        return PromptPool(self.world.sources)

    def pool(self, *kinds: Kind) -> Sequence[Prompt]:
        """All prompts of some kinds that the scenario may use.

        Raises:
            SettingsError: if it lists no source of them.
        """
        pool = self.prompts
        chosen = [source for source in pool.sources() if pool.kind(source) in kinds]
        found = [prompt for source in chosen for prompt in pool.pool(source)]
        if not found:
            raise SettingsError(
                f"{self.spec.kind} needs prompts of kind {' or '.join(kinds)}",
                "Add a source that holds them to `sources`.",
            )
        return found

    def holder(self, *names: Name) -> Holder:
        """Somebody who holds accounts."""
        return holder(self.seed, self.name, *names)

    def accounts(
        self,
        count: int,
        held: Callable[[int], Holder],
        declared_use: str | None = None,
        *,
        licensed_reseller: bool = False,
        created_us: int | None = None,
    ) -> list[Account]:
        """The twin's accounts; several are one group.

        Args:
            count: how many.
            held: who holds the account of a number.
            declared_use: what their holders told the provider.
            licensed_reseller: whether the provider licensed resale.
            created_us: when they were made; drawn where None.
        """
        label = Label("twin", self.spec.kind, self.name if count > 1 else "")
        return [
            account(
                self.world,
                label,
                self.name,
                number,
                holder_=held(number),
                declared_use=declared_use,
                licensed_reseller=licensed_reseller,
                created_us=created_us,
            )
            for number in range(count)
        ]

    def gateway(
        self, accounts: Sequence[Account], program: str = "litellm-pool"
    ) -> Callable[[Session], Road]:
        """A gateway as its program ships, in front of accounts of one holder.

        Args:
            accounts: of one holder.
            program: a name of `relays.KINDS`.

        Returns:
            Gives the way in for the person of a session.
        """
        seed = seed_for(self.seed, "gateway")
        relay = open_relay(RelaySpec(kind=program), accounts, self.provider, self.world, seed)

        def door(session: Session) -> Road:
            person, wire = session.person, NAMES[session.client]
            return relay.door(person.id, person.zone, person.language, wire)

        return door

    def direct(self, one: Account) -> Direct:
        """The road straight to an account."""
        return Direct(self.provider, one)

    def cell(self, accounts: Iterable[Account], *streams: Iterable[Journey]) -> Cell:
        """The cell of streams of work, each in the order of its time."""
        return Cell(tuple(accounts), actors(self.world, *streams))
