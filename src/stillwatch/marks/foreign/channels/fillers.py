"""Hangul fillers: letters that are blank."""

from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.view import View

_HANGUL = ((0x1100, 0x11FF), (0x3131, 0x318E), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xFFA1, 0xFFDC))


def find(view: View) -> Iterator[Hit]:
    """Fillers without Hangul letters beside them."""
    at = [
        one
        for one in view.at(classes.FILLER)
        if not (_hangul(view.before(one)) or _hangul(view.char(one + 1)))
    ]
    if at:
        says = f"{len(at)} Hangul fillers, which are blank, without Hangul beside them."
        yield Hit("likely", says, marks_at(view.text, at), len(at))


def _hangul(char: str) -> bool:
    return bool(char) and any(first <= ord(char) <= last for first, last in _HANGUL)


CHANNEL = Channel(
    id="hangul-fillers",
    title="Hangul fillers",
    looks="A blank, or nothing: U+115F, U+1160, U+3164, U+FFA0.",
    twin="Old Hangul, which is left out here; names of players who want to seem nameless.",
    find=find,
    classes=frozenset({classes.FILLER}),
)
