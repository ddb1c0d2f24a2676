"""The ellipsis as one character and as three, in turns; dots that are no full stops."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.mixtures import Pair, mixture, read, worth
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.view import View

_ELLIPSIS = re.compile("\u2026|\\.\\.\\.(?<!\\.{4})(?!\\.)")
_LEADER = re.compile("(?<=\\w)[\u2024\u2025](?=\\s|\\w|$)")
_LEAST = 12  # consoles shorten what they print to one character, people type three
_PAIR = Pair("the ellipsis as one character", "three dots", "...", "ellipses")


def find(view: View) -> Iterator[Hit]:
    """Both kinds of ellipsis in turns; leader dots after words."""
    if worth(view, view.at(classes.ELLIPSIS), "..."):
        choices = read(view.text, _ELLIPSIS, "...".__ne__, paragraphs=True)
        yield from mixture(view, choices, _PAIR, _LEAST)
    dots = [at for at in view.at(classes.ELLIPSIS) if _LEADER.match(view.text, at)]
    if dots:
        says = f"{len(dots)} leader dots in place of full stops."
        yield Hit("likely", says, marks_at(view.text, dots), len(dots))


CHANNEL = Channel(
    id="ellipses",
    title="Two kinds of ellipsis",
    looks="Three dots, or one: U+2026, U+2025, U+2024.",
    twin="Logs that shorten what they show, pasted between what people type.",
    find=find,
    classes=frozenset({classes.ELLIPSIS}),
)
