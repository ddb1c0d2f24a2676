"""Agent platform: a licensed reseller sells a coding agent that works in sandboxes of its own.

Resembles a relay in everything that can be seen: many people and languages on one account, their
unrelated conversations interleaved, one client, the platform's addresses. Innocent, since the
provider licensed it and knows what the account is for.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from stillwatch_range.hours import arrivals
from stillwatch_range.journeys import Journey
from stillwatch_range.model import Account, Cell, Machine
from stillwatch_range.programs import Program, program
from stillwatch_range.texts import text, thing
from stillwatch_range.twins.sittings import Desk
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(people=50, accounts=1, per_day=60, clients=("anthropic-js", "anthropic-python"))
USE = "agent platform, resale licensed"


def open_cell(stage: Stage) -> Cell:
    """Tasks of `people` end users; `per_day` counts tasks of all accounts."""
    size = stage.size(USUAL)
    held, draw = stage.holder(), stage.draw("platform")
    accounts = stage.accounts(size.accounts, lambda _: held, USE, licensed_reseller=True)
    run = program(draw, stage.operator(), size.clients)
    product = f"{thing(draw).capitalize()}{draw.choice(('Agent', 'Pilot', 'Forge', 'Hand'))}"
    system = text(draw, "platform-system")
    each = size.per_day / size.accounts
    return stage.cell(
        accounts,
        *(
            _tasks(stage, account, run, (product, system), (size.people, each))
            for account in accounts
        ),
    )


def _tasks(
    stage: Stage,
    account: Account,
    run: Program,
    about: tuple[str, str],
    size: tuple[int, float],
) -> Iterator[Journey]:
    world, road, draw = stage.world, stage.direct(account), stage.draw("tasks", account.id)
    count, per_day = size
    users = stage.people("developer")
    times = arrivals(draw, world.start_us, world.end_us, per_day, "waking", run.person.zone)
    for number, start_us in enumerate(times):
        user = users.person(int(draw.random() * count))
        sandbox = _sandbox(draw, run.machines[number % len(run.machines)])
        # The SDK is installed once, by the platform; the words and the code are the user's.
        desk = Desk(user, sandbox, user.repositories[0], run.client, run.version, stage.prompts)
        folder = f"{sandbox.home}/{user.repositories[0].name}"
        system = about[1].format(product=about[0], folder=folder)
        made = desk.session(stage.draw("task", account.id, number), start_us, system=system)
        asked = replace(made, person=replace(run.person, id=user.id), params=run.params)
        yield asked, road


def _sandbox(draw: Random, server: Machine) -> Machine:
    return replace(server, host=f"sbx-{draw.getrandbits(40):010x}", user="user", home="/home/user")
