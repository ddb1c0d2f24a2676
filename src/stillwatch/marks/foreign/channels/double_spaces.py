"""One space or two between words."""

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np

from stillwatch.marks.foreign.mixtures import Pair, Spot, mixture
from stillwatch.marks.foreign.model import Channel, Hit
from stillwatch.marks.foreign.view import BLANK, TAB, View

_WORDS = re.compile(r"(?<=[\w,;)]) {1,2}(?=[\w(])")
_SENTENCES = re.compile(r"(?<=[.!?]) {1,2}(?=[A-Z])")
_LEAST = 12
"""Switches between one space and two. The most of 31,446 prompts of people have seven doubles."""
_PAIR = Pair("two spaces", "one", " ", "double spaces")
_ONE_IN_LINE = 0.7
_SAME_MARGIN = 0.6


def quick(view: View) -> bool:
    """Whether there are enough gaps of exactly two spaces between words."""
    if view.text.count("  ") < _LEAST:
        return False
    blank = (view.bits & (BLANK | TAB)) != 0
    solid = ~blank & (view.codes != 0x0A)
    pairs = solid[:-3] & blank[1:-2] & blank[2:-1] & solid[3:]
    return int(np.count_nonzero(pairs)) >= _LEAST


def find(view: View) -> Iterator[Hit]:
    """Gaps between words, and between sentences, now single and now double."""
    for pattern in (_WORDS, _SENTENCES):
        spots = [
            Spot(found.start(), found.end(), len(found.group()) > 1)
            for found in pattern.finditer(view.text)
        ]
        laid_out = _laid_out(view.text, [spot.start for spot in spots if spot.odd])
        yield from mixture(view, spots, _PAIR, None if laid_out else _LEAST)


def _laid_out(text: str, doubles: list[int]) -> bool:
    """Whether double spaces make columns, or straighten the right margin."""
    lines = Counter(text.count("\n", 0, at) for at in doubles[:2000])
    if not lines:
        return False
    alone = sum(count == 1 for count in lines.values())
    if alone >= _ONE_IN_LINE * len(lines) and len(lines) > 1:
        return True
    rows = text.split("\n")
    lengths = Counter(len(rows[line].rstrip()) for line in lines)
    return len(lines) > 3 and lengths.most_common(1)[0][1] >= _SAME_MARGIN * len(lines)


CHANNEL = Channel(
    id="double-spaces",
    title="Double spaces",
    looks="A gap between words that is a little wider: two spaces.",
    twin=(
        "Typists of the old school after full stops, tables, justified manual pages, which are "
        "left out; fingers that slip."
    ),
    find=find,
    quick=quick,
)
