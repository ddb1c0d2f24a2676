"""Digits of another script inside a number."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.view import View

_NUMBER = re.compile(r"\d[\d.,:/-]*")


def find(view: View) -> Iterator[Hit]:
    """Those in a number that has ASCII digits as well."""
    odd: list[int] = []
    end = 0
    for at in view.at(classes.DIGIT):
        if at < end:
            continue
        start = at
        while start > max(0, at - 40) and _NUMBER.fullmatch(view.text[start - 1] + "0"):
            start -= 1
        found = _NUMBER.match(view.text, start)
        end = found.end() if found else at + 1
        number = view.text[start:end]
        if any("0" <= char <= "9" for char in number):
            odd += [start + n for n, char in enumerate(number) if char.isdigit() and char > "9"]
    if odd:
        says = f"{len(odd)} digits of another script inside ordinary numbers."
        yield Hit("likely", says, marks_at(view.text, odd), len(odd))


CHANNEL = Channel(
    id="look-alike-digits",
    title="Digits of another script",
    looks="A digit: of Arabic, Indic, mathematical or other kind inside a number in ASCII.",
    twin="Hardly anybody: people write a whole number in one kind.",
    find=find,
    classes=frozenset({classes.DIGIT}),
)
