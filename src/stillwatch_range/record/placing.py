"""Places recorded turns in the time of the story.

A recording runs many sessions at once and nobody thinks between turns. Each human turn is moved as
a whole to where the story wants it; what happens inside a turn keeps its pace.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stillwatch_range.record.story import Session
from stillwatch_range.record.tape import Take

SETUP_S = 1800.0
"""Files that were made this long before a session belong to its recording."""

Spans = Mapping[tuple[str, int], tuple[float, float]]
"""Begin and end of each recorded turn, by session and number of the turn, in seconds."""


@dataclass(frozen=True)
class Slot:
    """One human turn: when it was recorded, and how far it moves."""

    begun_s: float
    ended_s: float
    shift_s: float


Slots = Mapping[int, Slot]
"""The slots of a session by the number of the turn, in order."""


class Calendar:
    """Where every turn of every session goes."""

    def __init__(self, slots: Mapping[str, Slots], start_s: float) -> None:
        """Take the slots of each session, by its id, and when the story starts."""
        self._slots = slots
        self.start_s = start_s

    def placed_s(self, session: str, time_s: float) -> float:
        """The time in the story for a time in the recording of a session."""
        slots = list(self._slots[session].values())
        slot = next((slot for slot in slots if time_s <= slot.ended_s), slots[-1])
        return time_s + slot.shift_s

    def take_s(self, take: Take) -> float:
        """When a recorded exchange begins in the story."""
        return take.time_s + self._slots[take.session][take.turn].shift_s

    def covers(self, session: str, time_s: float) -> bool:
        """Whether a time lies within the recording, from the making of its machines on."""
        slots = list(self._slots[session].values())
        return slots[0].begun_s - SETUP_S <= time_s <= slots[-1].ended_s + 60


def spans_of(takes: Iterable[Take]) -> Spans:
    """When each turn was recorded."""
    spans: dict[tuple[str, int], tuple[float, float]] = {}
    for take in takes:
        key = take.session, take.turn
        ended = take.time_s + take.duration_ms / 1000
        begun, last = spans.get(key, (take.time_s, ended))
        spans[key] = min(begun, take.time_s), max(last, ended)
    return spans


def place(
    session: Session, spans: Spans, start_s: float, waits_s: Iterable[float]
) -> tuple[Slots, float]:
    """Place the turns of a session one after the other.

    Args:
        session: what was played.
        spans: when its turns were recorded; a turn may be missing.
        start_s: when its first request arrives in the story.
        waits_s: how long the person thinks before each further turn.

    Returns:
        The slots, and when the last one ends in the story.
    """
    cursor = start_s
    slots: dict[int, Slot] = {}
    waits = iter(waits_s)
    for turn in range(len(session.turns)):
        if turn:
            cursor += next(waits)
        if (session.id, turn) not in spans:
            continue
        begun, ended = spans[session.id, turn]
        slots[turn] = Slot(begun, ended, cursor - begun)
        cursor += ended - begun
    return slots, cursor


def by_story(sessions: Iterable[Session], takes: Iterable[Take], start_s: float) -> Calendar:
    """Place sessions at their own times, with their turns' own waits."""
    spans = spans_of(takes)
    slots = {}
    for session in sessions:
        waits = [turn.wait_s for turn in session.turns[1:]]
        placed, _ = place(session, spans, session.start_s, waits)
        if placed:
            slots[session.id] = placed
    return Calendar(slots, start_s)
