"""How people and programs work, as measured: the bundled tables of `data/habits.json`."""

import json
import math
import random
from collections.abc import Sequence
from functools import cache
from importlib.resources import files


@cache
def _tables() -> dict[str, list[float] | list[list[float]]]:
    path = files("stillwatch_range") / "data" / "habits.json"
    tables: dict[str, list[float] | list[list[float]]] = json.loads(
        path.read_text(encoding="utf-8")
    )
    return tables


@cache
def quantiles(name: str) -> tuple[float, ...]:
    """Evenly spaced quantiles of a measure, from its least to its greatest value."""
    return tuple(float(value) for value in _tables()[name])  # type: ignore[arg-type]


@cache
def rows(name: str) -> tuple[tuple[float, ...], ...]:
    """Rows of a table."""
    return tuple(tuple(row) for row in _tables()[name])  # type: ignore[arg-type]


def at(points: Sequence[float], share: float) -> float:
    """The value at a share (0 to 1) of a distribution; between quantiles on a log scale."""
    place = share * (len(points) - 1)
    low = min(int(place), len(points) - 2)
    first, second = points[low], points[low + 1]
    part = place - low
    if first > 0 and second > 0:
        return math.exp(math.log(first) * (1 - part) + math.log(second) * part)
    return first * (1 - part) + second * part


def drawn(draw: random.Random, name: str) -> float:
    """A value drawn from a measure's distribution."""
    return at(quantiles(name), draw.random())


def whole(draw: random.Random, value: float) -> int:
    """A number rounded up or down by chance, so that its mean stays."""
    floor = math.floor(value)
    return floor + (draw.random() < value - floor)
