"""The share model is bounded, fair to set-ups, and moves the right way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng

from stillwatch.signals.share_model import ShareModel

MODEL = ShareModel(honest_mean=0.02)


@given(st.integers(1, 5_000), st.floats(0, 1))
def test_weight_stays_between_its_bounds(asked, share):
    """However extreme the count, the weight is finite and capped."""
    weight = MODEL.log10_lr(round(share * asked), asked)
    assert -0.5 <= weight <= MODEL.most


def test_a_clean_account_speaks_for_itself_the_more_it_is_asked():
    """Nothing broken is weak evidence of honesty."""
    weights = [MODEL.log10_lr(0, asked) for asked in (1, 5, 50, 500)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] < weights[0] < 0


def test_most_of_many_weighs_more_than_few_of_many():
    """One odd conversation among hundreds is an honest account's."""
    assert MODEL.log10_lr(3, 300) < 0 < 0.5 < MODEL.log10_lr(150, 300)


def test_all_of_them_weighs_less_than_most_of_them():
    """A set-up breaks everything; a mixture of customers does not."""
    assert MODEL.log10_lr(60, 60) < MODEL.log10_lr(48, 60)


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_few_conversations_never_reach_the_cap(broken):
    """One conversation is an anecdote."""
    assert MODEL.log10_lr(broken, broken) <= MODEL.cap(broken) <= MODEL.most / 2


def test_the_average_weight_of_honest_accounts_is_low():
    """Under its own null the likelihood ratio is at most 1 on average, as one must be."""
    random = default_rng(1)
    always = random.random(20_000) < MODEL.honest_always
    low = MODEL.honest_mean * MODEL.honest_concentration
    shares = random.beta(low, MODEL.honest_concentration - low, len(always))
    shares[always] = random.beta(50, 0.5, int(always.sum()))
    ratios = [10 ** MODEL.log10_lr(int(k), 30) for k in random.binomial(30, shares)]
    assert sum(ratios) / len(ratios) < 1.05
