"""Batch classification: one company, one template, many rows.

Resembles a campaign's identical prompts with disjoint slot values and answers that are never used
again. Innocent, since the answers are single words: there is nothing in them to learn from, and
the rows are mail that the company got.
"""

from collections.abc import Iterator

from stillwatch_range.hours import daily
from stillwatch_range.journeys import Journey
from stillwatch_range.model import SECOND_US, Account, Cell, Step, Turn
from stillwatch_range.programs import Program, program
from stillwatch_range.texts import languages, notes, text, thing
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(accounts=1, per_day=500, clients=(), declared=False)
USE = "classification of own records"
LEAST_GAP_S = 0.2
MEAN_GAP_S = 3.0


def open_cell(stage: Stage) -> Cell:
    """A batch each day; `per_day` counts the rows of all accounts."""
    size = stage.size(USUAL)
    held, operator = stage.holder(), stage.operator()
    accounts = stage.accounts(size.accounts, lambda _: held, USE if size.declared else None)
    run = program(stage.draw("program"), operator, size.clients)
    rows = max(1, round(size.per_day / size.accounts))
    return stage.cell(accounts, *(_batches(stage, account, run, rows) for account in accounts))


def _batches(stage: Stage, account: Account, run: Program, rows: int) -> Iterator[Journey]:
    world, road, draw = stage.world, stage.direct(account), stage.draw("rows", account.id)
    language = run.person.language if run.person.language in languages("classify") else "en"
    template = text(stage.draw("template"), "classify", language)
    labels = sorted({thing(draw) for _ in range(draw.randint(3, 9))})
    hour = draw.uniform(0, 24)
    pool = stage.pool("chat", "function")
    for start_us in daily(world.start_us, world.end_us, hour, run.person.zone):
        at_us = start_us
        for number in range(rows):
            at_us += int((LEAST_GAP_S + draw.expovariate(1 / MEAN_GAP_S)) * SECOND_US)
            words = draw.choice(pool).text if draw.random() < 0.7 else notes(draw, 3)
            prompt = template.format(labels=", ".join(labels), row=words[:1500])
            answer = Turn(prompt, (Step(draw.choice(labels)),))
            yield run.session(at_us, [answer], number=number), road
