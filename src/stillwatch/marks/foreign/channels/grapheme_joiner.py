"""The combining grapheme joiner, which joins nothing."""

from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.scripts import joins
from stillwatch.marks.foreign.view import View


def find(view: View) -> Iterator[Hit]:
    """Those that stand between neither Hebrew points nor letters of a script that joins."""
    at = [
        one
        for one in view.at(classes.GRAPHEME_JOINER)
        if not (joins(view.before(one)) or joins(view.char(one + 1)))
    ]
    if at:
        says = f"{len(at)} combining grapheme joiners, which show nothing."
        yield Hit("likely", says, marks_at(view.text, at), len(at))


CHANNEL = Channel(
    id="grapheme-joiner",
    title="Combining grapheme joiner",
    looks="Nothing at all: U+034F.",
    twin="Biblical Hebrew, which is left out here; sorting rules of Slovak and Danish libraries.",
    find=find,
    classes=frozenset({classes.GRAPHEME_JOINER}),
)
