"""Odds between two kinds of people, each of them a range and not a number.

How often one person does something differs from person to person. A fixed rate takes an unusual
person for several; a beta distribution of rates does not (beta-binomial).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln

Floats = NDArray[np.float64]
Rate = tuple[float, float]
"""The two parameters of a beta distribution of rates."""


def log10_odds(hits: Floats, trials: Floats, several: Rate, one: Rate) -> Floats:
    """How much likelier `hits` of `trials` are under one range of rates than under the other.

    Args:
        hits: counts, any shape.
        trials: counts of the same shape, not below `hits`.
        several: rates if access is resold.
        one: rates if it is not.

    Returns:
        Base-10 logarithms of beta-binomial likelihood ratios; 0 where there are no trials.
    """
    odds = _log(hits, trials, several) - _log(hits, trials, one)
    scaled: Floats = odds / np.log(10)
    return scaled


def log10_mean(first: Floats, second: Floats) -> Floats:
    """The mean of two likelihood ratios as a logarithm: a bet with half the stake on each.

    It holds its error rate however the two depend on each other.
    """
    mean: Floats = np.logaddexp(first * np.log(10), second * np.log(10)) - np.log(2)
    scaled: Floats = mean / np.log(10)
    return scaled


def _log(hits: Floats, trials: Floats, rate: Rate) -> Floats:
    first, second = rate
    value: Floats = betaln(hits + first, trials - hits + second) - betaln(first, second)
    return value
