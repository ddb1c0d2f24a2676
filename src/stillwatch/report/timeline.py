"""The picture of threads over time: one row a thread, one bar a stay on an account.

A small triangle stands over a bar whose thread has just moved there from another account. Accounts
are told apart by letters as well as by colour.
"""

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from msgspec import Struct

from stillwatch.report.drawing import NARROW, WIDE, Picture, Row, colour, picture
from stillwatch.report.model import Span, Timeline
from stillwatch.report.words import count, moment

MOST_THREADS: Final = 60
MOST_WAYS: Final = 12
MOST_HOPS: Final = 40

_THREAD_HEIGHT: Final = 19


def timeline(threads: Timeline, marks: Mapping[str, str]) -> Picture | None:
    """When threads ran and on which account; None without threads.

    Threads that moved between accounts come before others when not all can be shown, then those
    with most exchanges.

    Args:
        threads: the threads.
        marks: the letter of every account.
    """
    by_thread: defaultdict[int, list[Span]] = defaultdict(list)
    for span in threads.spans:
        by_thread[span.thread].append(span)
    if not by_thread:
        return None
    stays = [sorted(spans, key=lambda s: (s.start_us, s.account)) for spans in by_thread.values()]
    stays.sort(key=_importance)
    shown = sorted(stays[:MOST_THREADS], key=lambda spans: (spans[0].start_us, spans[0].thread))
    hidden = len(stays) - len(shown) + threads.left_out
    return picture(
        "timeline",
        _timeline_rows(shown, marks),
        _timeline_sizes(shown, many=len({s.account for spans in shown for s in spans}) > 1),
        _timeline_words(shown),
        f"{count(hidden, 'thread')} more not shown." if hidden else "",
    )


class Hop(Struct, frozen=True):
    """A stay of a thread on an account, as a step of its way."""

    letter: str
    colour: str
    exchanges: int


class Way(Struct, frozen=True):
    """The way of one thread through accounts; `left_out` stays are not shown."""

    thread: int
    hops: tuple[Hop, ...]
    left_out: int


def ways(threads: Timeline, marks: Mapping[str, str]) -> tuple[Way, ...]:
    """The ways of the threads that moved most, stay by stay, in order of their numbers.

    Args:
        threads: the threads.
        marks: the letter of every account.
    """
    places = {account: place for place, account in enumerate(marks)}
    by_thread: defaultdict[int, list[Span]] = defaultdict(list)
    for span in threads.spans:
        if span.moved:
            by_thread[span.thread].append(span)
    chosen = sorted(by_thread, key=lambda thread: (-len(by_thread[thread]), thread))[:MOST_WAYS]
    return tuple(
        Way(
            thread=thread,
            hops=tuple(
                Hop(marks[stay.account], colour(places[stay.account]), stay.exchanges)
                for stay in sorted(by_thread[thread], key=lambda s: (s.start_us, s.account))
            )[:MOST_HOPS],
            left_out=max(0, len(by_thread[thread]) - MOST_HOPS),
        )
        for thread in sorted(chosen)
    )


def _importance(spans: list[Span]) -> tuple[bool, int, int]:
    return (not spans[0].moved, -sum(span.exchanges for span in spans), spans[0].thread)


def _timeline_rows(shown: list[list[Span]], marks: Mapping[str, str]) -> dict[str, list[Row]]:
    """The rows of every data set of the timeline's specification; times in milliseconds."""
    places = {account: place for place, account in enumerate(marks)}
    data: dict[str, list[Row]] = {"threads": [], "stays": [], "hops": [], "span": []}
    for row, spans in enumerate(shown):
        persons = sorted({span.person for span in spans if span.person is not None})
        data["threads"].append(
            {
                "row": row,
                "number": str(spans[0].thread),
                "path": _path([marks[span.account] for span in spans]),
                "moved": spans[0].moved,
                "person": ", ".join(map(str, persons)),
            }
        )
        data["stays"] += [
            {
                "row": row,
                "start": span.start_us // 1000,
                "end": span.end_us // 1000,
                "colour": colour(places[span.account]),
            }
            for span in spans
        ]
        data["hops"] += [
            {"row": row, "from": before.end_us // 1000, "to": after.start_us // 1000}
            for before, after in pairwise(spans)
            if before.account != after.account
        ]
    everything = [span for spans in shown for span in spans]
    start = min(span.start_us for span in everything) // 1000
    end = max(span.end_us for span in everything) // 1000
    data["span"].append({"start": start, "end": max(end, start + 1000)})
    return data


def _path(stays: list[str]) -> str:
    """The accounts that a thread went through, shortened after the third."""
    return " → ".join(stays[:3]) + (" …" if len(stays) > 3 else "")


def _timeline_sizes(
    shown: list[list[Span]], *, many: bool
) -> list[tuple[int, int, dict[str, float]]]:
    persons = any(span.person is not None for spans in shown for span in spans)
    longest = max(len(spans) for spans in shown) if many else 0
    labels = {0: 36, 1: 88, 2: 96, 3: 118}.get(longest, 134)
    signals: dict[str, float] = {
        "row": _THREAD_HEIGHT,
        "left": labels,
        "right": 44 if persons else 6,
        "accounts": int(many),
        "persons": int(persons),
    }
    height = 24 + _THREAD_HEIGHT * len(shown) + 26
    return [(width, height, signals) for width in (WIDE, NARROW)]


def _timeline_words(shown: list[list[Span]]) -> str:
    everything = [span for spans in shown for span in spans]
    accounts = len({span.account for span in everything})
    moved = sum(1 for spans in shown if spans[0].moved)
    start = min(span.start_us for span in everything)
    end = max(span.end_us for span in everything)
    return (
        f"{count(len(shown), 'thread')} on {count(accounts, 'account')} from {moment(start)} to "
        f"{moment(end)}; {moved or 'none'} of them moved between accounts."
    )
