"""Confidence intervals that know that the accounts of one operator are one case.

Shares get the exact interval of Clopper and Pearson on an effective number of accounts: the
number divided by the design effect that the clusters show (Korn and Graubard, 1998). Where all or
none are hits, nothing shows how much the accounts of a cluster are alike, so each cluster counts
once. Medians get the interval of Woodruff (1952): that of the share of one half on the same
effective number, read off the values.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.stats import beta

LEVEL = 0.95


class Share(Struct, frozen=True):
    """A share with its interval of 95 per cent.

    Attributes:
        hits: how many.
        of: out of how many.
        share: the one divided by the other; None of nothing.
        low, high: ends of the interval.
        clusters: independent cases behind it.
    """

    hits: int
    of: int
    share: float | None
    low: float
    high: float
    clusters: int


class Middle(Struct, frozen=True):
    """A median with its interval of 95 per cent; None stands for "not reached"."""

    of: int
    median: float | None
    low: float | None
    high: float | None
    clusters: int


def share(hit: NDArray[np.bool_], cluster: NDArray[np.int64]) -> Share:
    """The share of hits.

    Args:
        hit: one for each case.
        cluster: which cases belong together.
    """
    count, hits = len(hit), int(hit.sum())
    if not count:
        return Share(0, 0, None, 0.0, 1.0, 0)
    _, at = np.unique(cluster, return_inverse=True)
    sizes = np.bincount(at).astype(np.float64)
    effective = _effective(np.bincount(at, hit).astype(np.float64), sizes)
    low, high = clopper_pearson(hits / count * effective, effective)
    return Share(hits, count, hits / count, low, high, len(sizes))


def clopper_pearson(hits: float, of: float) -> tuple[float, float]:
    """The exact interval of a share; both numbers may be fractions."""
    tail = (1 - LEVEL) / 2
    low = beta.ppf(tail, hits, of - hits + 1) if hits > 0 else 0.0
    high = beta.ppf(1 - tail, hits + 1, of - hits) if hits < of else 1.0
    return float(low), float(high)


def _effective(hits: NDArray[np.float64], sizes: NDArray[np.float64]) -> float:
    clusters, count = len(sizes), float(sizes.sum())
    rate = float(hits.sum()) / count
    if clusters == 1 or rate in (0.0, 1.0):
        return float(clusters)
    spread = float(((hits - rate * sizes) ** 2).sum()) * clusters / (clusters - 1) / count**2
    if not spread:
        return count
    alone = rate * (1 - rate) / (count - 1)
    return min(count, max(1.0, count * alone / spread))


def median(values: NDArray[np.float64], cluster: NDArray[np.int64]) -> Middle:
    """The median and its interval.

    Args:
        values: one for each case; infinity where it was never reached.
        cluster: which cases belong together; of a single cluster nothing is sure.
    """
    if not len(values):
        return Middle(0, None, None, None, 0)
    best = _quantile(values, 0.5)
    below = values <= best
    _, at = np.unique(cluster, return_inverse=True)
    sizes = np.bincount(at).astype(np.float64)
    effective = _effective(np.bincount(at, below).astype(np.float64), sizes)
    low, high = clopper_pearson(effective / 2, effective)
    if len(sizes) == 1:
        return Middle(len(values), _finite(best), None, None, 1)
    ends = _quantile(values, low), _quantile(values, high)
    return Middle(len(values), _finite(best), _finite(ends[0]), _finite(ends[1]), len(sizes))


def _quantile(values: NDArray[np.float64], share: float) -> float:
    return float(np.quantile(values, share, method="inverted_cdf"))


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
