"""Nightly evaluation: a lab runs benchmark questions at night and lets a model judge the answers.

Resembles a harvest of reasoning: public question pools gone through in order, one template, step by
step answers that nobody reads on, a judge with a rubric, several accounts of one lab in step.
Innocent, since the questions are the same every night (nothing new is collected), the lab pays and
owns every account openly, and mostly said what they are for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from stillwatch_range.hours import daily
from stillwatch_range.journeys import Journey
from stillwatch_range.model import SECOND_US, Account, Cell, Turn
from stillwatch_range.programs import Program, program, turn
from stillwatch_range.texts import text
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(accounts=3, per_day=240, clients=(), declared=True)
USE = "model evaluation"
JUDGED = 0.5
LEAST_GAP_S = 0.5
MEAN_GAP_S = 4.0


@dataclass(frozen=True, slots=True)
class _Part:
    """An account's part of the evaluation: the same questions every night."""

    stage: Stage
    number: int
    items: int
    hour: float
    account: Account
    run: Program

    def nights(self) -> Iterator[Journey]:
        """All nights."""
        world = self.stage.world
        starts = daily(world.start_us, world.end_us, self.hour, self.run.person.zone)
        for night, start_us in enumerate(starts):
            yield from self._night(night, start_us)

    def _night(self, night: int, at_us: int) -> Iterator[Journey]:
        road, draw = self.stage.direct(self.account), self.stage.draw("night", self.number, night)
        judges = text(self.stage.draw("judge"), "judge")
        judged = [item for item in range(self.items) if draw.random() < JUDGED]
        for item in range(self.items):
            at_us += _gap_us(draw)
            yield self.run.session(at_us, [self._solved(night, item)], number=item), road
        for item in judged:
            answer, other = (self._solved(one, item).steps[0].say for one in (night, night - 1))
            graded = judges.format(question=self._question(item), answer=answer, other=other)
            at_us += _gap_us(draw)
            yield self.run.session(at_us, [turn(draw, graded)], number=item), road

    def _question(self, item: int) -> str:
        pool = self.stage.pool("benchmark")
        first = self.stage.draw("pool").randrange(len(pool))
        return pool[(first + self.number * self.items + item) % len(pool)].text

    def _solved(self, night: int, item: int) -> Turn:
        asks = text(self.stage.draw("template"), "evaluate")
        draw = self.stage.draw("solved", self.number, night, item)
        return turn(draw, asks.format(question=self._question(item)))


def open_cell(stage: Stage) -> Cell:
    """Nights of evaluation; `per_day` counts the requests of all accounts, with the judge's."""
    size = stage.size(USUAL)
    lab, operator = stage.holder(), stage.operator()
    accounts = stage.accounts(size.accounts, lambda _: lab, USE if size.declared else None)
    items = max(1, round(size.per_day / size.accounts / (1 + JUDGED)))
    draw = stage.draw("programs")
    run, hour = program(draw, operator, size.clients), draw.uniform(0, 5)
    parts = (
        _Part(stage, number, items, hour, account, run) for number, account in enumerate(accounts)
    )
    return stage.cell(accounts, *(part.nights() for part in parts))


def _gap_us(draw: Random) -> int:
    return int((LEAST_GAP_S + draw.expovariate(1 / MEAN_GAP_S)) * SECOND_US)
