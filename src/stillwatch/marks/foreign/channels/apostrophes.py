"""Apostrophes that are none, and two kinds of apostrophe in turns."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.mixtures import Pair, mixture, read, worth
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.schemes import DATE_LINE
from stillwatch.marks.foreign.view import View

CURLY = "\u2019"
# Letters and signs that only look like an apostrophe. Not among them: U+00B4, U+2018 and U+2032,
# which people type or paste in its place.
_LOOKS = "\u02b9\u02bb\u02bc\u02bd\u02be\u02c8\u02ca\u02cb\u201b\u2035\ua78c\uff07\u055a\u05f3"
_SHORT = re.compile(f"(?<=[A-Za-z])[{_LOOKS}](?=(?:s|t|d|m|re|ll|ve)\\b)")
_BETWEEN = re.compile(f"['{CURLY}](?<=[^\\W\\d_].)(?=[^\\W\\d_])")
_PAIR = Pair("the curly apostrophe", "the straight one", "'", "apostrophes")


def find(view: View) -> Iterator[Hit]:
    """A look-alike in an English short form; straight and curly in turns."""
    dates = {found.start("apostrophe") for found in DATE_LINE.finditer(view.text)}
    at = view.at(classes.APOSTROPHE)
    short = [one for one in at if _SHORT.match(view.text, one) and one not in dates]
    if short:
        says = f"A letter or sign that only looks like an apostrophe, {len(short)} times."
        yield Hit("likely", says, marks_at(view.text, short), len(short))
    if worth(view, at, "'"):
        both = sorted([*at, *view.places("'")])
        choices = read(view.text, _BETWEEN, CURLY.__eq__, at=both, paragraphs=True)
        yield from mixture(view, choices, _PAIR)


CHANNEL = Channel(
    id="apostrophes",
    title="Look-alike apostrophes",
    looks="An apostrophe: U+2019, U+02BC, U+02B9, U+FF07 and others in place of U+0027.",
    twin=(
        "Typographic apostrophes of word processors and telephones, which come in blocks; names "
        "in Hawaiian, Ukrainian or Arabic spelling."
    ),
    find=find,
    classes=frozenset({classes.APOSTROPHE}),
)
