"""What can be compared of a text that is another one in every run.

Ids, digests and times are new every time, so their values tell nothing by themselves. A tool may
still speak with their length, with the kinds of their characters, with one character at one place,
or with the size of a number.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from stillwatch.audit.model import AWAY, Aspect, Column, Figures, Place

MANY_VALUES = 8
"""With fewer values, the values themselves are compared."""
LONGEST = 64
"""Characters of a text whose characters are looked at one by one."""
_DIGITS = frozenset("0123456789abcdefABCDEF")
_KINDS = ((re.compile(r"[a-z]+"), "a"), (re.compile(r"[A-Z]+"), "A"), (re.compile(r"\d+"), "9"))


def derived(whole: Column) -> Iterator[Column]:
    """Further columns of a column with many different values.

    Args:
        whole: the column.
    """
    if len(whole.values) <= MANY_VALUES:
        return
    texts = [None if code == AWAY else whole.values[code] for code in whole.codes]
    for aspect, made in _features(texts):
        if len({one for one in made if one is not None}) > 1:
            yield _column(whole, aspect, made)
    numbers = _numbers(texts)
    if numbers is not None:
        place = whole.place
        where = Place(place.request, place.path, Aspect.SIZE, place.start, place.end)
        yield figures(where, numbers, before=whole.before, after=whole.after)
    yield from _characters(whole, texts)


def figures(place: Place, values: Figures, before: str = "", after: str = "") -> Column:
    """A column of quantities.

    Args:
        place: where.
        values: the quantity in each run; NaN where there is none.
        before: text before it.
        after: text after it.
    """
    there = ~np.isnan(values)
    codes = np.where(there, 0, AWAY).astype(np.int64)
    different = np.unique(values[there])
    names = tuple(f"{value:g}" for value in different[:2])
    return Column(place, codes, names, values, before, after)


def _features(texts: Sequence[str | None]) -> Iterator[tuple[Aspect, list[str | None]]]:
    yield Aspect.LENGTH, [None if text is None else str(len(text)) for text in texts]
    yield Aspect.SHAPE, [None if text is None else shape(text) for text in texts]


def shape(text: str) -> str:
    """Which kinds of characters a text has in turn, however many of each.

    Args:
        text: any text.
    """
    text = text[:LONGEST]
    for pattern, kind in _KINDS:
        text = pattern.sub(kind, text)
    return text


def _numbers(texts: Sequence[str | None]) -> Figures | None:
    try:
        found = [np.nan if text is None else float(text) for text in texts]
    except ValueError:
        return None
    return np.asarray(found)


def _characters(whole: Column, texts: Sequence[str | None]) -> Iterator[Column]:
    """A column for each character, where all texts are equally long; for the last one at least."""
    present = [text for text in texts if text]
    if len(present) < len([text for text in texts if text is not None]):
        return
    same = len({len(text) for text in present}) == 1 and len(present[0]) <= LONGEST
    length = len(present[0]) if same else 0
    spots = range(length) if length else (-1, -2)
    for spot in spots:
        made = [None if text is None else text[spot:][:1] for text in texts]
        if len(Counter(made)) > 1:
            yield _column(whole, Aspect.CHARACTER, made, spot)
        if len(Counter(made)) > MANY_VALUES:
            for halves in _halves(made):
                yield _column(whole, Aspect.CHARACTER, halves, spot)


def _halves(made: Sequence[str | None]) -> Iterator[list[str | None]]:
    """Of digits, whether they are odd, and whether they are large."""
    if all(text is None or text in _DIGITS for text in made):
        digits = [None if text is None else int(text, 16) for text in made]
        yield [None if digit is None else ("even", "odd")[digit % 2] for digit in digits]
        middle = 8 if max(digit or 0 for digit in digits) > 9 else 5
        yield [None if digit is None else ("low", "high")[digit >= middle] for digit in digits]


def _column(
    whole: Column, aspect: Aspect, made: Sequence[str | None], spot: int | None = None
) -> Column:
    counts = Counter(text for text, code in zip(made, whole.codes, strict=True) if code != AWAY)
    values = tuple(value for value, _ in counts.most_common())
    number = {value: code for code, value in enumerate(values)}
    codes = [
        AWAY if code == AWAY else number[text] for text, code in zip(made, whole.codes, strict=True)
    ]
    start, end = whole.place.start, whole.place.end
    if spot is not None:
        base = 0 if start is None else start
        start = base + spot if spot >= 0 else (end or 0) + spot
        end = start + 1
    place = Place(whole.place.request, whole.place.path, aspect, start, end)
    return Column(place, np.asarray(codes, dtype=np.int64), values, None, whole.before, whole.after)
