"""Code points that are no characters."""

from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.model import MOST_MARKS, Channel, Hit, Mark, marks_at
from stillwatch.marks.foreign.view import View

_LEAST_HALVES = 2


def find(view: View) -> Iterator[Hit]:
    """Unassigned code points; halves of surrogate pairs in a row, or in a client's own text."""
    at = view.at(classes.UNASSIGNED)
    if at:
        says = f"{len(at)} code points that Unicode has given to no character."
        yield Hit("likely", says, marks_at(view.text, at), len(at))
    runs = view.runs(classes.SURROGATE)
    rows = [run for run in runs if view.own or run[1] - run[0] >= _LEAST_HALVES]
    if rows:
        marks = tuple(Mark(start, view.text[start : min(end, start + 8)]) for start, end in rows)
        count = sum(end - start for start, end in rows)
        yield Hit("possible", f"{count} halves of characters.", marks[:MOST_MARKS], count)


CHANNEL = Channel(
    id="unassigned",
    title="Code points without a character",
    looks="A box or nothing: code points that Unicode has not assigned, or never will.",
    twin="Characters newer than this scanner's tables; text cut in the middle of an emoji.",
    find=find,
    classes=frozenset({classes.UNASSIGNED, classes.SURROGATE}),
)
