"""Shared house: people in one home have accounts of their own behind one address.

Resembles one operator with several accounts: the same address and network, the same evenings.
Innocent, since each has a payer, work and machines of their own; a router is no link.
"""

from dataclasses import replace

from stillwatch_range.journeys import along
from stillwatch_range.model import Cell
from stillwatch_range.people.addresses import address
from stillwatch_range.texts import ZONES
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(people=2, clients=())


def open_cell(stage: Stage) -> Cell:
    """A person an account, all machines behind one address."""
    size = stage.size(USUAL)
    draw = stage.draw("house")
    ip, asn = address(draw, "home")
    accounts = stage.accounts(size.people, stage.holder)
    people = stage.people("heavy", rate=0.6, zones=(draw.choice(ZONES),))
    streams = []
    for person, account in zip(stage.busy(people, size.people), accounts, strict=True):
        at_home = tuple(replace(machine, ip=ip, asn=asn) for machine in person.machines)
        housemate = replace(person, machines=at_home)
        streams.append(along(stage.work(people, housemate), stage.direct(account)))
    return stage.cell(accounts, *streams)
