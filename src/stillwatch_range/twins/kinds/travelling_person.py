"""Travelling person: one account whose zones, addresses, networks and machines change.

Resembles a shared or sold account: logins from far places within a day, other systems, other hours.
Innocent, since there is one person, who is never in two places at once and whose work goes with
them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from stillwatch_range.journeys import along
from stillwatch_range.model import HOUR_US, Cell, Machine, Person, Session
from stillwatch_range.people.addresses import Kind, address
from stillwatch_range.people.population import People
from stillwatch_range.texts import ZONES
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(clients=())
NETWORKS: tuple[Kind, ...] = ("home", "office", "mobile", "hosting")
STAYS_HOURS = (14.0, 60.0)
FLIGHT_HOURS = (3.0, 13.0)
BORROWS = 0.3


@dataclass(frozen=True, slots=True)
class _Stay:
    """A stay at a place, and the machine that is used there."""

    start_us: int
    end_us: int
    zone: str
    machine: Machine


def open_cell(stage: Stage) -> Cell:
    """One person on the road, one account."""
    stage.size(USUAL)
    people = stage.people("heavy")
    person = people.person(0)
    accounts = stage.accounts(1, stage.holder)
    return stage.cell(accounts, along(_journey(stage, people, person), stage.direct(accounts[0])))


def _journey(stage: Stage, people: People, person: Person) -> Iterator[Session]:
    for stay in _stays(stage, person):
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
