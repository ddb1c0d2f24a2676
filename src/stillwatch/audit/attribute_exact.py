"""Exact chances under random labels: how often runs that share something share a value as well.

Environments are run in random order, once in every round. If a tool does not look at its
environment, what it sends is what it is, and only the labels of the runs are random. How many of
the runs that carry a value have some level is then hypergeometric: that is the whole permutation
distribution, so nothing has to be sampled. Without the rounds it is a little wider than with
them (W. Hoeffding, "Probability inequalities for sums of bounded random variables", JASA 58, 1963,
section 6), which errs on the safe side.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaln, log_ndtr

Logs = NDArray[np.float64]
_LEAST = -700.0


@lru_cache(maxsize=65536)
def tails(runs: int, rule: int, value: int) -> Logs:
    """Natural logarithm of the chance that at least so many runs have both.

    Args:
        runs: how many runs there are.
        rule: how many of them a rule takes in.
        value: how many carry a value.

    Returns:
        By number of runs that have both, from 0 to `value`.
    """
    chances = logs(runs, rule, value)
    return _summed(chances)


@lru_cache(maxsize=65536)
def logs(runs: int, rule: int, value: int) -> Logs:
    """As `tails`, of exactly so many."""
    both = np.arange(value + 1)
    possible = (both <= rule) & (value - both <= runs - rule)
    found = np.full(value + 1, -np.inf)
    at = both[possible]
    found[possible] = (
        _choose(rule, at) + _choose(runs - rule, value - at) - _choose(runs, np.asarray(value))
    )
    return found


@lru_cache(maxsize=65536)
def together(counts: tuple[tuple[int, int, int], ...]) -> Logs:
    """Tails of the sum of independent counts.

    Args:
        counts: of each, the arguments of `tails`.
    """
    total = np.ones(1)
    for one in counts:
        total = np.convolve(total, np.exp(logs(*one)))
    with np.errstate(divide="ignore"):
        return _summed(np.log(total))


def poisson(least: int, mean: float) -> float:
    """Logarithm of the chance of at least so many, where each is rare and they are many.

    Args:
        least: the number.
        mean: the mean.
    """
    if least <= 0:
        return 0.0
    if mean <= 0:
        return _LEAST
    chance = float(gammainc(least, mean))
    if chance > 0:
        return float(np.log(chance))
    return float(max(_LEAST, least * np.log(mean) - mean - gammaln(least + 1)))


def normal(figure: Logs) -> Logs:
    """Logarithm of the chance of a normal figure of at least this."""
    found: Logs = log_ndtr(-figure)
    return found


def _choose(number: int, taken: NDArray[np.int64]) -> Logs:
    found: Logs = gammaln(number + 1) - gammaln(taken + 1) - gammaln(number - taken + 1)
    return found


def _summed(chances: Logs) -> Logs:
    found: Logs = np.logaddexp.accumulate(chances[::-1])[::-1]
    tails_: Logs = np.minimum(0.0, found - found[0])
    return tails_
