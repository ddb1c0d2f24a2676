"""Variation selectors: 256 invisible characters, enough for a byte each."""

import unicodedata
from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.codes import LEAST, readable
from stillwatch.marks.foreign.model import MOST_PAYLOAD, Channel, Hit, Mark, Payload, marks_at
from stillwatch.marks.foreign.scripts import emoji
from stillwatch.marks.foreign.view import View

SCHEME = "variation selectors"
_FIRST, _SUPPLEMENT = 0xFE00, 0xE0100
_KEYCAPS = frozenset("#*0123456789\u203c\u2049\u2139\u3030\u303d\u24c2\u3297\u3299")
_EAST_ASIAN = frozenset("\u2018\u2019\u201c\u201d\u3001\u3002\uff01\uff0c\uff0e\uff1a\uff1b\uff1f")


def find(view: View) -> Iterator[Hit]:
    """A hit for each run of two or more, and one for all that stand alone after the wrong base."""
    runs = [run for run in view.runs(classes.SELECTOR) if not _belongs(view, *run)]
    for start, end in runs:
        if end - start > 1:
            text = view.text[start:end]
            yield _hit(text, (Mark(start, text[:MOST_PAYLOAD]),), likely=True)
    alone = [start for start, end in runs if end - start == 1]
    if alone:
        text = "".join(view.text[at] for at in alone)
        # An emoji that a program took out leaves its selector behind.
        left_over = set(text) <= {"\ufe0e", "\ufe0f"} and len(alone) < LEAST
        if view.own or not left_over:
            yield _hit(text, marks_at(view.text, alone), likely=not left_over)


def _belongs(view: View, start: int, end: int) -> bool:
    """Whether one selector stands after a character that has variants."""
    if end - start > 1 or not start:
        return False
    base, point = view.text[start - 1], ord(view.text[start])
    category = unicodedata.category(base)
    if point >= _SUPPLEMENT:
        return category == "Lo" and ord(base) >= 0x3005
    if point in {0xFE0E, 0xFE0F}:
        return emoji(base) or base in _KEYCAPS or category == "Sm"
    if 0x180B <= point <= 0x180D:
        return 0x1800 <= ord(base) <= 0x18AF
    return category in {"Lo", "Sm"} or base in _EAST_ASIAN or (base == "0" and point == _FIRST)


def _byte(char: str) -> int:
    point = ord(char)
    if point >= _SUPPLEMENT:
        return point - _SUPPLEMENT + 16
    return point - _FIRST if point >= _FIRST else point - 0x180B


def _hit(text: str, marks: tuple[Mark, ...], *, likely: bool) -> Hit:
    data = bytes(_byte(char) for char in text[:MOST_PAYLOAD])
    said = readable(data)
    says = f"{len(text)} variation selectors after characters without variants"
    if len(said) > 1:
        payload = Payload(SCHEME, said, data, 8 * len(text))
        return Hit("certain", f"{says}: {said[:80]!r}.", marks, len(text), payload=payload)
    payload = Payload(SCHEME, "", data, 8 * len(text))
    return Hit("likely" if likely else "possible", f"{says}.", marks, len(text), payload=payload)


CHANNEL = Channel(
    id="variation-selectors",
    title="Variation selectors",
    looks="Nothing at all: U+FE00 to U+FE0F and U+E0100 to U+E01EF, each of which can be a byte.",
    twin="Emoji, ideographs with variants, mathematics; an emoji removed without its selector.",
    find=find,
    classes=frozenset({classes.SELECTOR}),
)
