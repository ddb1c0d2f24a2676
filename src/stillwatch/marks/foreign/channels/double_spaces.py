"""One space or two between words."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from stillwatch.marks.foreign.mixtures import Pair, best, gaps, mixture, read, worth
from stillwatch.marks.foreign.model import Channel, Hit
from stillwatch.marks.foreign.view import BLANK, TAB, View

_GAPS = gaps(" {1,2}")
_SENTENCES = re.compile(r"(?<=[.!?]) {1,2}(?=[A-Z])")
_LEAST_SPELLED = 12
_LEAST = 24
"""Double spaces, and switches. People's prompts have up to 7 such gaps, tables in documents 18."""
_PAIR = Pair("two spaces", "one", " ", "double spaces")
_ONE_IN_LINE = 0.7
_SAME_MARGIN = 0.6
_COLUMNS = 0.3
_MOST_LOOKED_AT = 2000
_LONGEST_ROW = 2000


def quick(view: View) -> bool:
    """Whether there are enough gaps of exactly two spaces."""
    if view.short and view.text.count("  ") < _LEAST_SPELLED:
        return False
    return len(_doubles(view)) >= _LEAST_SPELLED


def find(view: View) -> Iterator[Hit]:
    """Gaps between words, and between sentences, now single and now double."""
    doubles = _doubles(view)
    yield from best(_read(view, doubles, pattern) for pattern in (*_GAPS, _SENTENCES))


def _read(view: View, doubles: Sequence[int], pattern: re.Pattern[str]) -> tuple[Hit, ...]:
    odd = [at for at in doubles if pattern.match(view.text, at)]
    if not worth(view, odd, " ", _LEAST_SPELLED):
        return ()
    judged = pattern in {_GAPS[0], _SENTENCES} and not _laid_out(view.text, odd)
    choices = read(view.text, pattern, "  ".__eq__)
    return mixture(view, choices, _PAIR, _LEAST if judged else None)


def _doubles(view: View) -> list[int]:
    """Offsets of gaps of exactly two spaces within lines."""
    blank = (view.bits & (BLANK | TAB)) != 0
    solid = ~blank & (view.codes != 0x0A)
    pairs = solid[:-3] & blank[1:-2] & blank[2:-1] & solid[3:]
    offsets: list[int] = (np.flatnonzero(pairs) + 1).tolist()
    return offsets


def _laid_out(text: str, doubles: Sequence[int]) -> bool:
    """Whether double spaces make columns, or straighten the right margin."""
    starts = Counter(text.rfind("\n", 0, at) + 1 for at in doubles[:_MOST_LOOKED_AT])
    if len(starts) < 2:
        return False
    rows = [text[start : start + _LONGEST_ROW].partition("\n")[0].strip() for start in starts]
    columns = sum("   " in row or "\t" in row for row in rows)
    alone = sum(count == 1 for count in starts.values())
    if alone >= _ONE_IN_LINE * len(starts) or columns >= _COLUMNS * len(starts):
        return True
    lengths = Counter(map(len, rows))
    return len(rows) > 3 and lengths.most_common(1)[0][1] >= _SAME_MARGIN * len(rows)


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
