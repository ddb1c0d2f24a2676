"""Synthetic data under contract: a company makes training questions with worked answers.

Resembles the plainest harvest: one template with changing slots, a grid over topics and levels,
answers that are never used again, around the clock, reasoning asked for, several accounts that
share the work. Innocent, since the provider agreed: the use is declared, one company pays openly.
"""

from collections.abc import Iterator
from random import Random

from stillwatch_range.hours import arrivals
from stillwatch_range.journeys import Journey
from stillwatch_range.model import Account, Cell
from stillwatch_range.programs import Program, program, turn
from stillwatch_range.texts import notes, text, thing
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(accounts=2, per_day=400, clients=(), declared=True)
USE = "synthetic training data under contract"
KINDS = ("exercises", "dialogues", "multiple-choice questions", "short stories with a question")
READERS = ("pupils of 12", "apprentices", "nurses", "office clerks", "beginners in programming")
LEVELS = ("easy", "medium", "hard", "mixed")
LANGUAGES = ("English", "Spanish", "German", "Hindi", "Japanese", "Portuguese", "Arabic", "Chinese")
ANSWER = 1800


def open_cell(stage: Stage) -> Cell:
    """Requests at all hours; `per_day` counts those of all accounts."""
    size = stage.size(USUAL)
    held, operator = stage.holder(), stage.operator()
    accounts = stage.accounts(size.accounts, lambda _: held, USE if size.declared else None)
    run = program(stage.draw("program"), operator, size.clients)
    each = size.per_day / size.accounts
    return stage.cell(accounts, *(_made(stage, account, run, each) for account in accounts))


def _made(stage: Stage, account: Account, run: Program, per_day: float) -> Iterator[Journey]:
    draw, road, world = stage.draw("made", account.id), stage.direct(account), stage.world
    template = text(stage.draw("template"), "synthesise")
    for number, at_us in enumerate(arrivals(draw, world.start_us, world.end_us, per_day)):
        prompt = template.format(**_slots(draw))
        yield run.session(at_us, [turn(draw, prompt, length=ANSWER)], number=number), road


def _slots(draw: Random) -> dict[str, str]:
    return {
        "count": str(draw.randint(3, 12)),
        "kind": draw.choice(KINDS),
        "topic": f"a {thing(draw)} and a {thing(draw)} ({notes(draw, 1)})",
        "reader": draw.choice(READERS),
        "level": draw.choice(LEVELS),
        "language": draw.choice(LANGUAGES),
    }
