"""Runs a cell: the earliest request of all its actors goes first."""

import heapq
from collections.abc import Iterable, Iterator

from stillwatch_range.model import Actor, Ask, Cell


def run(cell: Cell, end_us: int) -> None:
    """Run a cell until its actors are done or the scenario ends.

    Args:
        cell: its actors write through their roads.
        end_us: requests from here on are not sent.
    """
    waiting: list[tuple[int, int, Actor, Ask]] = []
    number = 0
    for actor in _and_none(cell.actors):
        while waiting and (actor is None or waiting[0][0] <= actor.starts_us):
            at_us, _, due, ask = heapq.heappop(waiting)
            if at_us >= end_us:
                continue
            number += 1
            _wait(waiting, number, due, _go_on(due, ask))
        if actor is not None:
            number += 1
            _wait(waiting, number, actor, next(actor.act, None))


def _go_on(actor: Actor, ask: Ask) -> Ask | None:
    try:
        return actor.act.send(actor.road.send(ask))
    except StopIteration:
        return None


def _wait(
    waiting: list[tuple[int, int, Actor, Ask]], number: int, actor: Actor, ask: Ask | None
) -> None:
    if ask is not None:
        heapq.heappush(waiting, (ask.at_us, number, actor, ask))


def _and_none(actors: Iterable[Actor]) -> Iterator[Actor | None]:
    yield from actors
    yield None
