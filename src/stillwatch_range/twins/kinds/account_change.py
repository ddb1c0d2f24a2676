"""Account change: somebody moves from a private account to their company's in mid-conversation.

Resembles a pool's failover between unrelated accounts: a conversation that one payer's account was
answered in goes on under another payer's. Innocent, since one person on the same machines does it
once, in one direction, and what moves is that person's own work.
"""

from stillwatch_range.journeys import along
from stillwatch_range.model import Cell
from stillwatch_range.twins.moves import Moves, under_way_us
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(people=1, clients=())


def open_cell(stage: Stage) -> Cell:
    """Everybody has a private account; all change to one account of their company."""
    size = stage.size(USUAL)
    world, draw = stage.world, stage.draw("changes")
    accounts = stage.accounts(size.people + 1, stage.holder)
    span_us = world.end_us - world.start_us
    people = stage.people("heavy")
    streams = []
    for number, person in enumerate(stage.busy(people, size.people)):
        about_us = world.start_us + int(span_us * draw.uniform(0.35, 0.65))
        change_us = under_way_us(people, person, about_us, world)
        own, company = accounts[number], accounts[-1]
        road = Moves(stage.provider, (own, company), (change_us,), drops=True)
        streams.append(along(stage.work(people, person), road))
    return stage.cell(accounts, *streams)
