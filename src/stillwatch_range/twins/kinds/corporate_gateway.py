"""Corporate gateway: a company's developers share one key, mostly behind a gateway of their own.

Resembles a relay: many people, homes, machines, languages and interleaved conversations on one
account, one address, headers of a proxy library. Innocent, since all of these people work for who
pays, on its repositories, and nobody's conversation leaves the company's account. The programs are
the ones that relays use too: what tells them apart is whose traffic they carry. Half of the
companies have no gateway: everybody's client holds the company's key.
"""

from collections.abc import Callable, Sequence

from stillwatch_range.model import Account, Cell, Road, Session
from stillwatch_range.people.population import MIX
from stillwatch_range.seeds import draw_for
from stillwatch_range.texts import ZONES
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(people=30, accounts=1, clients=(), declared=False)
HABITS = dict(MIX)
OFFICES = 2
USE = "internal gateway for own staff"
PROGRAMS = {"none": 0.5, "litellm-pool": 0.2, "gpt-load": 0.1, "new-api": 0.1, "cc-gateway": 0.1}


def open_cell(stage: Stage) -> Cell:
    """A gateway with `accounts` keys of one company, dealt out as the gateway likes."""
    size = stage.size(USUAL)
    company = stage.holder()
    accounts = stage.accounts(size.accounts, lambda _: company, USE if size.declared else None)
    door = _door(stage, accounts)
    zones = tuple(stage.draw("offices").sample(ZONES, OFFICES))
    staff = stage.people(
        HABITS,
        company=company.email_domain,
        zones=zones,
        shared_repositories=2 + size.people // 5,
    )
    return stage.cell(
        accounts,
        *(
            ((session, door(session)) for session in stage.work(staff, staff.person(number)))
            for number in range(size.people)
        ),
    )


def _door(stage: Stage, accounts: Sequence[Account]) -> Callable[[Session], Road]:
    draw = stage.draw("program")
    drawn = draw.choices(list(PROGRAMS), list(PROGRAMS.values()))[0]
    program = stage.spec.gateway or drawn
    if program != "none":
        return stage.gateway(accounts, program)
    return lambda session: stage.direct(
        accounts[draw_for(session.person.seed, "key").randrange(len(accounts))]
    )
