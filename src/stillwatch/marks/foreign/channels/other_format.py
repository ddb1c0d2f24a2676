"""Format characters that nobody uses any more, and invisible signs of rare scripts."""

from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.view import View

_RARE = ((0x1780, 0x17FF), (0x1D100, 0x1D1FF), (0x16F00, 0x16FFF), (0x1BC00, 0x1BCAF))


def find(view: View) -> Iterator[Hit]:
    """Those without a neighbour of the script that they are for."""
    at = [one for one in view.at(classes.FORMAT) if not _at_home(view, one)]
    if at:
        says = f"{len(at)} invisible format characters that no text needs."
        yield Hit("likely", says, marks_at(view.text, at), len(at))


def _at_home(view: View, at: int) -> bool:
    point = ord(view.text[at])
    block = next((block for block in _RARE if block[0] <= point <= block[1]), None)
    near = (view.before(at), view.char(at + 1))
    return block is not None and any(
        char and block[0] <= ord(char) <= block[1] and classes.of_char(char) != classes.FORMAT
        for char in near
    )


CHANNEL = Channel(
    id="other-format",
    title="Other invisible format characters",
    looks="Nothing at all: U+206A to U+206F, controls of musical and shorthand notation, and such.",
    twin="Khmer, music and shorthand, which are left out here; very old documents.",
    find=find,
    classes=frozenset({classes.FORMAT}),
)
