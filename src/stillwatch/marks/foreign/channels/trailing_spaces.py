"""Blanks at the ends of lines."""

from collections.abc import Iterator, Sequence

import numpy as np

from stillwatch.marks.foreign.codes import LEAST, spelled
from stillwatch.marks.foreign.mixtures import Choices, Pair, mixture
from stillwatch.marks.foreign.model import MOST_MARKS, Channel, Hit, Mark
from stillwatch.marks.foreign.view import BLANK, TAB, View

SCHEME = "blanks at line ends"
_ANY = Pair("a blank at the end of a line", "none", "", SCHEME)
_KIND = Pair("a tab at the end of a line", "a space", "", SCHEME)
_TWO = Pair("two spaces at the end of a line", "one", "", SCHEME)
_LEAST_TURNS = 3
_LEAST_LINES = 2
_LEAST_ENDS = 12
_LF, _CR = 0x0A, 0x0D


def quick(view: View) -> bool:
    """Whether enough lines end in a blank for a text, or weave tabs and spaces."""
    text = view.text
    if view.short:
        ends = sum(map(text.count, (" \n", "\t\n", " \r\n", "\t\r\n")))
    else:
        at = np.flatnonzero(view.codes == _LF) - 1
        at = np.where(view.codes[np.maximum(at, 0)] == _CR, at - 1, at)
        ends = int(np.count_nonzero(view.bits[np.maximum(at, 0)] & (BLANK | TAB)))
    return ends >= _LEAST_ENDS or (ends >= _LEAST_LINES - 1 and "\t" in text and " \t " in text)


def find(view: View) -> Iterator[Hit]:
    """Blanks that spell something; tabs and spaces in turns, in a line end or from end to end."""
    ends, choices = _line_ends(view)
    # People's editors and consoles leave single spaces anywhere, so that only a text counts.
    yield from mixture(view, Choices(choices, ends), _ANY, LEAST if view.own else None)
    texts = [view.text[start:end] for start, end in ends]
    yield from mixture(view, _among(ends, texts, (" ", "\t")), _KIND)
    yield from mixture(view, _among(ends, texts, (" ", "  ")), _TWO, None)
    woven = [end for end, text in zip(ends, texts, strict=True) if turns(text) >= _LEAST_TURNS]
    if len(woven) >= _LEAST_LINES:
        yield woven_hit(view, woven, "line ends")


def turns(blanks: str) -> int:
    """How often tabs and spaces take turns."""
    return blanks.count(" \t") + blanks.count("\t ")


def woven_hit(view: View, spans: Sequence[tuple[int, int]], where: str) -> Hit:
    """A hit for lines whose blanks are woven of tabs and spaces."""
    blanks = "".join(view.text[start:end] for start, end in spans)
    payload = spelled([int(char == "\t") for char in blanks], "tabs and spaces")
    says = f"Tabs and spaces in turns at {len(spans)} {where}, {len(blanks)} in all"
    says += f", which spell {payload.text[:80]!r}." if payload else "."
    marks = tuple(Mark(start, view.text[start : min(end, start + 64)]) for start, end in spans)
    return Hit("certain" if payload else "likely", says, marks[:MOST_MARKS], len(spans), payload)


def _line_ends(view: View) -> tuple[list[tuple[int, int]], list[int]]:
    """Blanks at the ends of lines that hold something else, and for each such line whether any."""
    codes = view.codes
    ends = np.flatnonzero(codes == _LF)
    if len(codes) and codes[-1] != _LF:
        ends = np.append(ends, len(codes))
    starts = np.concatenate(([0], ends[:-1] + 1))
    bodies = np.where((ends > starts) & (codes[np.maximum(ends - 1, 0)] == _CR), ends - 1, ends)
    filled = bodies > starts
    blank = filled & ((view.bits[np.maximum(bodies - 1, 0)] & (BLANK | TAB)) != 0)
    spans: list[tuple[int, int]] = []
    for line in np.flatnonzero(blank).tolist():
        start, end = int(starts[line]), int(bodies[line])
        kept = start + len(view.text[start:end].rstrip(" \t"))
        if kept > start:
            spans.append((kept, end))
        else:
            filled[line] = False
    choices: list[int] = blank[filled].astype(np.int8).tolist()
    return spans, choices


def _among(ends: Sequence[tuple[int, int]], texts: list[str], kinds: tuple[str, str]) -> Choices:
    """The choices between two ways to end a line, among lines that end in either."""
    chosen = [(end, text) for end, text in zip(ends, texts, strict=True) if text in kinds]
    odd = [int(text == kinds[1]) for _, text in chosen]
    return Choices(odd, [end for end, text in chosen if text == kinds[1]])


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
