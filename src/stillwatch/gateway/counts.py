"""What a gate counts as requests pass: a few additions each, read by whoever wants to know."""

from bisect import bisect_left
from collections import Counter
from itertools import accumulate
from typing import NamedTuple

DECISION_S = (25e-6, 50e-6, 1e-4, 2.5e-4, 5e-4, 1e-3, 1e-2, 0.1)
REQUEST_S = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0)


class Answer(NamedTuple):
    """A kind of answer.

    Attributes:
        wire: anthropic, chat, responses or unknown.
        outcome: that was carried out.
        rule: that decided; empty if none did.
        status: of the answer, its first digit; 0 where the client went away first.
    """

    wire: str
    outcome: str
    rule: str
    status: int


class Times:
    """How long something took, counted by size.

    Args:
        bounds: seconds up to which each count goes, rising; a last one takes what is longer.
    """

    __slots__ = ("bounds", "counts", "sum_s")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum_s = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.sum_s += seconds

    def rising(self) -> list[tuple[str, float]]:
        """Bounds as Prometheus writes them, and how many took so long at the most."""
        names = [*map(str, self.bounds), "+Inf"]
        return list(zip(names, map(float, accumulate(self.counts)), strict=True))


class Counts:
    """Counts of one gate.

    Attributes:
        answers: requests by what became of them.
        shadows: requests that a rule would have met, by rule.
        decisions: how long deciding took.
        answered: how long requests took, from the whole request to the end of the answer.
        under_way: requests that have begun and not ended.
        failures: requests that could not be decided about.
    """

    def __init__(self) -> None:
        self.answers: Counter[Answer] = Counter()
        self.shadows: Counter[str] = Counter()
        self.decisions = Times(DECISION_S)
        self.answered = Times(REQUEST_S)
        self.under_way = 0
        self.failures = 0
