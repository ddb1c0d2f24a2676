"""Sessions and the roads that they take, merged into the actors of a cell."""

import heapq
from collections.abc import Iterable, Iterator

from stillwatch_range.clients import open_client
from stillwatch_range.model import Actor, Road, Session, World
from stillwatch_range.play import play

Journey = tuple[Session, Road]


def along(sessions: Iterable[Session], road: Road) -> Iterator[Journey]:
    """Sessions that all take one road."""
    return ((session, road) for session in sessions)


def actors(world: World, *streams: Iterable[Journey]) -> Iterator[Actor]:
    """The actors of streams of work, made one by one.

    Args:
        world: nothing starts outside its span.
        streams: each in the order of time.
    """
    merged = heapq.merge(*streams, key=lambda journey: journey[0].start_us)
    inside = (one for one in merged if world.start_us <= one[0].start_us < world.end_us)
    for number, (session, road) in enumerate(inside):
        yield Actor(session.start_us, road, play(session, open_client(session, world, number)))
