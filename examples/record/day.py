"""Places the recorded sessions in one day, by each person's working hours in their own zone.

Most sessions are drawn towards the hours in which most people work, so that customers of one relay
are at it at the same time, as in life.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from examples.record.pace import Pace
from stillwatch_range.record.placing import Calendar, Slot, Slots, Spans, place, spans_of
from stillwatch_range.record.story import Person, Session
from stillwatch_range.record.tape import Take

DAY_S = 86_400.0
REST_S = 90.0
CORE_S = (7.5 * 3600, 16.0 * 3600)
SHORTEST_CORE_S = 2 * 3600.0


def plan_day(sessions: Iterable[Session], takes: Iterable[Take], pace: Pace) -> Calendar:
    """Place all sessions that are on the tape."""
    spans = spans_of(takes)
    recorded = [session for session in sessions if (session.id, 0) in spans]
    start_s = min(begun for begun, _ in spans.values()) // DAY_S * DAY_S
    draw = random.Random("day")
    slots: dict[str, Slots] = {}
    for queue in _queues(recorded).values():
        open_s, close_s = (start_s + at for at in _open_hours(queue[0].person, start_s))
        if queue[0].burst:
            slots |= _burst(queue, spans, draw.uniform(open_s, close_s - 1200))
            continue
        core = (max(open_s, start_s + CORE_S[0]), min(close_s, start_s + CORE_S[1]))
        starts = _starts(len(queue), (open_s, close_s - 1800), core, draw)
        for number, session in enumerate(queue):
            if session.beside in slots:
                other = slots[session.beside][0]
                starts[number] = other.begun_s + other.shift_s + draw.uniform(15, 45)
        slots |= _queue(queue, spans, sorted(starts), pace)
    return Calendar(slots, start_s)


def _starts(
    count: int, hours: tuple[float, float], core: tuple[float, float], draw: random.Random
) -> list[float]:
    """When sessions begin: one anywhere in the working hours, the others in the busy hours."""
    first, last = core if core[1] - core[0] >= SHORTEST_CORE_S else hours
    starts = [draw.uniform(*hours), *(draw.uniform(first, last - 1800) for _ in range(count - 1))]
    return sorted(starts)


def _queues(sessions: Iterable[Session]) -> dict[tuple[str, str], list[Session]]:
    queues: dict[tuple[str, str], list[Session]] = {}
    for session in sessions:
        key = (
            ("burst", session.burst)
            if session.burst
            else (session.person.user, session.person.machine.host)
        )
        queues.setdefault(key, []).append(session)
    return queues


def _open_hours(person: Person, start_s: float) -> tuple[float, float]:
    """Working hours in seconds of the UTC day, cut where they leave it."""
    noon = dt.datetime.fromtimestamp(start_s + DAY_S / 2, ZoneInfo(person.zone))
    offset_s = (noon.utcoffset() or dt.timedelta()).total_seconds()
    first, last = (hour * 3600.0 - offset_s for hour in person.hours)
    return max(0.0, first), min(DAY_S, last)


def _burst(queue: list[Session], spans: Spans, at_s: float) -> dict[str, Slots]:
    base_s = min(spans[session.id, 0][0] for session in queue)
    return {session.id: {0: Slot(*spans[session.id, 0], at_s - base_s)} for session in queue}


def _queue(queue: list[Session], spans: Spans, starts: list[float], pace: Pace) -> dict[str, Slots]:
    cursor = 0.0
    placed: dict[str, Slots] = {}
    for session, start in zip(queue, starts, strict=True):
        waits = iter(pace.wait_s, None)
        placed[session.id], cursor = place(session, spans, max(cursor, start), waits)
        cursor += REST_S
    return placed
