"""Soft hyphens, which show only where a line breaks."""

import re
from collections import defaultdict
from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.view import View

SOFT = "\u00ad"
_LEAST = 3
_WORD = re.compile(r"[^\W_]+(?:\u00ad+[^\W_]+)+")


def find(view: View) -> Iterator[Hit]:
    """Where no word divides; in the same words differently; in a client's own text, any."""
    text, at = view.text, view.at(classes.SOFT_HYPHEN)
    odd = [one for one in at if not _divides(text, one)]
    if len(odd) >= _LEAST or any(text[one + 1 : one + 2] == SOFT for one in odd):
        says = f"{len(odd)} soft hyphens where no word can be divided."
        yield Hit("likely", says, marks_at(text, odd), len(odd))
    elif fickle := _fickle(text, at):
        says = f"Soft hyphens in other places each time in {fickle} words that come again."
        yield Hit("likely", says, marks_at(text, at), len(at))
    elif view.own and at:
        says = f"{len(at)} soft hyphens in a client's own text."
        yield Hit("possible", says, marks_at(text, at), len(at))


def _divides(text: str, at: int) -> bool:
    return text[max(0, at - 1) : at].isalpha() and text[at + 1 : at + 2].isalpha()


def _fickle(text: str, at: list[int]) -> int:
    """Words of which three or more copies differ in their soft hyphens."""
    if len(at) < 2 * _LEAST:
        return 0
    forms: dict[str, set[str]] = defaultdict(set)
    for found in _WORD.finditer(text):
        forms[found.group().replace(SOFT, "").lower()].add(found.group().lower())
    fickle = sum(len(ways) > 1 for ways in forms.values())
    return fickle if fickle >= _LEAST else 0


CHANNEL = Channel(
    id="soft-hyphens",
    title="Soft hyphens",
    looks="Nothing, but at the end of a line: U+00AD.",
    twin="Text pasted from web pages and books, where every long word has them in its joints.",
    find=find,
    classes=frozenset({classes.SOFT_HYPHEN}),
)
