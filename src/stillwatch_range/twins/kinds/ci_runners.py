"""CI runners: a coding agent reviews and repairs in every pipeline, on a fresh runner each time.

Resembles a sold account: a new host and another address for each conversation, bursts of unrelated
conversations at once, one template, nobody who ever types. Innocent, since one organisation's few
repositories are all that is worked on, and the runners say what they are.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from stillwatch_range.hours import arrivals
from stillwatch_range.journeys import Journey
from stillwatch_range.model import SECOND_US, Account, Cell, Machine, Person
from stillwatch_range.people.addresses import address
from stillwatch_range.people.machines import RELEASES
from stillwatch_range.people.repositories import repository
from stillwatch_range.people.versions import version
from stillwatch_range.texts import text
from stillwatch_range.twins.sittings import Desk
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(accounts=1, per_day=40, clients=("claude-code", "codex", "opencode"), declared=False)
USE = "coding agent in CI"
REPOSITORIES = 4
BURST = (1, 1, 1, 2, 3, 5)


def open_cell(stage: Stage) -> Cell:
    """Pipelines through the day; `per_day` counts jobs of all accounts."""
    size = stage.size(USUAL)
    held = stage.holder()
    accounts = stage.accounts(size.accounts, lambda _: held, USE if size.declared else None)
    draw = stage.draw("bot")
    client = draw.choice(size.clients)
    bot = replace(stage.operator(), client=client, version=version(client, draw))
    each = size.per_day / size.accounts
    return stage.cell(accounts, *(_jobs(stage, account, bot, each) for account in accounts))


def _jobs(stage: Stage, account: Account, bot: Person, per_day: float) -> Iterator[Journey]:
    world, road, draw = stage.world, stage.direct(account), stage.draw("jobs", account.id)
    staff = stage.people("developer", company=f"{account.email_domain}")
    authors = [(who.name, who.mail) for who in (staff.person(number) for number in range(4))]
    projects = [
        repository(stage.draw("repository", number), authors, zone=bot.zone)
        for number in range(REPOSITORIES)
    ]
    pushes = per_day * len(BURST) / sum(BURST)
    template = text(stage.draw("template"), "ci-prompt")
    for push_us in arrivals(draw, world.start_us, world.end_us, pushes, "office", bot.zone):
        project, change = draw.choice(projects), _change(draw)
        for attempt in range(draw.choice(BURST)):
            runner = _runner(draw, bot.machines[0])
            desk = Desk(bot, runner, project, bot.client, bot.version, stage.prompts)
            prompt = template.format(**change, job=draw.randint(10**6, 10**7), attempt=attempt + 1)
            start_us = push_us + attempt * 2 * SECOND_US
            yield (
                desk.session(stage.draw("job", account.id, start_us), start_us, prompts=[prompt]),
                road,
            )


def _change(draw: Random) -> dict[str, str]:
    return {
        "number": str(draw.randint(20, 4000)),
        "commit": f"{draw.getrandbits(28):07x}",
        "title": text(draw, "titles"),
    }


def _runner(draw: Random, like: Machine) -> Machine:
    ip, asn = address(draw, "hosting")
    return replace(  # noqa: S604  `shell` is a field of a record
        like,
        host=f"runner-{draw.getrandbits(32):08x}-project-{draw.randint(100, 999)}",
        system="linux",
        release=RELEASES["linux"][0],
        arch="x64",
        user="runner",
        home="/home/runner",
        shell="/bin/bash",
        zone="UTC",
        locale="C.UTF-8",
        ip=ip,
        asn=asn,
    )
