"""The same announcement of the date in two formats."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stillwatch.marks.foreign.model import MOST_MARKS, Channel, Hit, Mark
from stillwatch.marks.foreign.view import View

# Begins with a rare word, and looks at what is before it only then: ten times as fast.
_DATE = (
    r"ate(?: is|:|>| =|=)?[\s\"'>:]{0,3}"
    r"(?P<date>\d{1,4}(?P<separator>[-/.])\d{1,2}(?P=separator)\d{1,4})(?!\d)"
)
# Two patterns that begin with a fixed letter are found faster than one that begins with either.
_DATES = (re.compile("d" + _DATE), re.compile("D" + _DATE))
_BEFORE = re.compile(r".*(?:[Tt]oday(?:.s)?|[Cc]urrent)[ _]?", re.DOTALL)
_LONGEST_BEFORE = 8


@dataclass(frozen=True, slots=True)
class Announced:
    """A date that a text announces as today's.

    Attributes:
        start: its offset.
        text: the date as written.
        format: order and separator, as `year-first -` or `year-last /`.
    """

    start: int
    text: str
    format: str


def announced(text: str) -> list[Announced]:
    """Every announcement of today's date that is written in figures."""
    return [
        Announced(found.start("date"), found["date"], _format(found["date"], found["separator"]))
        for pattern in _DATES
        for found in pattern.finditer(text)
        if _BEFORE.fullmatch(text, max(0, found.start() - _LONGEST_BEFORE), found.start())
    ]


def quick(view: View) -> bool:
    """Whether a date may be announced."""
    text = view.text
    return ("date" in text or "Date" in text) and ("oday" in text or "urrent" in text)


def find(view: View) -> Iterator[Hit]:
    """Announcements in another format than the first of the text."""
    dates = announced(view.text)
    if len({date.format for date in dates}) > 1:
        odd = [date for date in dates if date.format != dates[0].format]
        yield flip(odd, f"the first of the same text, {dates[0].text}")


def flip(odd: Sequence[Announced], usual: str) -> Hit:
    """A hit for dates that are written unlike others."""
    marks = tuple(Mark(date.start, date.text) for date in odd[:MOST_MARKS])
    says = f"Today's date is announced as {odd[0].text}, unlike {usual}."
    twin = "" if len(odd) > 1 else "A person who writes today's date another way than the client."
    return Hit("possible", says, marks, len(odd), twin=twin)


def _format(date: str, separator: str) -> str:
    groups = date.split(separator)
    order = "year-first" if len(groups[0]) == 4 else "year-last"
    return f"{order} {separator}"


CHANNEL = Channel(
    id="date-format",
    title="Date in another format",
    looks="2026/11/22 or 22.11.2026 where the same client writes 2026-11-22.",
    twin="An update of the client, another language setting, a tool that announces the date too.",
    find=find,
    quick=quick,
)
