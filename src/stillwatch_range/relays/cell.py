"""A relay's part of the world: its accounts, its customers, and its holders' own use."""

import heapq
import math
from collections.abc import Iterator
from dataclasses import replace

from stillwatch_range import accounts
from stillwatch_range.clients import open_client
from stillwatch_range.model import (
    Account,
    Actor,
    Label,
    Person,
    Provider,
    Road,
    Session,
    World,
)
from stillwatch_range.people.population import People
from stillwatch_range.play import play
from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.relay import Relay
from stillwatch_range.relays.spec import RelaySpec
from stillwatch_range.roads import Direct
from stillwatch_range.seeds import draw_for


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


def lives(
    spec: RelaySpec, people: People, relay: Relay, provider: Provider, world: World, seed: int
) -> "list[Life]":
    """What customers do through the relay, and what holders do with their accounts themselves."""
    made = []
    for number in range(spec.customers):
        person = people.person(number)
        road = relay.door(person.id, person.zone, person.language)
        made.append(_life(people, person, road, world))
    draw = draw_for(seed, "cover")
    for number, seat in enumerate(relay.pool.seats):
        if draw.random() < relay.switches.cover:
            person = people.person(spec.customers + number)
            made.append(_life(people, person, Direct(provider, seat.account), world, cover=True))
    return made


def actors(together: "list[Life]", world: World) -> Iterator[Actor]:
    """Actors of many lives, in the order in which they start; a conversation has a number."""
    merged = heapq.merge(*together, key=lambda pair: pair[0].start_us)
    for number, (session, road) in enumerate(merged):
        client = open_client(session, world, number)
        yield Actor(session.start_us, road, play(session, client))


Life = Iterator[tuple[Session, Road]]


def _life(people: People, person: Person, road: Road, world: World, *, cover: bool = False) -> Life:
    for session in people.sessions(person, world.start_us, world.end_us):
        yield (replace(session, purpose="cover") if cover else session), road
