"""Straight and curly quotation marks in turns."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.mixtures import Pair, mixture, read, worth
from stillwatch.marks.foreign.model import Channel, Hit
from stillwatch.marks.foreign.view import View

_QUOTED = re.compile('"[^"\n\u201c\u201d]{1,200}"|\u201c[^"\n\u201c\u201d]{1,200}\u201d')
_PAIR = Pair("curly quotation marks", "straight ones", '"', "quotation marks")


def find(view: View) -> Iterator[Hit]:
    """Quotations in one and the other kind of marks, in turns."""
    if worth(view, view.at(classes.QUOTE), '"'):
        choices = read(view.text, _QUOTED, _is_curly, paragraphs=True)
        yield from mixture(view, choices, _PAIR)


def _is_curly(quoted: str) -> bool:
    return quoted[0] != '"'


CHANNEL = Channel(
    id="quotation-marks",
    title="Two kinds of quotation marks",
    looks="A quotation mark: U+201C and U+201D in place of U+0022.",
    twin="Text pasted from several programs, in blocks.",
    find=find,
    classes=frozenset({classes.QUOTE}),
)
