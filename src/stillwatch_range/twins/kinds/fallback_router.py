"""Fallback router: a team's router uses another provider while this one fails, then comes back.

Resembles a relay that translates between providers: histories with assistant turns and tool-call
ids that this provider never issued, a gateway's headers, several people on one key. Innocent,
since the router names itself, the team is one, and the foreign turns date from failures.
"""

from stillwatch_range.model import Cell
from stillwatch_range.seeds import seed_for
from stillwatch_range.twins.elsewhere import Router
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(people=5, clients=())
DOWN_SHARE = 0.5


def open_cell(stage: Stage) -> Cell:
    """A team behind one router and one key."""
    size = stage.size(USUAL)
    accounts = stage.accounts(1, stage.holder)
    door = stage.gateway(accounts)
    domain = accounts[0].email_domain
    staff = stage.people("developer", company=domain, shared_repositories=3)
    streams = []
    for person in stage.busy(staff, size.people):
        sessions = stage.work(staff, person)
        streams.append(
            (session, Router(door(session), seed_for(stage.seed, "router"), DOWN_SHARE))
            for session in sessions
        )
    return stage.cell(accounts, *streams)
