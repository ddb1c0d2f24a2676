"""One developer: WSL on a laptop, a Linux server over SSH, a container, and sub-agents.

Resembles a shared account: three homes, hosts and systems at once, interleaved conversations, a
client on a machine other than the one that its tools reach. Innocent, since one person with one
name in git works on the same repositories everywhere.
"""

from collections.abc import Iterator
from dataclasses import replace

from stillwatch_range.hours import arrivals
from stillwatch_range.journeys import along
from stillwatch_range.model import Cell, Machine, Person, Session
from stillwatch_range.people.machines import RELEASES, home
from stillwatch_range.people.versions import version
from stillwatch_range.programs import server
from stillwatch_range.twins.sittings import Desk
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(per_day=18, clients=("claude-code", "codex", "opencode"))
SHARES = (0.5, 0.3, 0.2)


def open_cell(stage: Stage) -> Cell:
    """Three streams of sessions of one person; `per_day` counts sessions on all machines."""
    size = stage.size(USUAL)
    draw, person = stage.draw("desk"), stage.people("heavy").person(0)
    client = draw.choice(size.clients)
    number = version(client, draw)
    accounts = stage.accounts(1, stage.holder)
    road = stage.direct(accounts[0])
    streams = []
    for place, here in enumerate(_machines(stage, person)):
        desks = [
            Desk(person, here, one, client, number, stage.prompts, agents=True)
            for one in person.repositories
        ]
        per_day = size.per_day * SHARES[place]
        streams.append(along(_sessions(stage, desks, place, per_day), road))
    return stage.cell(accounts, *streams)


def _machines(stage: Stage, person: Person) -> tuple[Machine, Machine, Machine]:
    draw = stage.draw("machines")
    own = person.machines[0]
    user = own.user.lower()
    laptop = replace(
        own,
        system="wsl",
        release=draw.choice(RELEASES["wsl"]),
        arch="x64",
        user=user,
        home=home("wsl", user),
        zone=person.zone,
    )
    far = server(draw, person)
    container = replace(
        laptop,
        host=f"{draw.getrandbits(48):012x}",
        system="linux",
        user="vscode",
        home="/home/vscode",
        zone="UTC",
        locale="C.UTF-8",
    )
    return laptop, replace(far, user=laptop.user, home=laptop.home), container


def _sessions(stage: Stage, desks: list[Desk], number: int, per_day: float) -> Iterator[Session]:
    draw, world, zone = stage.draw("sessions", number), stage.world, desks[0].person.zone
    for at_us in arrivals(draw, world.start_us, world.end_us, per_day, "office", zone):
        yield draw.choice(desks).session(stage.draw("session", number, at_us), at_us)
