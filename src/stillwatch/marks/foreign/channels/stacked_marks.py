"""Piles of combining marks."""

from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.model import MOST_MARKS, Channel, Hit, Mark
from stillwatch.marks.foreign.view import View

_LEAST_PILE = 4
_LEAST_PILES = 2


def find(view: View) -> Iterator[Hit]:
    """Four or more marks on one letter, twice or more."""
    runs = view.runs(classes.MARK, classes.GRAPHEME_JOINER)
    piles = [run for run in runs if run[1] - run[0] >= _LEAST_PILE]
    if len(piles) >= _LEAST_PILES:
        count = sum(end - start for start, end in piles)
        marks = tuple(
            Mark(start, view.text[start : min(end, start + 16)])
            for start, end in piles[:MOST_MARKS]
        )
        yield Hit("possible", f"{count} marks piled on {len(piles)} letters.", marks, count)


CHANNEL = Channel(
    id="stacked-marks",
    title="Piles of combining marks",
    looks="Letters that overflow their lines: four or more accents on one.",
    twin="Text distorted for fun.",
    find=find,
    classes=frozenset({classes.MARK}),
)
