"""Line ends of Unicode's own among ordinary ones."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.mixtures import Pair, mixture, read, worth
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.view import View

_END = re.compile("\r?\n|[\u0085\u2028\u2029]")
_EITHER = re.compile("[\u2028\u2029]")
_PAIR = Pair("a line or paragraph separator", "the ordinary line end", "\n", "line separators")
_KINDS = Pair("a paragraph separator", "a line separator", "\n", "line separators")


def find(view: View) -> Iterator[Hit]:
    """In turns with ordinary line ends, or both kinds in turns; in own text, any."""
    at = view.at(classes.LINE_BREAK)
    hits: tuple[Hit, ...] = ()
    if worth(view, at, "\n"):
        hits = mixture(view, read(view.text, _END, _is_odd), _PAIR)
        hits = hits or mixture(view, read(view.text, _EITHER, "\u2029".__eq__), _KINDS)
    yield from hits
    if at and view.own and not hits:
        says = f"{len(at)} line or paragraph separators in a client's own text."
        yield Hit("possible", says, marks_at(view.text, at), len(at))


def _is_odd(end: str) -> bool:
    return not end.endswith("\n")


CHANNEL = Channel(
    id="line-separators",
    title="Line separators",
    looks="A line end: U+0085, U+2028, U+2029.",
    twin="Presentations and notes, whose programs write them for a line end within a paragraph.",
    find=find,
    classes=frozenset({classes.LINE_BREAK}),
)
