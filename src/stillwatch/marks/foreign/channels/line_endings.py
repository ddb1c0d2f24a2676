"""Two kinds of line ends in turns."""

import re
from collections.abc import Iterator

import numpy as np

from stillwatch.marks.foreign.mixtures import Pair, mixture, read, worth
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.view import View

_END = re.compile(r"\r?\n")
_LONE = re.compile(r"\r(?!\n)")
_CR, _LF = 0x0D, 0x0A
_PAIR = Pair("a line end of Windows", "one of Unix", "\n", "line ends")


def quick(view: View) -> bool:
    """Whether there is a carriage return."""
    return "\r" in view.text


def find(view: View) -> Iterator[Hit]:
    """Both kinds in turns; in a client's own text, lone carriage returns."""
    odd = np.flatnonzero(view.codes[:-1] == _CR)
    odd = odd[view.codes[odd + 1] == _LF]
    if worth(view, odd.tolist(), "\n"):
        yield from mixture(view, read(view.text, _END, "\n".__ne__), _PAIR)
    lone = [found.start() for found in _LONE.finditer(view.text)] if view.own else []
    if lone:
        says = f"{len(lone)} carriage returns without a line feed in a client's own text."
        yield Hit("possible", says, marks_at(view.text, lone, plain="\n"), len(lone))


CHANNEL = Channel(
    id="line-endings",
    title="Two kinds of line ends",
    looks="Nothing: U+000D before some line feeds and not before others.",
    twin="Text put together from files of Windows and of Unix, in blocks; progress bars.",
    find=find,
    quick=quick,
)
