"""Hyphens that are none, and dashes in turns."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.mixtures import Pair, mixture, read, worth
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.view import View

_LETTER = r"[^\W\d_]"
_LOOKS = "\u2010\u2011\u2012\u2043\u2212\u02d7\ufe63\uff0d"
_HYPHEN = re.compile(f"[-{_LOOKS}](?<={_LETTER}.)(?={_LETTER})")
_LONG = frozenset("\u2014\u2015")
_DASH = re.compile("[\u2013\u2014\u2015](?<=\\w .)(?= \\w)")
_HYPHENS = Pair("a look-alike of the hyphen", "the hyphen", "-", "hyphens")
_DASHES = Pair("the long dash", "the shorter one", "\u2013", "dashes")


def find(view: View) -> Iterator[Hit]:
    """Look-alikes of the hyphen in turns with it; dashes of two lengths in turns; own text, any."""
    text, at = view.text, view.at(classes.DASH)
    odd = [one for one in at if _HYPHEN.match(text, one)]
    long = [one for one in at if text[one] in _LONG]
    hits: tuple[Hit, ...] = ()
    if worth(view, odd, "-"):
        both = sorted([*odd, *view.places("-")])
        hits = mixture(view, read(text, _HYPHEN, "-".__ne__, at=both), _HYPHENS)
    if worth(view, long, "\u2013"):
        hits += mixture(view, read(text, _DASH, "\u2013".__ne__, at=at, paragraphs=True), _DASHES)
    yield from hits
    if odd and view.own and not hits:
        says = f"A look-alike of the hyphen {len(odd)} times in a client's own text."
        yield Hit("possible", says, marks_at(text, odd), len(odd))


CHANNEL = Channel(
    id="dashes",
    title="Look-alike hyphens and dashes",
    looks="A hyphen or dash: U+2010, U+2011, U+2212 and others in place of U+002D.",
    twin="Word processors' hyphens that must not break; typography of ranges and pauses.",
    find=find,
    classes=frozenset({classes.DASH}),
)
