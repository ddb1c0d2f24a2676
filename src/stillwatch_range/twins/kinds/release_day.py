"""Release day: a model comes out, everybody tries it and runs the same public questions.

Resembles a campaign that moves to a new model within a day and goes through a question pool from
many accounts at once. Innocent, since everybody moves on that day, each at an hour of their own,
and then goes back to work; the questions are public and each holder runs all of them.
"""

from collections.abc import Iterator
from dataclasses import replace

from stillwatch.errors import SettingsError
from stillwatch_range.clients import NAMES
from stillwatch_range.journeys import Journey, along
from stillwatch_range.model import HOUR_US, SECOND_US, Account, Cell, Person, Release, Session
from stillwatch_range.programs import SDKS, program, turn
from stillwatch_range.texts import text
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(people=10, clients=())
MEAN_DELAY_HOURS = 9.0
QUESTIONS = 40
MEAN_GAP_S = 6.0


def open_cell(stage: Stage) -> Cell:
    """A person an account, all with work of their own, before and after the release.

    Raises:
        SettingsError: if no model comes out in the world.
    """
    size = stage.size(USUAL)
    if not stage.world.releases:
        raise SettingsError(
            "release-day needs a model that comes out", "Add a [[release]] to the scenario."
        )
    release = stage.world.releases[0]
    accounts = stage.accounts(size.people, stage.holder)
    people = stage.people({"developer": 0.6, "heavy": 0.2, "chat": 0.2})
    streams = []
    for number, account in enumerate(accounts):
        person, road = people.person(number), stage.direct(account)
        delay_us = int(stage.draw("delay", number).expovariate(1 / MEAN_DELAY_HOURS) * HOUR_US)
        tried_us = release.at_us + delay_us
        streams.append(along(_switched(stage.work(people, person), release, tried_us), road))
        streams.append(_tried(stage, person, account, release, tried_us))
    return stage.cell(accounts, *streams)


def _switched(sessions: Iterator[Session], release: Release, from_us: int) -> Iterator[Session]:
    for session in sessions:
        new = _speaks(session.client, release) and session.start_us >= from_us
        yield replace(session, model=release.model) if new else session


def _tried(
    stage: Stage, person: Person, account: Account, release: Release, at_us: int
) -> Iterator[Journey]:
    draw, road = stage.draw("tried", account.id), stage.direct(account)
    run = program(draw, person, [name for name in SDKS if _speaks(name, release)])
    pool, template = stage.pool("benchmark"), text(draw, "evaluate")
    first = stage.draw("pool").randrange(len(pool))
    for number in range(QUESTIONS):
        at_us += int(draw.expovariate(1 / MEAN_GAP_S) * SECOND_US)
        question = template.format(question=pool[(first + number) % len(pool)].text)
        yield run.session(at_us, [turn(draw, question)], model=release.model), road


def _speaks(client: str, release: Release) -> bool:
    """Whether a client reaches models of the maker of the new one."""
    return (NAMES[client] == "messages") == release.model.startswith("claude")
