"""Tabs in place of spaces between words."""

from collections.abc import Iterator

import numpy as np

from stillwatch.marks.foreign.codes import LEAST
from stillwatch.marks.foreign.mixtures import Pair, best, gaps, mixture, read, worth
from stillwatch.marks.foreign.model import Channel, Hit
from stillwatch.marks.foreign.view import BLANK, TAB, View

_GAPS = gaps("[ \t]")
_PAIR = Pair("a tab between words", "a space", " ", "tabs between words")


def quick(view: View) -> bool:
    """Whether there are enough single tabs between words."""
    return view.text.count("\t") >= LEAST and len(_tabs(view)) >= LEAST


def find(view: View) -> Iterator[Hit]:
    """Tabs and spaces in turns, if they spell a text; in a client's own text, at all."""
    if not worth(view, _tabs(view), " "):
        return
    yield from best(
        mixture(
            view,
            read(view.text, gap, "\t".__eq__),
            _PAIR,
            LEAST if view.own and gap is _GAPS[0] else None,
        )
        for gap in _GAPS
    )


def _tabs(view: View) -> list[int]:
    """Offsets of single tabs within lines."""
    solid = ((view.bits & (BLANK | TAB)) == 0) & (view.codes != 0x0A)
    tabs = solid[:-2] & ((view.bits[1:-1] & TAB) != 0) & solid[2:]
    offsets: list[int] = (np.flatnonzero(tabs) + 1).tolist()
    return offsets


CHANNEL = Channel(
    id="tabs",
    title="Tabs between words",
    looks="A gap between words that is a tab.",
    twin="Tables pasted from a spreadsheet or a web page, which are left out.",
    find=find,
    quick=quick,
)
