"""Open-source framework: unrelated people use the same popular library and so its prompts.

Resembles a campaign whose unrelated accounts share rare templates word for word. Innocent, since
the words are the library's: everybody who uses it sends them, over data of their own, at hours of
their own, and no two accounts have anything else in common.
"""

from collections.abc import Iterator, Sequence
from random import Random

from stillwatch_range.hours import Shape, arrivals
from stillwatch_range.journeys import Journey
from stillwatch_range.model import Account, Cell
from stillwatch_range.programs import Program, program, turn
from stillwatch_range.texts import notes, text
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(accounts=10, per_day=400, clients=())
SHAPES: Sequence[Shape] = ("flat", "office", "waking")
STEPS = {"framework-answer": 0.6, "framework-condense": 0.25, "framework-summary": 0.15}
LENGTHS = {"framework-answer": 220, "framework-condense": 90, "framework-summary": 500}


def open_cell(stage: Stage) -> Cell:
    """A program an account; `per_day` counts the requests of all accounts."""
    size = stage.size(USUAL)
    accounts = stage.accounts(size.accounts, stage.holder)
    people = stage.people("program")
    each = size.per_day / size.accounts
    return stage.cell(
        accounts,
        *(
            _asked(
                stage,
                account,
                program(stage.draw("program", number), people.person(number), size.clients),
                each * stage.draw("rate", number).uniform(0.3, 1.7),
            )
            for number, account in enumerate(accounts)
        ),
    )


def _asked(stage: Stage, account: Account, run: Program, per_day: float) -> Iterator[Journey]:
    draw, road, world = stage.draw("asked", account.id), stage.direct(account), stage.world
    shape, zone = draw.choice(SHAPES), run.person.zone
    pool = stage.pool("chat", "function")
    for number, at_us in enumerate(
        arrivals(draw, world.start_us, world.end_us, per_day, shape, zone)
    ):
        name = draw.choices(list(STEPS), list(STEPS.values()))[0]
        prompt = text(draw, name).format(
            question=draw.choice(pool).text[:600], context=_passages(draw), count=draw.randint(3, 9)
        )
        yield run.session(at_us, [turn(draw, prompt, length=LENGTHS[name])], number=number), road


def _passages(draw: Random) -> str:
    return "\n\n".join(notes(draw, draw.randint(2, 7)) for _ in range(draw.randint(1, 4)))
