"""Support bot: a product's help desk answers customers of many languages under one system prompt.

Resembles a chat relay: many people and languages interleaved on one account, from one server, at
all hours, with a fixed persona put before what they type. Innocent, since the persona is the
company's product and nobody gets access to the model for money: they ask about parcels.
"""

from stillwatch_range.journeys import along
from stillwatch_range.model import Cell
from stillwatch_range.programs import program
from stillwatch_range.services import SPOKEN, Service, system_prompt
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(people=60, per_day=60, clients=(), declared=False)
USE = "customer support"


def open_cell(stage: Stage) -> Cell:
    """Chats of `people` customers; `per_day` counts chats."""
    size = stage.size(USUAL)
    accounts = stage.accounts(1, stage.holder, USE if size.declared else None)
    service = Service(
        program=program(stage.draw("program"), stage.operator(), size.clients),
        system=system_prompt(stage.draw("system")),
        customers=stage.people("chat", languages=SPOKEN),
        count=size.people,
        per_day=size.per_day,
    )
    chats = service.sessions(stage.draw("chats"), stage.world)
    return stage.cell(accounts, along(chats, stage.direct(accounts[0])))
