"""Runs a campaign: harvest and cover in one stream of time, spread over accounts as they stand."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from stillwatch_range.campaigns.agents import HARNESSES
from stillwatch_range.campaigns.clock import Clock
from stillwatch_range.campaigns.cover import Cover
from stillwatch_range.campaigns.desk import Desk, Method, Order
from stillwatch_range.campaigns.lanes import Counts, Hired, Lane, Own
from stillwatch_range.campaigns.roster import Entry
from stillwatch_range.clients import open_client
from stillwatch_range.model import Act, Actor, Person, Road
from stillwatch_range.play import play

Kind = Literal["harvest", "cover"]
SESSION = 9.0
"""Requests of a person's or an agent's session, before any has ended."""
ENOUGH = 40
PULL = 1.5
"""How strongly a share of cover that is off is drawn back, once enough requests were sent."""
Doors = Callable[[int, str, str], Road]
"""A relay's door for a customer: number, time zone and language."""


@dataclass(slots=True)
class Operation:
    """A campaign at work.

    Attributes:
        desk: the campaign.
        method: how it harvests.
        entries: accounts by first use; customers of the relay where one carries everything.
        clock: its pace.
        cover: ordinary use, if any.
        doors: of the relay that carries everything, if there is one.
    """

    desk: Desk
    method: Method
    entries: Sequence[Entry]
    clock: Clock
    cover: Cover | None = None
    doors: Doors | None = None
    _admitted: int = field(init=False, default=0)
    _conversations: int = field(init=False, default=0)
    _counts: dict[Kind, Counts] = field(init=False)

    def __post_init__(self) -> None:
        """Know nothing yet of how large a piece of work is."""
        clients = self.desk.spec.clients
        agents = sum(client in HARNESSES for client in clients) / max(1, len(clients))
        harvest = 1 + (SESSION - 1) * agents
        self._counts = {"harvest": Counts(harvest), "cover": Counts(SESSION)}

    def actors(self) -> Iterator[Actor]:
        """Pieces of work in the order of their time, made one by one."""
        draw = self.desk.draw("pace")
        at_us, ends_us = self.desk.begins_us, self.desk.ends_us
        while True:
            kind: Kind = "cover" if draw.random() < self._covered() else "harvest"
            at_us = self.clock.after(draw, at_us, self._counts[kind].mean, ends_us)
            if at_us >= ends_us:
                return
            self._admit(at_us)
            if not len(self.desk.pool.dispatch):
                if self._admitted == len(self.entries):
                    return
                at_us = max(at_us, self.entries[self._admitted].from_us)
                continue
            yield self._actor(kind, at_us)

    def _covered(self) -> float:
        """Share of cover among pieces of work, so that it is right among requests."""
        wanted = self.desk.spec.cover
        if not wanted:
            return 0.0
        counts = self._counts
        sent = counts["cover"].sent + counts["harvest"].sent
        if sent > ENOUGH:
            # Sessions are of very unequal length: what came too much is held back for a while.
            wanted += PULL * (wanted - counts["cover"].sent / sent)
        wanted = min(1.0, max(0.0, wanted))
        cover = wanted / counts["cover"].mean
        harvest = (1 - wanted) / counts["harvest"].mean
        return cover / (cover + harvest)

    def _admit(self, at_us: int) -> None:
        """Open the accounts whose time has come."""
        while self._admitted < len(self.entries):
            if self.entries[self._admitted].from_us > at_us:
                return
            first = self._admitted < self.desk.spec.accounts or self.doors is not None
            self.desk.pool.dispatch.opens(self._admitted, shard=first)
            self._admitted += 1

    def _actor(self, kind: Kind, at_us: int) -> Actor:
        self._conversations += 1
        if kind == "harvest":
            lane, act = self._harvest(at_us)
        else:
            assert self.cover is not None
            lane, act = self._ordinary(self.cover, at_us)
        return Actor(at_us, lane, self._counted(kind, act))

    def _harvest(self, at_us: int) -> tuple[Lane, Act]:
        task = self.desk.pool.dispatch.next()
        seat = self.desk.pool.seats.of(task.account)
        lane = self._lane(task.account)
        order = Order(task.number, at_us, seat, lane, self._conversations)
        return lane, self.method.work(order)

    def _ordinary(self, cover: Cover, at_us: int) -> tuple[Lane, Act]:
        account = self.desk.pool.dispatch.any()
        number = cover.somebody(account, at_us)
        session = cover.session(number, at_us)
        client = open_client(session, self.desk.world, self._conversations)
        return self._cover_lane(account, number, session.person), play(session, client)

    def _cover_lane(self, account: int, number: int, person: Person) -> Lane:
        if self.doors is None:
            return Own(self.desk.pool, account, moves=self.desk.spec.cover_kind == "customers")
        customer = len(self.entries) + number
        return Hired(self.doors(customer, person.zone, person.language), customer)

    def _lane(self, account: int) -> Lane:
        if self.doors is None:
            return Own(self.desk.pool, account)
        operator = self.desk.operator
        return Hired(self.doors(account, operator.zone, operator.language), account)

    def _counted(self, kind: Kind, act: Act) -> Act:
        """An act whose requests are counted."""
        counts, sent = self._counts[kind], 0
        ask = next(act, None)
        while ask is not None:
            reply = yield ask
            sent += 1
            counts.sent += 1
            try:
                ask = act.send(reply)
            except StopIteration:
                break
        counts.pieces += 1
        counts.requests += sent
