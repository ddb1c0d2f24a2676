"""Coding sessions at given times and places, for twins whose sessions do not follow a habit."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stillwatch_range.model import SECOND_US, Machine, Person, Repository, Session, Turn
from stillwatch_range.people.checkout import place
from stillwatch_range.people.edits import functions
from stillwatch_range.people.prompts import PromptPool
from stillwatch_range.people.tables import drawn
from stillwatch_range.people.work import CodingWork, coding_turn

MOST_TURNS = 12
LONGEST_WAIT_S = 1800.0


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody works on something, and with what.

    Attributes:
        person: who.
        machine: on which machine.
        repository: on what.
        client, version: with which client.
        pool: prompts that may be used.
        agents: whether sub-agents are sent.
    """

    person: Person
    machine: Machine
    repository: Repository
    client: str
    version: str
    pool: PromptPool
    agents: bool = False

    def session(
        self,
        draw: random.Random,
        start_us: int,
        *,
        prompts: Sequence[str] = (),
        system: str = "",
    ) -> Session:
        """A coding session.

        Args:
            draw: chance of this session only, since its turns are made later.
            start_us: when it begins, in microseconds since the epoch.
            prompts: what is typed; as the person would where empty.
            system: system prompt, for programs.
        """
        return Session(
            person=self.person,
            machine=self.machine,
            client=self.client,
            version=self.version,
            start_us=start_us,
            turns=self._turns(draw, start_us, prompts),
            repository=self.repository,
            system=system,
        )

    def _turns(self, draw: random.Random, start_us: int, prompts: Sequence[str]) -> Iterator[Turn]:
        checkout = place(self.person, self.machine, self.repository, start_us // SECOND_US)
        work = CodingWork(draw, checkout, self.pool, self.agents)
        count = len(prompts) or min(MOST_TURNS, max(1, int(drawn(draw, "session_turns"))))
        for number in range(count):
            wait_s = min(LONGEST_WAIT_S, drawn(draw, "think_s")) if number else 0.0
            steps = max(2, int(drawn(draw, "steps")))
            if not prompts:
                yield work.turn(number == 0, steps, wait_s)
                continue
            path, function = draw.choice(functions(checkout))
            sight = work.sight(prompts[number], path, function)
            yield coding_turn(work, prompts[number], sight, (number == 0, steps, wait_s))
