"""Joiners and non-joiners where no script and no emoji joins."""

from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.invisible import find as found
from stillwatch.marks.foreign.model import Channel, Hit
from stillwatch.marks.foreign.view import View


def find(view: View) -> Iterator[Hit]:
    """Those that neither a script nor an emoji explains."""
    return found(view, classes.JOINER, "joiner or non-joiner")


CHANNEL = Channel(
    id="joiners",
    title="Joiners where nothing joins",
    looks="Nothing at all: U+200C or U+200D between letters that do not join.",
    twin=(
        "Persian, Arabic, Indic scripts and emoji need them and are left out here; typesetters "
        "part ligatures in German words; pasted dashes bring them along."
    ),
    find=find,
    classes=frozenset({classes.JOINER}),
)
