"""Corporate gateway: a company's developers share one key, mostly behind a gateway of their own.

Resembles a relay: many people, homes, machines, languages and interleaved conversations on one
account, one address, headers of a proxy library. Innocent, since all of these people work for who
pays, on its repositories, and nobody's conversation leaves the company's account. The programs are
the ones that relays use too: what tells them apart is whose traffic they carry. Some companies
have no gateway, and everybody's client holds the company's key; most have one exit to the world.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from stillwatch_range.model import Account, Cell, Person, Road, Session
from stillwatch_range.people.addresses import address
from stillwatch_range.people.population import MIX, People
from stillwatch_range.seeds import draw_for
from stillwatch_range.texts import ZONES
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(people=30, accounts=1, clients=(), declared=False)
OFFICES = 2
USE = "internal gateway for own staff"
PROGRAMS = {"none": 0.4, "litellm-pool": 0.25, "new-api": 0.15, "gpt-load": 0.1, "cc-gateway": 0.1}
ONE_EXIT = 0.7
ONE_TOOL = 0.1
CODERS = {"developer": 0.85, "heavy": 0.15}


def open_cell(stage: Stage) -> Cell:
    """A gateway with `accounts` keys of one company, dealt out as the gateway likes."""
    size = stage.size(USUAL)
    company = stage.holder()
    accounts = stage.accounts(size.accounts, lambda _: company, USE if size.declared else None)
    draw = stage.draw("program")
    drawn = draw.choices(list(PROGRAMS), list(PROGRAMS.values()))[0]
    door = _door(stage, accounts, stage.spec.gateway or drawn)
    staff = _staff(stage, draw, company.email_domain, size.people)
    exit_ = address(draw) if draw.random() < ONE_EXIT else None
    people = (_behind(exit_, staff.person(number)) for number in range(size.people))
    return stage.cell(
        accounts,
        *(((session, door(session)) for session in stage.work(staff, one)) for one in people),
    )


def _staff(stage: Stage, draw: random.Random, domain: str, count: int) -> People:
    """A company's people; some companies allow a single coding tool, and nothing else."""
    about: dict[str, Any] = {"clients": {"claude-code": 1.0}} if draw.random() < ONE_TOOL else {}
    return stage.people(
        CODERS if about else dict(MIX),
        company=domain,
        zones=tuple(stage.draw("offices").sample(ZONES, OFFICES)),
        shared_repositories=2 + count // 5,
        **about,
    )


def _behind(exit_: tuple[str, int] | None, person: Person) -> Person:
    """Somebody whose machines all go out through the company's one exit, if it has one."""
    if exit_ is None:
        return person
    ip, asn = exit_
    machines = tuple(replace(machine, ip=ip, asn=asn) for machine in person.machines)
    return replace(person, machines=machines)


def _door(stage: Stage, accounts: Sequence[Account], program: str) -> Callable[[Session], Road]:
    if program != "none":
        return stage.gateway(accounts, program)
    return lambda session: stage.direct(
        accounts[draw_for(session.person.seed, "key").randrange(len(accounts))]
    )
