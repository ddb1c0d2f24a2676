"""What a method works with: material, wording, seats, and sessions that it can play."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, Protocol

from stillwatch_range.campaigns.agents import HARNESSES, Agents, Change
from stillwatch_range.campaigns.lanes import Lane, Pool
from stillwatch_range.campaigns.material import Item, Material
from stillwatch_range.campaigns.seats import Seat
from stillwatch_range.campaigns.spec import CampaignSpec, Habits
from stillwatch_range.campaigns.wording import Wording, draw_text, fill
from stillwatch_range.clients import NAMES, open_client
from stillwatch_range.model import (
    DAY_US,
    HOUR_US,
    SECOND_US,
    Act,
    Person,
    Purpose,
    Reply,
    Session,
    Turn,
    World,
)
from stillwatch_range.people.answers import answer
from stillwatch_range.play import Client, play
from stillwatch_range.seeds import Name, draw_for

Length = Literal["short", "answer", "second", "long"]
_CHARACTERS: Mapping[Length, tuple[int, int]] = {
    "short": (60, 300),
    "answer": (200, 1_500),
    "second": (200, 1_500),
    "long": (500, 3_500),
}
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%B %d, %Y", "%d %b %Y", "%Y/%m/%d")


@dataclass(frozen=True, slots=True)
class Order:
    """A piece of work to be done.

    Attributes:
        number: unique in the campaign; what is asked follows from it.
        at_us: when it starts.
        seat: the account and program that it was dispatched to.
        lane: its road; a method may put it onto another account.
        conversation: for the labels, unique in the cell.
    """

    number: int
    at_us: int
    seat: Seat
    lane: Lane
    conversation: int


@dataclass(frozen=True, slots=True)
class Desk:
    """A campaign as its method sees it.

    Attributes:
        spec: what the scenario asks for.
        habits: how it is run.
        world: what all cells share.
        seed: the cell's own seed.
        operator: who runs it.
        material: what it asks about.
        pool: its accounts.
        agents: coding sessions for harnesses.
    """

    spec: CampaignSpec
    habits: Habits
    world: World
    seed: int
    operator: Person
    material: Material
    pool: Pool
    agents: Agents

    def draw(self, *names: Name) -> random.Random:
        """Chance for a purpose."""
        return draw_for(self.seed, *names)

    def wording(
        self, name: str, texts: Mapping[str, Sequence[str]], words: Mapping[str, str]
    ) -> Wording:
        """The campaign's wordings for a purpose, changing as often as its habits say."""
        return Wording(self.seed, name, texts, words, self.habits.wording)

    def say(self, draw: random.Random, template: str, **values: str) -> str:
        """A text with its choices drawn and its slots filled in."""
        return fill(draw_text(draw, template), values)

    def reply(self, draw: random.Random, prompt: str, language: str) -> str:
        """What a model answers in a chat, as long as chats are."""
        return answer(draw, prompt, language)

    def date(self, at_us: int) -> str:
        """A day, in the style that the campaign writes dates."""
        style = self.draw("date").choice(DATES)
        return datetime.fromtimestamp(at_us // SECOND_US, UTC).strftime(style)

    @property
    def begins_us(self) -> int:
        """When the campaign starts, in microseconds since the epoch."""
        return self.world.start_us + int(self.spec.offset * DAY_US)

    @property
    def ends_us(self) -> int:
        """When it stops."""
        if self.spec.days is None:
            return self.world.end_us
        return min(self.world.end_us, self.begins_us + int(self.spec.days * DAY_US))

    def fill(self, template: str, **values: str) -> str:
        """A template with its slots filled in."""
        return fill(template, values)

    def text(self, order: Order, item: Item, length: Length) -> str:
        """What a model writes about an item; another `length` gives another text."""
        draw = self.draw("answer", order.number, length)
        characters = int(draw.uniform(*_CHARACTERS[length]))
        return answer(draw, item.text, item.language, characters)

    def is_open(self, account: int) -> bool:
        """Whether an account still takes work."""
        return self.pool.dispatch.is_open(account)

    def moved(self, order: Order, account: int) -> Order:
        """The same order on another account."""
        order.lane.account = account
        return replace(order, seat=self.pool.seats.of(account))

    def session(
        self,
        order: Order,
        turns: Iterable[Turn],
        *,
        system: str = "",
        params: Mapping[str, Any] | None = None,
        purpose: Purpose = "harvest",
    ) -> Session:
        """A conversation of the order's program.

        Args:
            order: when, and on which account.
            turns: what is asked and answered.
            system: system prompt.
            params: request fields that replace the program's own of the same names.
            purpose: for the labels.
        """
        program = order.seat.program
        session = program.session(
            order.at_us,
            turns,
            number=order.number,
            system=system,
            model=self.model(order),
            purpose=purpose,
        )
        return replace(session, params={**session.params, **params}) if params else session

    def drives_agent(self, order: Order) -> bool:
        """Whether the order's program is a harness that works in a repository."""
        return order.seat.program.client in HARNESSES

    def agentic(
        self,
        order: Order,
        number: int,
        change: Change,
        *,
        dated_us: int | None = None,
        person: str = "",
    ) -> Act:
        """Play a coding session in the order's harness.

        Args:
            order: when, and on which account.
            number: which session.
            change: what is done to each of its turns.
            dated_us: what the clocks in its content show; the time of playing where None.
            person: who is behind it; the operator where empty.
        """
        made = self.agents.session(number, order.at_us, change, dated_us=dated_us)
        program = order.seat.program
        machine = program.machines[0]
        session = replace(
            made,
            person=replace(made.person, id=person or self.operator.id),
            machine=replace(made.machine, ip=machine.ip, asn=machine.asn),
            client=program.client,
            version=program.version,
            model=self.model(order),
            purpose="harvest",
        )
        return play(session, self.client(order, session))

    def play(self, order: Order, turns: Iterable[Turn], **how: Any) -> Act:
        """Play a conversation; arguments as for `session`."""
        session = self.session(order, turns, **how)
        return play(session, self.client(order, session))

    def client(self, order: Order, session: Session) -> Client:
        """The client of a session."""
        return open_client(session, self.world, order.conversation)

    def model(self, order: Order) -> str:
        """The newest model once the account has moved to it; empty for the client's own choice."""
        if not self.world.releases:
            return ""
        family = "claude" if NAMES[order.seat.program.client] == "messages" else "gpt"
        late = self.draw("switch", order.seat.number).uniform(0.5, 1.5)
        wait_us = int(self.spec.switch_h * late * HOUR_US)
        fits = [one for one in self.world.releases if one.model.startswith(family)]
        out = [one for one in fits if one.at_us + wait_us <= order.at_us]
        return max(out, key=lambda one: one.at_us).model if out else ""


class Method(Protocol):
    """A way of harvesting: it turns orders into requests.

    Attributes:
        clients: programs that it can work with; any where empty.
    """

    clients: ClassVar[tuple[str, ...]]

    def __init__(self, desk: Desk) -> None:
        """Draw what is the campaign's own."""
        ...

    def work(self, order: Order) -> Act:
        """Do one piece of work."""
        ...


def watched(act: Act, sees: Callable[[Reply], None]) -> Act:
    """An act whose replies are looked at on their way."""
    ask = next(act, None)
    while ask is not None:
        reply = yield ask
        sees(reply)
        try:
            ask = act.send(reply)
        except StopIteration:
            return
