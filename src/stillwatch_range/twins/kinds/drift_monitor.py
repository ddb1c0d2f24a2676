"""Drift monitor: a program asks the same few questions every day and compares the answers.

Resembles somebody who probes for defences: who are you, when does your training end, repeat this
exactly. Innocent, since the questions never change, are few, and teach a model nothing.
"""

from collections.abc import Iterator

from stillwatch_range.hours import daily
from stillwatch_range.journeys import Journey
from stillwatch_range.model import SECOND_US, Account, Cell
from stillwatch_range.programs import Program, program, turn
from stillwatch_range.texts import languages, texts
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(accounts=1, per_day=60, clients=(), declared=False)
USE = "quality monitoring"
RUNS_A_DAY = 2


def open_cell(stage: Stage) -> Cell:
    """Runs at fixed hours; `per_day` counts the questions of all runs of a day."""
    size = stage.size(USUAL)
    held, draw = stage.holder(), stage.draw("program")
    accounts = stage.accounts(size.accounts, lambda _: held, USE if size.declared else None)
    run = program(draw, stage.operator(), size.clients)
    asked = [one for language in languages("drift") for one in texts("drift", language)]
    count = max(1, round(size.per_day / size.accounts / RUNS_A_DAY))
    questions = [asked[number % len(asked)] for number in range(count)]
    hour = draw.uniform(0, 24)
    return stage.cell(
        accounts, *(_runs(stage, account, run, questions, hour) for account in accounts)
    )


def _runs(
    stage: Stage, account: Account, run: Program, questions: list[str], hour: float
) -> Iterator[Journey]:
    world, road, draw = stage.world, stage.direct(account), stage.draw("runs", account.id)
    hours = sorted((hour + 24 / RUNS_A_DAY * number) % 24 for number in range(RUNS_A_DAY))
    # Each run is one stream of times; they cannot overlap, since a run lasts minutes.
    starts = (
        start_us
        for one in hours
        for start_us in daily(world.start_us, world.end_us, one, run.person.zone)
    )
    for start_us in sorted(starts):
        at_us = start_us
        for question in questions:
            at_us += int(draw.uniform(1, 6) * SECOND_US)
            yield run.session(at_us, [turn(draw, question, length=60)]), road
