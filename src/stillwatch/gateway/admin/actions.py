"""What operators can ask and do while a gateway runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import TypeVar

from msgspec import Struct

from stillwatch.errors import SettingsError
from stillwatch.gateway.case_book import Case, CaseBook
from stillwatch.gateway.gate import Gate
from stillwatch.gateway.live.rows import Standing

T = TypeVar("T")
DAY_S = 86_400.0
_log = logging.getLogger(__name__)


class Turned(Struct, forbid_unknown_fields=True):
    """The switch: whether rules are enforced."""

    enforcing: bool


class Undone(Struct, forbid_unknown_fields=True):
    """Who undoes a case, and for how many days its rule does not hold."""

    by: str
    days: float = 90.0


class Appealed(Struct, forbid_unknown_fields=True):
    """What an account says about a case."""

    text: str


class Listed(Struct):
    """A rule as operators see it; times are seconds since 1970."""

    id: str
    outcome: str
    owner: str
    purpose: str
    stage: str
    from_s: float
    until_s: float
    review_s: float
    share: float


@dataclass(frozen=True, slots=True)
class Actions:
    """Everything that the door leads to.

    Attributes:
        gate: decides.
        book: file of the book of cases.
        reload: reads rules and lists again, in the event loop's thread.
        serving: whether requests are taken.
    """

    gate: Gate
    book: Path
    reload: Callable[[], Awaitable[None]]
    serving: Callable[[], bool]

    def rules(self) -> list[Listed]:
        """All rules, with where they are in their lives."""
        now_s = time()
        return [
            Listed(
                rule.id,
                rule.outcome,
                rule.owner,
                rule.purpose,
                rule.stage(now_s),
                rule.from_s,
                rule.until_s,
                rule.review_s,
                rule.share(now_s),
            )
            for rule in self.gate.policy.rules
        ]

    def switch(self) -> Turned:
        """How the switch stands."""
        return Turned(self.gate.parts.switch.enforcing)

    async def turn(self, wanted: Turned) -> Turned:
        """Turn the switch, for all processes with the same state."""
        await asyncio.to_thread(self.gate.parts.switch.turn, enforcing=wanted.enforcing)
        _log.warning("Enforcement was turned %s.", "on" if wanted.enforcing else "off")
        return self.switch()

    async def again(self) -> list[Listed]:
        """Read the rules again.

        Raises:
            StillwatchError: there is a mistake in them; the old ones stay.
        """
        await self.reload()
        return self.rules()

    async def read_verdicts(self) -> dict[str, int]:
        """Read the verdicts again if they changed; how many accounts have one.

        Raises:
            SettingsError: they cannot be read, or nobody said where they are.
        """
        verdicts = self.gate.parts.live.verdicts
        if not verdicts.wanted:
            raise SettingsError("There are no verdicts to read.", "Start with --verdicts FILE.")
        await asyncio.to_thread(self.gate.read_verdicts)
        if verdicts.trouble:
            raise SettingsError(verdicts.trouble, "What was read before stands.")
        return {"accounts": verdicts.accounts}

    async def cases(self) -> list[Case]:
        """The newest cases, open appeals first."""
        return await asyncio.to_thread(self._with_book, lambda book: book.cases())

    async def case(self, number: str) -> Case:
        """One case with its evidence.

        Raises:
            InputError: there is no such case.
        """
        return await asyncio.to_thread(self._with_book, lambda book: book.case(number))

    async def undo(self, number: str, wanted: Undone) -> Case:
        """Undo a case: its rule does not hold for its account for some days.

        Raises:
            InputError: there is no such case.
        """
        now_s = time()
        until_s = now_s + wanted.days * DAY_S
        cases = self.gate.parts.cases
        case = await asyncio.to_thread(cases.undo, number, wanted.by, until_s, now_s)
        _log.warning("Case %s was undone.", case.number)
        return case

    async def appeal(self, number: str, said: Appealed) -> Case:
        """Write down what an account says about a case.

        Raises:
            InputError: there is no such case.
        """
        return await asyncio.to_thread(
            self._with_book, lambda book: book.appeal(number, said.text, time())
        )

    def account(self, name: str) -> Standing | None:
        """What is remembered of an account, or None."""
        return self.gate.parts.live.standing(name, time())

    def _with_book(self, act: Callable[[CaseBook], T]) -> T:
        self.gate.parts.cases.flush()
        with CaseBook(self.book) as book:
            return act(book)
