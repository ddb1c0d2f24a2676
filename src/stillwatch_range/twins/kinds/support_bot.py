"""Support bot: a product's help desk answers customers of many languages under one system prompt.

Resembles a chat relay: many people and languages interleaved on one account, from one server, at
all hours, with a fixed persona put before what they type. Innocent, since the persona is the
company's product and nobody gets access to the model for money: they ask about parcels.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from stillwatch_range.hours import arrivals
from stillwatch_range.model import Account, Cell, Turn
from stillwatch_range.programs import Program, program, turn
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Journey, Stage
from stillwatch_range.twins.texts import languages, notes, text, thing

USUAL = Size(people=60, per_day=60, clients=(), declared=False)
USE = "customer support"
SPOKEN = {"en": 3, "es": 2, "de": 2, "fr": 1, "pt": 1, "zh": 2, "ja": 1, "ru": 1, "hi": 1, "ar": 1}
TURNS = (1, 1, 2, 2, 3, 4, 6)
ANSWER = 350


def open_cell(stage: Stage) -> Cell:
    """Chats of `people` customers; `per_day` counts chats."""
    size = stage.size(USUAL)
    accounts = stage.accounts(1, stage.holder, USE if size.declared else None)
    run = program(stage.draw("program"), stage.operator(), size.clients)
    return stage.cell(accounts, _chats(stage, accounts[0], run, size.people, size.per_day))


def _chats(
    stage: Stage, account: Account, run: Program, people: int, per_day: float
) -> Iterator[Journey]:
    draw, road, world = stage.draw("chats"), stage.direct(account), stage.world
    customers = stage.people("chat", languages=SPOKEN)
    system = _system(stage.draw("system"))
    times = arrivals(draw, world.start_us, world.end_us, per_day, "waking", run.person.zone)
    for number, at_us in enumerate(times):
        customer = customers.person(int(draw.random() * people))
        # The SDK and its installation stay the operator's.
        asked = replace(run, person=replace(run.person, id=customer.id))
        turns = tuple(_turns(draw, customer.language))
        yield asked.session(at_us, turns, number=number, system=system), road


def _system(draw: Random) -> str:
    product = f"{thing(draw).capitalize()}{draw.choice(('ly', 'io', 'Desk', 'Go', 'Hub'))}"
    return text(draw, "support-system").format(
        product=product,
        what=f"an app for everything about a {thing(draw)}",
        limit=f"{draw.choice((20, 30, 50, 100))} euros",
        facts=notes(draw, draw.randint(6, 24)),
    )


def _turns(draw: Random, language: str) -> Iterator[Turn]:
    spoken = language if language in languages("support") else "en"
    for number in range(draw.choice(TURNS)):
        name = "support" if number == 0 else "support-on"
        asked = text(draw, name, spoken).format(thing=thing(draw), number=draw.randint(100, 99999))
        wait_s = draw.lognormvariate(3.6, 1.0) if number else 0.0
        yield turn(draw, asked, language=spoken, length=ANSWER, wait_s=wait_s)
