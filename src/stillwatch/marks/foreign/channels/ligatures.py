"""Ligatures as one character and as letters, in turns."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.mixtures import Pair, mixture, read, worth
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.view import View

_EITHER = re.compile("[\ufb00-\ufb06]|ff[il]?|f[il]")
_PAIR = Pair("a ligature", "the letters", "fi", "ligatures")


def find(view: View) -> Iterator[Hit]:
    """Both in turns; in a client's own text, any."""
    at = view.at(classes.LIGATURE)
    hits: tuple[Hit, ...] = ()
    if worth(view, at, "f"):
        hits = mixture(view, read(view.text, _EITHER, _is_one), _PAIR)
    yield from hits
    if at and view.own and not hits:
        says = f"{len(at)} ligatures in a client's own text."
        yield Hit("possible", says, marks_at(view.text, at), len(at))


def _is_one(letters: str) -> bool:
    return len(letters) == 1


CHANNEL = Channel(
    id="ligatures",
    title="Ligatures",
    looks="Two letters: U+FB00 to U+FB06.",
    twin="Text copied from a PDF, where all of them are ligatures.",
    find=find,
    classes=frozenset({classes.LIGATURE}),
)
