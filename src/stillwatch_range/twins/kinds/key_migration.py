"""Key migration: an organisation moves its people to another account, conversations and all.

Resembles a pool's failover: in a short time everybody's conversations, with ids and signatures that
one account was given, go on under another. Innocent, since both accounts belong to one organisation
with one payer, the move is one-way, and nothing was banned before it.
"""

from stillwatch_range.journeys import along
from stillwatch_range.model import Cell
from stillwatch_range.twins.moves import Moves, under_way_us
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(people=8, accounts=2, clients=())
HABITS = {"developer": 0.7, "heavy": 0.3}


def open_cell(stage: Stage) -> Cell:
    """All move from account to account, at about the same times."""
    size = stage.size(USUAL)
    world, company, draw = stage.world, stage.holder(), stage.draw("moves")
    accounts = stage.accounts(size.accounts, lambda _: company)
    span_us = world.end_us - world.start_us
    days = [
        world.start_us + int(span_us * (number + draw.uniform(-0.15, 0.15)) / size.accounts)
        for number in range(1, size.accounts)
    ]
    staff = stage.people(HABITS, company=company.email_domain, shared_repositories=4)
    streams = []
    for person in stage.busy(staff, size.people):
        # Everybody puts the new key in when they come to it, mostly in the middle of something.
        moves = sorted(under_way_us(staff, person, at_us, world) for at_us in days)
        road = Moves(stage.provider, accounts, moves)
        streams.append(along(stage.work(staff, person), road))
    return stage.cell(accounts, *streams)
