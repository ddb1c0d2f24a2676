"""Ordinary accounts: developers, people who chat, programs and small services, one account each.

Some accounts belong to organisations: one payer, one mail domain, repositories in common.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Literal

import msgspec

from stillwatch_range.accounts import Holder, account, holder
from stillwatch_range.journeys import Journey, actors, along
from stillwatch_range.model import Account, Cell, Label, Person, Provider, Session, World
from stillwatch_range.people.population import MIX, People, PeopleSpec
from stillwatch_range.programs import machines, program
from stillwatch_range.roads import Direct
from stillwatch_range.seeds import draw_for, seed_for
from stillwatch_range.services import SPOKEN, Service, system_prompt

Habit = Literal["developer", "heavy", "chat", "program", "service"]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
USUAL: dict[Habit, float] = {**MIX, "service": 0.04}  # type: ignore[dict-item]
OFFICE_REPOSITORIES = 3
CUSTOMERS = (3, 60)
CHATS_A_CUSTOMER = 0.4


class HonestSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ordinary accounts; what is left out is as usual in the world.

    Attributes:
        people: how many accounts, each of one person (a service has customers too).
        habits: what they do, or weights by it; empty for everybody's mix.
        clients: weights by client, in place of the habits' own.
        languages: weights by code of the language that people write to a model in.
        zones: time zones that they live in.
        rate: factor on how often they work.
        organized: share of accounts that belong to an organisation with others.
        organization_accounts: how many accounts such an organisation has.
    """

    people: Annotated[int, msgspec.Meta(ge=1)]
    habits: Habit | Literal[""] | dict[Habit, Annotated[float, msgspec.Meta(ge=0)]] = ""
    clients: dict[str, float] | None = None
    languages: dict[str, float] | None = None
    zones: tuple[str, ...] | None = None
    rate: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    organized: Share = 0.2
    organization_accounts: Annotated[int, msgspec.Meta(ge=2, le=25)] = 4


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an account belongs: its holder, and the organisation that people share, if any."""

    holder: Holder
    office: int | None


class _Crowd:
    """The people of a cell and their accounts."""

    def __init__(self, spec: HonestSpec, world: World, seed: int, name: str) -> None:
        self._spec, self._world, self._seed, self._name = spec, world, seed, name
        given = spec.habits
        weights = given if isinstance(given, dict) else {given: 1.0} if given else USUAL
        self._weights: dict[Habit, float] = weights
        self._people = lru_cache(maxsize=None)(self._gather)

    def account(self, number: int) -> Account:
        """The account of a number."""
        label = Label("honest", self.habit(number))
        held = self.place(number).holder
        return account(self._world, label, self._name, number, holder_=held)

    def habit(self, number: int) -> Habit:
        """What is done with an account."""
        draw = draw_for(self._seed, "habit", number)
        return draw.choices(list(self._weights), list(self._weights.values()))[0]

    def place(self, number: int) -> _Place:
        """Who holds an account."""
        office = number // self._spec.organization_accounts
        names = (self._name, "office", office)
        if draw_for(self._seed, *names).random() < self._spec.organized:
            return _Place(holder(self._seed, *names), office)
        return _Place(holder(self._seed, self._name, number), None)

    def sessions(self, number: int) -> Iterator[Session]:
        """All that is done with an account, in order."""
        habit, place, world = self.habit(number), self.place(number), self._world
        if habit == "service":
            return self._service(number).sessions(self._draw("chats", number), world)
        people = self._people(habit, place.office, place.holder.email_domain)
        person = people.person(number)
        if habit == "program":
            person = replace(person, machines=machines(self._draw("machines", number), person))
        return people.sessions(person, world.start_us, world.end_us)

    def _service(self, number: int) -> Service:
        draw = self._draw("service", number)
        count = round(draw.triangular(*CUSTOMERS, CUSTOMERS[0]))
        return Service(
            program=program(draw, self._operator(number), tuple(self._spec.clients or ())),
            system=system_prompt(draw),
            customers=People(
                PeopleSpec(habits="chat", languages=SPOKEN),
                self._world,
                seed_for(self._seed, "customers", number),
            ),
            count=count,
            per_day=max(1.0, count * CHATS_A_CUSTOMER * self._spec.rate),
        )

    def _operator(self, number: int) -> Person:
        return self._people("program", None, "").person(number)

    def _gather(self, habit: Habit, office: int | None, domain: str) -> People:
        spec = self._spec
        about = PeopleSpec(
            habits=habit,
            clients=spec.clients,
            languages=spec.languages,
            zones=spec.zones,
            rate=spec.rate,
            company="" if office is None else domain,
            shared_repositories=0
            if office is None or habit not in {"developer", "heavy"}
            else OFFICE_REPOSITORIES,
        )
        # One seed for all habits of an office, since its repositories follow from it.
        office_seed = seed_for(self._seed, "people", -1 if office is None else office)
        return People(about, self._world, office_seed)

    def _draw(self, *names: str | int) -> random.Random:
        return draw_for(self._seed, *names)


def open_cell(
    spec: HonestSpec,
    world: World,
    provider: Provider,
    seed: int,
    name: str,
    first: int,
    count: int,
) -> Cell:
    """A part of a population.

    Args:
        spec: the whole population.
        world: what all cells share.
        provider: where requests end.
        seed: the cell's own seed.
        name: name of the cell, unique in the scenario.
        first: number of the first account.
        count: how many accounts.
    """
    crowd = _Crowd(spec, world, seed, name)
    numbers = range(first, first + count)
    accounts = [crowd.account(number) for number in numbers]
    streams: list[Iterator[Journey]] = [
        along(crowd.sessions(number), Direct(provider, one))
        for number, one in zip(numbers, accounts, strict=True)
    ]
    return Cell(accounts, actors(world, *streams))
