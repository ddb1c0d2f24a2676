"""A relay's part of the world: its accounts, its customers, and its holders' own use."""

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from stillwatch_range import accounts
from stillwatch_range.clients import open_client
from stillwatch_range.model import (
    Account,
    Actor,
    Cell,
    Label,
    Person,
    Provider,
    Road,
    Session,
    World,
)
from stillwatch_range.play import play
from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.spec import RelaySpec
from stillwatch_range.roads import Direct
from stillwatch_range.seeds import draw_for


class Crowd(Protocol):
    """People by number, and what they do."""

    def person(self, number: int) -> Person:
        """One of them."""
        ...

    def sessions(self, person: Person, start_us: int, end_us: int) -> Iterator[Session]:
        """What a person does in a span of time, in order."""
        ...


class Doors(Protocol):
    """What gives customers a way in."""

    def door(self, customer: str, zone: str, language: str) -> Road:
        """A customer's road."""
        ...


def pool_size(spec: RelaySpec, switches: Switches) -> int:
    """How many accounts a relay has in use at the start."""
    return spec.accounts or max(1, math.ceil(spec.customers / switches.people_an_account))


def pool(
    spec: RelaySpec, switches: Switches, world: World, seed: int, name: str
) -> tuple[list[Account], list[Account]]:
    """A relay's accounts in use and in reserve.

    Accounts are held by different people; a drawn part is paid by the operator. A drawn part of
    those in use is closed by the provider at some time.
    """
    draw = draw_for(seed, "pool", name)
    label = Label("relay", spec.kind, name, spec.level)
    operator = accounts.holder(seed, "operator", name)
    made = []
    count = pool_size(spec, switches)
    for number in range(count + spec.reserve):
        held = accounts.holder(seed, "holder", name, number)
        if draw.random() < spec.shared_payer:
            held = replace(held, payer=operator.payer)
        closed = draw.random() < spec.banned and number < count
        banned_us = draw.randrange(world.start_us, world.end_us) if closed else None
        made.append(accounts.account(world, label, name, number, holder_=held, banned_us=banned_us))
    return made[:count], made[count:]


def cell(  # noqa: PLR0913, PLR0917  what a relay's cell is put together from
    spec: RelaySpec,
    switches: Switches,
    crowd: Crowd,
    doors: Doors,
    used: Sequence[Account],
    reserve: Sequence[Account],
    provider: Provider,
    world: World,
    seed: int,
) -> Cell:
    """Customers through the relay, and holders who use their accounts themselves."""
    lives = []
    for number in range(spec.customers):
        person = crowd.person(number)
        road = doors.door(person.id, person.zone, person.language)
        lives.append(_life(crowd, person, road, world))
    draw = draw_for(seed, "cover")
    for number, account in enumerate(used):
        if draw.random() < switches.cover:
            person = crowd.person(spec.customers + number)
            lives.append(_life(crowd, person, Direct(provider, account), world, cover=True))
    return Cell((*used, *reserve), _actors(lives, world))


Life = Iterator[tuple[Session, Road]]


def _life(crowd: Crowd, person: Person, road: Road, world: World, *, cover: bool = False) -> Life:
    for session in crowd.sessions(person, world.start_us, world.end_us):
        yield (replace(session, purpose="cover") if cover else session), road


def _actors(lives: Sequence[Life], world: World) -> Iterator[Actor]:
    together = heapq.merge(*lives, key=lambda pair: pair[0].start_us)
    for number, (session, road) in enumerate(together):
        client = open_client(session, world, number)
        yield Actor(session.start_us, road, play(session, client))
