"""Corporate gateway: a company's developers share one key behind a gateway that names itself.

Resembles a relay: many people, homes, machines, languages and interleaved conversations on one
account, one address, headers of a proxy library. Innocent, since nothing is concealed: the gateway
says in its headers what it is, and all of these people work for who pays.
"""

from stillwatch_range.model import Cell
from stillwatch_range.texts import ZONES
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(people=30, accounts=1, clients=(), declared=False)
HABITS = {"developer": 0.75, "heavy": 0.1, "chat": 0.15}
OFFICES = 2
USE = "internal gateway for own staff"


def open_cell(stage: Stage) -> Cell:
    """A gateway with `accounts` keys of one company, dealt out as the gateway likes."""
    size = stage.size(USUAL)
    company = stage.holder()
    accounts = stage.accounts(size.accounts, lambda _: company, USE if size.declared else None)
    door = stage.gateway(accounts)
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
