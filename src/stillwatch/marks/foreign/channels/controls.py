"""Control characters other than line ends, tabs and what terminals understand."""

import re
from collections.abc import Iterator

import numpy as np

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.codes import alternates
from stillwatch.marks.foreign.model import Channel, Hit, Sure, marks_at
from stillwatch.marks.foreign.view import CONTROL, View, joined

_C0 = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LEAST_OF_SECOND = 4
# What terminals, manual pages and old files write: ANSI sequences, overstriking, page breaks.
_ORDINARY = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])|\x08(?<=[^\n]\x08)|\x0c"
)


def quick(view: View) -> bool:
    """Whether there is any control character."""
    if not view.present.isdisjoint({classes.CONTROL}) or "\x7f" in view.text:
        return True
    if view.short:
        return bool(_C0.search(view.text))
    return bool(np.any(view.bits & CONTROL))


def find(view: View) -> Iterator[Hit]:
    """Several kinds beside each other or in turns; in a client's own text, any."""
    at = _odd(view)
    kinds = [ord(view.text[one]) for one in at]
    mixed = any(len(set(view.text[start:end])) > 1 for start, end in joined(at))
    if at and (view.own or mixed or alternates(kinds, _LEAST_OF_SECOND)):
        says = f"{len(at)} control characters of {len(set(kinds))} kinds."
        sure: Sure = "likely" if mixed or len(set(kinds)) > 1 else "possible"
        yield Hit(sure, says, marks_at(view.text, at), len(at))


def _odd(view: View) -> list[int]:
    found, end = set[int](), 0
    for at in np.flatnonzero(view.bits & CONTROL).tolist():
        if sequence := _ORDINARY.match(view.text, at):
            end = max(end, sequence.end())
        if at >= end:
            found.add(at)
    at = view.text.find("\x7f")
    while at >= 0:
        found.add(at)
        at = view.text.find("\x7f", at + 1)
    found.update(one for one in view.at(classes.CONTROL) if not _mojibake(view, one))
    return sorted(found)


def _mojibake(view: View, at: int) -> bool:
    """Whether a C1 control is a byte of UTF-8 that was read as Latin-1."""
    return any("\u00c2" <= char <= "\u00f4" for char in view.text[max(0, at - 3) : at])


CHANNEL = Channel(
    id="control-characters",
    title="Control characters",
    looks="Nothing, or a box: U+0000 to U+001F without tab and line ends, U+007F to U+009F.",
    twin=(
        "Output of terminals, which is left out here; text that lost a byte of each curly quote; "
        "hyphens of a PDF."
    ),
    find=find,
    quick=quick,
)
