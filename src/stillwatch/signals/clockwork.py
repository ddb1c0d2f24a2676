"""Whether clocks start a group's calls: the clock on the wall, or a timer in each account.

Strangers' jobs that run every hour or every five minutes have equal loads, equal hours and never
come twice in a row, just like calls that somebody deals out. Two things tell them. Jobs of one wall
clock fall into the same minutes of the hour. Timers of their own keep each account's pace steady
and know nothing of each other; where one list is dealt out, a delay moves everybody behind it.
"""

import numpy as np
from scipy.stats import rankdata

from stillwatch.signals.group_calls import HOUR_US, SECOND_US, Floats, Ints
from stillwatch.signals.model import Parameter
from stillwatch.signals.share_model import ASSUMED

LEAST_CALLS = 20
WALL_SHARE = 0.35
STEADY = 0.15
TOGETHER = 0.5
FAR = 0.5
LEAST_GAPS = 6
LEAST_UNITS = 3

PARAMETERS = {
    "wall_share": Parameter(WALL_SHARE, "share of calls in five minutes of the hour", ASSUMED),
    "steady": Parameter(STEADY, "quartile range of a timer's gaps over their median", ASSUMED),
    "together": Parameter(TOGETHER, "rank correlation of delays in one list", ASSUMED),
}


def clockwork(unit: Ints, ts_us: Ints) -> bool:
    """Whether clocks, and not people or a dealer, explain when the calls come.

    Args:
        unit: for each call, a number from 0 of who makes it.
        ts_us: when, in ascending order.
    """
    if len(ts_us) < LEAST_CALLS:
        return False
    if wall_share(ts_us) > WALL_SHARE:
        return True
    who, gap = _gaps(unit, ts_us)
    spread, middle = _paces(who, gap)
    if np.isfinite(spread).sum() < LEAST_UNITS or np.nanmedian(spread) >= STEADY:
        return False
    # A gap far from the usual holds calls that were not seen, or a pause.
    usual = np.abs(gap - middle[who]) < FAR * middle[who]
    return delays_together(who[usual], (gap - middle[who])[usual]) < TOGETHER


def wall_share(ts_us: Ints) -> float:
    """Share of the calls in the five minutes of the hour that have most; evenly, a twelfth."""
    minute = np.bincount(ts_us % HOUR_US // (60 * SECOND_US), minlength=60)
    around = np.concatenate([minute, minute[:4]])
    return float(np.convolve(around, np.ones(5), "valid").max() / len(ts_us))


def delays_together(who: Ints, delay: Floats) -> float:
    """Rank correlation of the delays of neighbouring calls of different accounts."""
    differ = who[1:] != who[:-1]
    rank = rankdata(delay)
    one, other = rank[1:][differ], rank[:-1][differ]
    if len(one) < LEAST_GAPS or not one.std() or not other.std():
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _gaps(unit: Ints, ts_us: Ints) -> tuple[Ints, Floats]:
    """For each call that has one before it by the same account: who, and the time since."""
    order = np.lexsort((np.arange(len(unit)), unit))
    since = np.full(len(unit), np.nan)
    same = unit[order][1:] == unit[order][:-1]
    since[order[1:][same]] = np.diff(ts_us[order])[same]
    known = ~np.isnan(since)
    return unit[known], since[known]


def _paces(who: Ints, gap: Floats) -> tuple[Floats, Floats]:
    """By account: quartile range over median of its gaps (nan if too few), and their median."""
    order = np.lexsort((gap, who))
    size = np.bincount(who)
    start = np.cumsum(size) - size
    low, middle, high = (
        gap[order][np.minimum(start + size * part // 4, len(gap) - 1)] for part in (1, 2, 3)
    )
    enough = (size >= LEAST_GAPS) & (middle > 0)
    spread = np.full(len(size), np.nan)
    spread[enough] = (high - low)[enough] / middle[enough]
    return spread, middle
