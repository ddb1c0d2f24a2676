"""Blanks at the ends of lines."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign.codes import LEAST, spelled
from stillwatch.marks.foreign.mixtures import Pair, Spot, mixture
from stillwatch.marks.foreign.model import MOST_MARKS, Channel, Hit, Mark
from stillwatch.marks.foreign.view import View

SCHEME = "blanks at line ends"
_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")
_BLANK_PAIR = Pair("a blank at the end of a line", "none", "", SCHEME)
_KIND_PAIR = Pair("a tab at the end of a line", "a space", "", SCHEME)
_TWO_PAIR = Pair("two spaces at the end of a line", "one", "", SCHEME)
_LEAST_TURNS = 3
_LEAST_LINES = 2


def quick(view: View) -> bool:
    """Whether a line ends in a blank."""
    text = view.text
    return " \n" in text or "\t\n" in text or " \r\n" in text or "\t\r\n" in text


def find(view: View) -> Iterator[Hit]:
    """Blanks that spell something; tabs and spaces in turns, in a line end or from end to end."""
    lines = [_spot(found) for found in _LINE.finditer(view.text)]
    filled = [spot for spot in lines if spot is not None]
    # People's editors and consoles leave single spaces anywhere, so that only a text counts.
    yield from mixture(view, filled, _BLANK_PAIR, LEAST if view.own else None)
    ends = [spot for spot in filled if spot.odd]
    texts = [view.text[spot.start : spot.end] for spot in ends]
    one = [Spot(s.start, s.end, t == "\t") for s, t in zip(ends, texts, strict=True) if len(t) == 1]
    yield from mixture(view, one, _KIND_PAIR)
    two = [Spot(s.start, s.end, t == "  ") for s, t in zip(ends, texts, strict=True) if len(t) <= 2]
    yield from mixture(view, two, _TWO_PAIR, None)
    woven = [spot for spot, text in zip(ends, texts, strict=True) if turns(text) >= _LEAST_TURNS]
    if len(woven) >= _LEAST_LINES:
        yield woven_hit(view, woven, "line ends")


def _spot(line: re.Match[str]) -> Spot | None:
    """The blanks at the end of a line that holds something else; of no length if there are none."""
    text = line.group()
    body = text.rstrip("\r\n")
    kept = len(body.rstrip(" \t"))
    if not kept:
        return None
    return Spot(line.start() + kept, line.start() + len(body), kept < len(body))


def turns(blanks: str) -> int:
    """How often tabs and spaces take turns."""
    return blanks.count(" \t") + blanks.count("\t ")


def woven_hit(view: View, spots: list[Spot], where: str) -> Hit:
    """A hit for lines whose blanks are woven of tabs and spaces."""
    blanks = "".join(view.text[spot.start : spot.end] for spot in spots)
    payload = spelled([int(char == "\t") for char in blanks], "tabs and spaces")
    says = f"Tabs and spaces in turns at {len(spots)} {where}, {len(blanks)} in all"
    says += f", which spell {payload.text[:80]!r}." if payload else "."
    marks = tuple(Mark(s.start, view.text[s.start : s.end][:64]) for s in spots[:MOST_MARKS])
    return Hit("certain" if payload else "likely", says, marks, len(spots), payload)


CHANNEL = Channel(
    id="trailing-spaces",
    title="Blanks at line ends",
    looks="Nothing: a space or tab, or none, before the end of a line.",
    twin=(
        "Markdown's two spaces for a line break; consoles, editors and wrapped text, whose blanks "
        "are left out unless they spell something or weave tabs and spaces."
    ),
    find=find,
    quick=quick,
)
