"""Audit capture: a company has cases decided and wants every reason written down for the file.

Resembles reasoning elicitation by a fixed injected instruction, with tags for the reasons, on case
after case whose answers are never sent back. Innocent, since the cases are the company's own work,
come at its office hours, and the reasons are kept because a rule asks for them.
"""

from collections.abc import Iterator

from stillwatch_range.hours import arrivals
from stillwatch_range.journeys import Journey
from stillwatch_range.model import Account, Cell
from stillwatch_range.programs import Program, program, turn
from stillwatch_range.texts import languages, notes, text
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(accounts=1, per_day=150, clients=(), declared=False)
USE = "case decisions with reasons for audit"
ANSWER = 1200


def open_cell(stage: Stage) -> Cell:
    """Cases through office hours; `per_day` counts those of all accounts."""
    size = stage.size(USUAL)
    held, operator = stage.holder(), stage.operator()
    accounts = stage.accounts(size.accounts, lambda _: held, USE if size.declared else None)
    run = program(stage.draw("program"), operator, size.clients)
    each = size.per_day / size.accounts
    return stage.cell(accounts, *(_cases(stage, account, run, each) for account in accounts))


def _cases(stage: Stage, account: Account, run: Program, per_day: float) -> Iterator[Journey]:
    draw, road, world = stage.draw("cases", account.id), stage.direct(account), stage.world
    language = run.person.language if run.person.language in languages("audit") else "en"
    template = text(stage.draw("template"), "audit", language)
    guideline = notes(stage.draw("guideline"), 4)
    zone = run.person.zone
    times = arrivals(draw, world.start_us, world.end_us, per_day, "office", zone)
    for number, at_us in enumerate(times):
        case = template.format(
            guideline=guideline,
            number=draw.randint(10**5, 10**6),
            case=notes(draw, draw.randint(2, 9)),
        )
        answer = turn(draw, case, language=language, length=ANSWER)
        yield run.session(at_us, [answer], number=number), road
