"""Letters that look like digits inside a date or a time."""

import re
from collections.abc import Iterator

import numpy as np

from stillwatch.marks.foreign.model import MOST_MARKS, Channel, Hit, Mark
from stillwatch.marks.foreign.view import HEX, LOWER, ROUND, UPPER, Offsets, View

_DATE = re.compile(
    r"(?<![\w-])(?:[0-9OoIl]{4}([-/.])[0-9OoIl]{1,2}\1[0-9OoIl]{1,2}|"
    r"[0-9OoIl]{1,2}([-/.])[0-9OoIl]{1,2}\2[0-9OoIl]{4})(?![\w-])"
)
_BESIDE = re.compile("[0-9][OoIl]|[OoIl][0-9]")
_LEAST_DIGITS = 4
_LONGEST = 10
_DIGIT = {"O": "0", "o": "0", "I": "1", "l": "1"}


def quick(view: View) -> bool:
    """Whether such a letter stands beside a digit anywhere."""
    if view.short:
        return bool(_BESIDE.search(view.text))
    return bool(len(_beside(view)))


def find(view: View) -> Iterator[Hit]:
    """Dates that hold digits and such letters."""
    at = dict.fromkeys(one for near in _beside(view).tolist() for one in _in_date(view.text, near))
    if at:
        says = f"{len(at)} letters that look like digits inside dates."
        marks = tuple(
            Mark(one, view.text[one], _DIGIT[view.text[one]]) for one in [*at][:MOST_MARKS]
        )
        yield Hit("likely", says, marks, len(at))


def _beside(view: View) -> Offsets:
    """Offsets of such letters and digits beside each other."""
    bits = view.bits
    digit = ((bits & HEX) != 0) & ((bits & (UPPER | LOWER)) == 0)
    like = (bits & ROUND) != 0
    return np.flatnonzero((digit[:-1] & like[1:]) | (like[:-1] & digit[1:]))


def _in_date(text: str, near: int) -> list[int]:
    """Offsets of letters in the date that stands at an offset, if one does."""
    start = max(0, near - _LONGEST)
    for found in _DATE.finditer(text, start, near + _LONGEST):
        date = found.group()
        if sum(char.isdigit() for char in date) >= _LEAST_DIGITS:
            return [found.start() + n for n, char in enumerate(date) if char in "OoIl"]
    return []


CHANNEL = Channel(
    id="date-digits",
    title="Letters for digits in dates",
    looks="2O26-11-22: O, o, I or l in place of 0 or 1.",
    twin="Text read by a scanner of paper, and typewriters' habits.",
    find=find,
    quick=quick,
)
