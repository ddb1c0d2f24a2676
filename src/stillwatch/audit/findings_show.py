"""Values as people see them: unusual characters spelled out, orders cut to what differs."""

from collections.abc import Sequence

import numpy as np

from stillwatch.audit.decode import when
from stillwatch.audit.interactions import Weighed
from stillwatch.audit.model import Aspect, Codes, Column, Variant
from stillwatch.audit.paths import SEPARATOR
from stillwatch.audit.recording import Factor, Run
from stillwatch.marks.foreign.show import safe, spelled

MOST_VARIANTS = 12
MOST_POINTS = 12
LONGEST = 120
MOST_TEXT = 4000
"""Characters of a value that are kept."""


def variants(
    column: Column,
    codes: Codes,
    cause: Weighed | None,
    factors: Sequence[Factor],
    runs: Sequence[Run],
) -> tuple[Variant, ...]:
    """What stands at a place, the commonest first.

    Args:
        column: the place.
        codes: what each run sent, as the cause explains it.
        cause: what it depends on.
        factors: what was varied.
        runs: the runs.
    """
    found = []
    for code in range(min(int(codes.max()) + 1, MOST_VARIANTS)):
        number = int((codes == code).sum())
        if not number:
            continue
        text = column.values[code] if column.figures is None else _quantity(column, codes, code)
        words = when(codes, code, cause, factors, runs) if cause else ""
        shown = shown_as(column, text)
        points = tuple(f"U+{ord(char):04X}" for char in (text or "")[:MOST_POINTS])
        if column.figures is not None or column.place.aspect is Aspect.ORDER:
            points = ()
        text = None if text is None else text[:MOST_TEXT]
        found.append(Variant(text, shown, points, number, words))
    return tuple(found)


def _quantity(column: Column, codes: Codes, code: int) -> str:
    assert column.figures is not None
    here = column.figures[(codes == code) & ~np.isnan(column.figures)]
    low, middle, high = np.percentile(here, (5, 50, 95))
    return f"{middle:.0f} ({low:.0f} to {high:.0f})"


def shown_as(column: Column, text: str | None) -> str:
    """A value for people.

    Args:
        column: its place.
        text: the value; None for nothing.
    """
    if column.place.aspect is Aspect.PRESENCE:
        return "it is not there" if text is None else "it is there"
    if text is None:
        return "nothing"
    if column.place.aspect is Aspect.ORDER:
        return _cut(_changed_order(column, text))
    if text == "":
        return "nothing"
    odd = len(text) <= 2 and not (text.isascii() and text.isalnum())
    return spelled(text) if odd or text.isspace() else _cut(f"\u201c{safe(text)}\u201d")


def _changed_order(column: Column, text: str) -> str:
    """An order without the members before and after all differences."""
    every = [value.split(SEPARATOR) for value in column.values[:MOST_VARIANTS] if value is not None]
    base = column.place.path
    mine = text.split(SEPARATOR)
    shortest = min(map(len, every))
    head = next((at for at in range(shortest) if len({o[at] for o in every}) > 1), 0)
    tail = next((at for at in range(shortest) if len({o[-1 - at] for o in every}) > 1), 0)
    names = [name.removeprefix(base).strip(".[]") for name in mine[head : len(mine) - tail]]
    return ", ".join(names)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "\u2026"
