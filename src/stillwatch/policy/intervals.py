"""Estimates with 95% intervals, for quantities that are counted account by account.

One account sends many requests that are alike, so requests are no independent draws. Every interval
here takes accounts as what was drawn.
"""

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from scipy import stats

LEVEL = 0.95

Numbers = npt.NDArray[np.float64]


class Estimate(Struct, frozen=True):
    """A number and where it may lie.

    Attributes:
        value: the estimate.
        low, high: a 95% interval; None where there is too little to tell.
    """

    value: float
    low: float | None = None
    high: float | None = None


def proportion(hits: int, of: int) -> Estimate | None:
    """A share of accounts, with Wilson's interval; None of nothing.

    Args:
        hits: accounts that have it.
        of: all of them.
    """
    if not of:
        return None
    found = stats.binomtest(hits, of).proportion_ci(LEVEL, method="wilson")
    return Estimate(hits / of, float(found.low), float(found.high))


def ratio(parts: Numbers, wholes: Numbers) -> Estimate | None:
    """A share of requests, by the linearised variance of a ratio over accounts as clusters.

    Args:
        parts: for each account, requests that have it.
        wholes: for each account, all of its requests.

    Returns:
        The share; None without requests. (Cochran, Sampling Techniques, 3rd ed. 1977, 6.3.)
    """
    total = float(wholes.sum())
    if not total:
        return None
    value = float(parts.sum()) / total
    n = len(parts)
    if n < 2:
        return Estimate(value)
    rest = parts - value * wholes
    error = float(np.sqrt(n / (n - 1) * np.square(rest).sum())) / total
    reach = _reach(n - 1) * error
    return Estimate(value, max(0.0, value - reach), min(1.0, value + reach))


def mean(values: Numbers) -> Estimate | None:
    """The mean over accounts; None of none."""
    if not len(values):
        return None
    value = float(values.mean())
    if len(values) < 2:
        return Estimate(value)
    reach = _reach(len(values) - 1) * float(values.std(ddof=1)) / float(np.sqrt(len(values)))
    return Estimate(value, value - reach, value + reach)


def difference(one: Numbers, other: Numbers) -> Estimate | None:
    """The mean of one group of accounts less that of another, with Welch's interval.

    Args:
        one: a number for each account.
        other: the same of the other group.

    Returns:
        The difference; None where a group is empty.
    """
    if not (len(one) and len(other)):
        return None
    value = float(one.mean() - other.mean())
    if min(len(one), len(other)) < 2:
        return Estimate(value)
    left, right = (float(side.var(ddof=1)) / len(side) for side in (one, other))
    spread = left + right
    if not spread:
        return Estimate(value, value, value)
    freedom = spread**2 / (left**2 / (len(one) - 1) + right**2 / (len(other) - 1))
    reach = _reach(freedom) * float(np.sqrt(spread))
    return Estimate(value, value - reach, value + reach)


def _reach(freedom: float) -> float:
    return float(stats.t.ppf(0.5 + LEVEL / 2, freedom))
