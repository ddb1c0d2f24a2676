"""Letters of mathematics, Roman numerals and circled letters inside ordinary words."""

import unicodedata
from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.scripts import wide
from stillwatch.marks.foreign.view import View

_LEAST_ASCII = 2


def find(view: View) -> Iterator[Hit]:
    """Those in a word whose other letters are ASCII."""
    at = [one for one in view.at(classes.STYLED) if _plain(view.text[one]) and _in_word(view, one)]
    at = [one for one in at if not wide(view.around(one))]  # where Roman numerals are one character
    if at:
        says = f"{len(at)} letters of another style inside ordinary words."
        yield Hit("likely", says, marks_at(view.text, at), len(at))


def _plain(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and folded.isascii() and folded.isalpha() else ""


def _in_word(view: View, at: int) -> bool:
    """Whether two ASCII letters stand beside it, or one on either side."""
    front, back = view.text[max(0, at - 2) : at], view.text[at + 1 : at + 3]
    near = _letters(front[::-1]) + _letters(back)
    return near > _LEAST_ASCII or (near == _LEAST_ASCII and bool(_letters(front[::-1])))


def _letters(text: str) -> int:
    count = 0
    for char in text:
        if not (char.isascii() and char.isalpha()):
            break
        count += 1
    return count


CHANNEL = Channel(
    id="styled-letters",
    title="Letters of another style",
    looks="A letter, a little bolder or rounder: mathematical, circled, Roman numerals.",
    twin="Formulas; words written in them as a whole, for show.",
    find=find,
    classes=frozenset({classes.STYLED}),
)
