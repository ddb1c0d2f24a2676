"""Odds between ranges of rates are likelihood ratios."""

import numpy as np
import pytest
from scipy.stats import betabinom

from stillwatch.signals.betting import log10_mean, log10_odds

SEVERAL, ONE = (3.0, 6.0), (1.2, 13.0)


def test_odds_are_those_of_the_beta_binomial():
    """The ratio agrees with scipy's probabilities."""
    hits, trials = np.arange(11.0), np.full(11, 10.0)
    expected = betabinom.pmf(hits, 10, *SEVERAL) / betabinom.pmf(hits, 10, *ONE)
    assert log10_odds(hits, trials, SEVERAL, ONE) == pytest.approx(np.log10(expected))


def test_a_bet_wins_nothing_on_average_where_one_person_types():
    """Under the null the mean likelihood ratio is one, also of the mean of two bets."""
    hits = np.arange(51.0)
    chance = betabinom.pmf(hits, 50, *ONE)
    odds = log10_odds(hits, np.full(51, 50.0), SEVERAL, ONE)
    other = np.zeros(51)
    assert (chance * 10**odds).sum() == pytest.approx(1)
    assert (chance * 10 ** log10_mean(odds, other)).sum() == pytest.approx(1)
