"""Small services: a product's assistant under one system prompt, and the people who write to it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from stillwatch_range.hours import arrivals
from stillwatch_range.model import Session, Turn, World
from stillwatch_range.people.population import People
from stillwatch_range.programs import Program, turn
from stillwatch_range.texts import languages, notes, text, thing

TURNS = (1, 1, 2, 2, 3, 4, 6)
SPOKEN = dict.fromkeys(("en", "es", "de", "zh"), 2.0) | dict.fromkeys(
    ("fr", "pt", "ja", "ru", "hi", "ar"), 1.0
)
ANSWER = 350


@dataclass(frozen=True, slots=True)
class Service:
    """A service.

    Attributes:
        program: what runs it.
        system: its system prompt.
        customers: who writes to it.
        count: how many of them.
        per_day: chats of a day.
    """

    program: Program
    system: str
    customers: People
    count: int
    per_day: float

    def sessions(self, draw: random.Random, world: World) -> Iterator[Session]:
        """All chats, in order."""
        run = self.program
        times = arrivals(
            draw, world.start_us, world.end_us, self.per_day, "waking", run.person.zone
        )
        for number, at_us in enumerate(times):
            customer = self.customers.person(int(draw.random() * self.count))
            # The SDK and its installation stay the operator's.
            asked = replace(run, person=replace(run.person, id=customer.id))
            turns = tuple(_turns(draw, customer.language))
            yield asked.session(at_us, turns, number=number, system=self.system)


def system_prompt(draw: random.Random) -> str:
    """A system prompt of a product that nobody else has."""
    product = f"{thing(draw).capitalize()}{draw.choice(('ly', 'io', 'Desk', 'Go', 'Hub'))}"
    return text(draw, "support-system").format(
        product=product,
        what=f"an app for everything about a {thing(draw)}",
        limit=f"{draw.choice((20, 30, 50, 100))} euros",
        facts=notes(draw, draw.randint(6, 24)),
    )


def _turns(draw: random.Random, language: str) -> Iterator[Turn]:
    spoken = language if language in languages("support") else "en"
    for number in range(draw.choice(TURNS)):
        name = "support" if number == 0 else "support-on"
        asked = text(draw, name, spoken).format(thing=thing(draw), number=draw.randint(100, 99999))
        wait_s = draw.lognormvariate(3.6, 1.0) if number else 0.0
        yield turn(draw, asked, language=spoken, length=ANSWER, wait_s=wait_s)
