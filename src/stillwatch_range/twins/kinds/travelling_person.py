"""Travelling person: one account whose zones, addresses, networks and machines change.

Resembles a shared or sold account: logins from far places within a day, other systems, other hours.
Innocent, since there is one person, who is never in two places at once and whose work goes with
them.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from stillwatch_range.journeys import along
from stillwatch_range.model import (
    HOUR_US,
    Ask,
    Cell,
    Machine,
    Person,
    Reply,
    Road,
    Session,
)
from stillwatch_range.people.addresses import Kind, address
from stillwatch_range.people.population import People
from stillwatch_range.texts import ZONES
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(clients=())
NETWORKS: tuple[Kind, ...] = ("home", "office", "mobile", "hosting")
STAYS_HOURS = (5.0, 30.0)
FLIGHT_HOURS = (2.0, 9.0)
BORROWS = 0.3


@dataclass(frozen=True, slots=True)
class _Stay:
    """A stay at a place, and the machine that is used there."""

    start_us: int
    end_us: int
    zone: str
    machine: Machine


@dataclass(frozen=True, slots=True)
class _Wandering:
    """The road of a laptop that is opened where its owner is, conversations and all."""

    road: Road
    stays: Sequence[_Stay]

    def send(self, ask: Ask) -> Reply:
        """Send from where one is."""
        place = bisect_right(self.stays, ask.at_us, key=lambda stay: stay.start_us) - 1
        here = self.stays[place].machine
        return self.road.send(ask.but(ip=here.ip, asn=here.asn))


def open_cell(stage: Stage) -> Cell:
    """One person on the road, one account."""
    stage.size(USUAL)
    people = stage.people("heavy", rate=1.5)
    (person,) = stage.busy(people, 1)
    stays = list(_stays(stage, person))
    accounts = stage.accounts(1, stage.holder)
    road = _Wandering(stage.direct(accounts[0]), stays)
    return stage.cell(accounts, along(_journey(people, person, stays), road))


def _journey(people: People, person: Person, stays: Sequence[_Stay]) -> Iterator[Session]:
    for stay in stays:
        here = replace(person, zone=stay.zone, machines=(stay.machine,))
        yield from people.sessions(here, stay.start_us, stay.end_us)


def _stays(stage: Stage, person: Person) -> Iterator[_Stay]:
    draw, world, zone = stage.draw("stays"), stage.world, person.zone
    own = person.machines[0]
    start_us = world.start_us
    while start_us < world.end_us:
        end_us = start_us + int(draw.uniform(*STAYS_HOURS) * HOUR_US)
        ip, asn = address(draw, draw.choice(NETWORKS))
        machine = draw.choice(person.machines) if draw.random() < BORROWS else own
        # A laptop keeps the zone of home until somebody changes it.
        clock = zone if draw.random() < 0.7 else own.zone
        here = replace(machine, ip=ip, asn=asn, zone=clock)
        yield _Stay(start_us, min(end_us, world.end_us), zone, here)
        start_us = end_us + int(draw.uniform(*FLIGHT_HOURS) * HOUR_US)
        zone = draw.choice([one for one in ZONES if one != zone])
