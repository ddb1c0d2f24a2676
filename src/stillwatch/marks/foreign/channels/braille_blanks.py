"""Braille blanks outside of Braille."""

from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.view import View

_REACH = 80


def find(view: View) -> Iterator[Hit]:
    """Blanks with no other Braille cell near them."""
    at = [one for one in view.at(classes.BRAILLE_BLANK) if not _in_braille(view.text, one)]
    if at:
        says = f"{len(at)} blank Braille cells where no Braille is."
        yield Hit("likely", says, marks_at(view.text, at), len(at))


def _in_braille(text: str, at: int) -> bool:
    near = text[max(0, at - _REACH) : at + _REACH]
    return any("\u2800" < char <= "\u28ff" for char in near)


CHANNEL = Channel(
    id="braille-blanks",
    title="Braille blanks",
    looks="A blank: U+2800.",
    twin="Braille, and pictures drawn with it, which are left out here; blank lines in chats.",
    find=find,
    classes=frozenset({classes.BRAILLE_BLANK}),
)
