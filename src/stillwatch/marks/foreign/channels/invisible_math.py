"""Invisible operators of mathematics, outside of formulas."""

from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.invisible import find as found
from stillwatch.marks.foreign.model import Channel, Hit
from stillwatch.marks.foreign.view import View


def find(view: View) -> Iterator[Hit]:
    """Those inside words, and those that take turns."""
    return found(view, classes.INVISIBLE_MATH, "invisible operator of mathematics")


CHANNEL = Channel(
    id="invisible-math",
    title="Invisible operators of mathematics",
    looks="Nothing at all: U+2061 to U+2064.",
    twin="Formulas that are pasted from the web have them between their letters.",
    find=find,
    classes=frozenset({classes.INVISIBLE_MATH}),
)
