"""Lines that hold nothing but tabs and spaces."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign.channels.trailing_spaces import turns, woven_hit
from stillwatch.marks.foreign.model import Channel, Hit
from stillwatch.marks.foreign.view import View

_LINE = re.compile(r"\n(?P<blanks>[ \t]+)(?=\r?\n|\Z)")
_LEAST_TURNS = 3
_LEAST_LINES = 2
_LEAST_IN_ALL = 8


def quick(view: View) -> bool:
    """Whether a tab follows a space anywhere, which no indentation needs."""
    return "\t" in view.text and " \t" in view.text


def find(view: View) -> Iterator[Hit]:
    """Lines in which tabs and spaces take turns."""
    spans = [found.span("blanks") for found in _LINE.finditer(view.text)]
    woven = [span for span in spans if turns(view.text[slice(*span)]) >= _LEAST_TURNS]
    in_all = sum(turns(view.text[slice(*span)]) for span in woven)
    if len(woven) >= _LEAST_LINES or in_all >= _LEAST_IN_ALL:
        yield woven_hit(view, woven, "blank lines")


CHANNEL = Channel(
    id="blank-lines",
    title="Tabs and spaces in blank lines",
    looks="An empty line that is not empty.",
    twin="Programs in a language made of blanks; editors that indent empty lines do not weave.",
    find=find,
    quick=quick,
)
