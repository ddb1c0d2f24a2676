"""When people work and how much: drawn from traces of real developers, users and programs.

A person's rhythm follows from their seed alone. A day's sessions follow from the person and the
date, so a span of time can be looked at without looking at all the days before it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import accumulate
from typing import Literal
from zoneinfo import ZoneInfo

from stillwatch_range.model import SECOND_US
from stillwatch_range.people.tables import at, drawn, quantiles, rows, whole
from stillwatch_range.seeds import draw_for

Habit = Literal["developer", "heavy", "chat", "program"]
HABITS: tuple[Habit, ...] = ("developer", "heavy", "chat", "program")
MOST_SESSIONS = 40
MOST_CALLS = 600
BUDGET = 28
"""Answers of the model after which people start anew: about 60 messages."""
ANSWER_S = 11.0
CHAT_SESSIONS = 1.3
SHIFT_H = 1.7
NIGHT_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How somebody's weeks look.

    Attributes:
        habit: what kind of work they do with a model.
        active: share of days on which they use it.
        sessions: mean number of sessions on such a day; calls, of a program.
        turns: factor on the turns of a session.
        shift_h: hours that their day lies later than the average one.
        evenings: works by developers' own hours, late in the day, in place of office hours.
        agents: share of sessions with sub-agents.
        batch: a program that runs at a fixed hour in place of all day.
    """

    habit: Habit
    active: float
    sessions: float
    turns: float
    shift_h: float
    evenings: bool
    agents: float
    batch: bool


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session before it is played.

    Attributes:
        start_us: in microseconds since the epoch.
        steps: answers of the model for each turn.
        waits_s: how long the person thinks before each turn, in seconds.
        number: of the sitting on its day.
        day: local date, as an ordinal.
    """

    start_us: int
    steps: tuple[int, ...]
    waits_s: tuple[float, ...]
    number: int
    day: int


@lru_cache(maxsize=4096)
def rhythm(seed: int, habit: Habit, rate: float = 1.0) -> Rhythm:
    """The rhythm of a person.

    Args:
        seed: the person's.
        habit: what kind of work they do.
        rate: factor on how often they do it.
    """
    draw = draw_for(seed, "rhythm")
    share = draw.random()
    # How unequal people are: requests of one person by those of the middle one, in square root,
    # since days and sessions are unequal by themselves.
    volume = min(12.0, (at(quantiles("user_volume"), share) / 2) ** 0.5)
    heavy = habit == "heavy"
    active = drawn(draw, "active_days")
    means = {
        "developer": sum(quantiles("sessions_a_day")) / len(quantiles("sessions_a_day")),
        "heavy": 5.0,
        "chat": CHAT_SESSIONS,
        "program": 30.0,
    }
    return Rhythm(
        habit=habit,
        active=min(1.0, (0.85 + 0.15 * active) if heavy or habit == "program" else 0.25 + active),
        sessions=rate * means[habit] * (volume if not heavy else max(1.0, volume) ** 0.5),
        turns=1.5 if heavy else 1.0,
        shift_h=draw.gauss(0, SHIFT_H),
        evenings=habit != "program" and draw.random() < NIGHT_SHARE,
        agents=0.5 if heavy else 0.0834 * 2 * draw.random(),
        batch=draw.random() < 0.5,
    )


def sittings(seed: int, about: Rhythm, zone: str, start_us: int, end_us: int) -> Iterator[Sitting]:
    """Everything that somebody begins in a span of time, in order.

    Args:
        seed: the person's.
        about: their rhythm.
        zone: IANA time zone that they live by.
        start_us: begin of the span, in microseconds since the epoch.
        end_us: its end, which is not in it.
    """
    place = _zone(zone)
    first = datetime.fromtimestamp(start_us / SECOND_US, place).date() - timedelta(days=1)
    last = datetime.fromtimestamp(end_us / SECOND_US, place).date()
    waiting: list[Sitting] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        waiting += _day(seed, about, place, date.fromordinal(ordinal))
        waiting.sort(key=lambda sitting: sitting.start_us)
        # A day's sittings may run into the next day; none begins before its own day does.
        edge_us = _midnight_us(place, date.fromordinal(ordinal + 1))
        while waiting and waiting[0].start_us < edge_us:
            sitting = waiting.pop(0)
            if start_us <= sitting.start_us < end_us:
                yield sitting
    yield from (sitting for sitting in waiting if start_us <= sitting.start_us < end_us)


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=65536)
def _midnight_us(place: ZoneInfo, day: date) -> int:
    return int(datetime.combine(day, time(), place).astimezone(UTC).timestamp()) * SECOND_US


def _day(seed: int, about: Rhythm, place: ZoneInfo, day: date) -> list[Sitting]:
    draw = draw_for(seed, "day", day.toordinal())
    weekday = day.weekday()
    busy = 1.0 if about.habit == "program" and not about.batch else weekdays()[weekday]
    if draw.random() >= min(1.0, about.active * busy):
        return []
    base_us = _midnight_us(place, day)
    if about.habit == "program":
        return _calls(draw, about, base_us, weekday, day.toordinal())
    count = min(MOST_SESSIONS, whole(draw, about.sessions))
    made: list[Sitting] = []
    for _ in range(count):
        begun_us = base_us + int(_hour(draw, about, weekday) * 3600 * SECOND_US)
        made += _split(draw, about, begun_us, len(made), day.toordinal())
    return made


def _hour(draw: random.Random, about: Rhythm, weekday: int) -> float:
    table = evenings() if about.evenings else hours()[weekday]
    hour = _pick(draw, table) + draw.random() + about.shift_h
    return hour % 24


def _split(
    draw: random.Random, about: Rhythm, begun_us: int, number: int, day: int
) -> list[Sitting]:
    """A session, cut where its context would grow too long."""
    turns = max(1, whole(draw, _turns(draw, about)))
    made: list[Sitting] = []
    steps: list[int] = []
    waits: list[float] = []
    start_us, clock_us = begun_us, begun_us
    for _ in range(turns):
        count = _steps(draw, about)
        wait_s = drawn(draw, "chat_gap_s" if about.habit == "chat" else "think_s")
        if steps and sum(steps) + count > BUDGET:
            made.append(Sitting(start_us, tuple(steps), tuple(waits), number + len(made), day))
            clock_us += int(wait_s * SECOND_US)
            start_us, steps, waits = clock_us, [], []
        steps.append(count)
        waits.append(wait_s)
        clock_us += int((wait_s + count * ANSWER_S) * SECOND_US)
    made.append(Sitting(start_us, tuple(steps), tuple(waits), number + len(made), day))
    return made


def _turns(draw: random.Random, about: Rhythm) -> float:
    if about.habit == "chat":
        return min(20.0, drawn(draw, "chat_turns"))
    name = "session_turns" if draw.random() < 0.5 else "claude_turns"
    return min(60.0, drawn(draw, name) * about.turns)


def _steps(draw: random.Random, about: Rhythm) -> int:
    return 1 if about.habit == "chat" else max(1, min(BUDGET - 4, int(drawn(draw, "steps"))))


def _calls(
    draw: random.Random, about: Rhythm, base_us: int, weekday: int, day: int
) -> list[Sitting]:
    """A day's calls of a program: in one run, or spread over the day in bursts."""
    count = min(MOST_CALLS, whole(draw, about.sessions * (0.6 + 0.8 * draw.random())))
    if about.batch:
        at_s = (about.shift_h * 5 % 24) * 3600 + draw.random() * 120
        gap_s = 2 + drawn(draw, "tool_s")
        times = list(accumulate((draw.expovariate(1 / gap_s) for _ in range(count)), initial=at_s))
    else:
        table = hours()[min(weekday, 4)]
        times = sorted((_pick(draw, table) + draw.random()) * 3600 for _ in range(count))
    return [
        Sitting(base_us + int(at_s * SECOND_US), (1,), (0.0,), number, day)
        for number, at_s in enumerate(times[:count])
    ]


@cache
def hours() -> tuple[tuple[float, ...], ...]:
    """Running shares of the hours of each day of the week, Monday first; the night kept thin."""
    counts = [[1.0] * 24 for _ in range(7)]
    for weekday, hour, number in rows("week"):
        counts[int(weekday)][int(hour)] += number
    return tuple(_running(day) for day in counts)


@cache
def evenings() -> tuple[float, ...]:
    """Running shares of the hours in which developers type, by people rather than by prompts."""
    counts = [0.2] * 24
    for hour, _, people in rows("developer_hours"):
        counts[int(hour)] += people
    return _running(counts)


@cache
def weekdays() -> tuple[float, ...]:
    """How busy each day of the week is, Monday first; the busiest is 1."""
    totals = [0.0] * 7
    for weekday, _, number in rows("week"):
        totals[int(weekday)] += number
    return tuple(total / max(totals) for total in totals)


def _running(counts: list[float]) -> tuple[float, ...]:
    total = sum(counts)
    return tuple(accumulate(count / total for count in counts))


def _pick(draw: random.Random, running: tuple[float, ...]) -> int:
    roll = draw.random()
    return next((hour for hour, share in enumerate(running) if roll < share), 23)
