"""The false-alarm run sees false alarms where there are some."""

import numpy as np
from calibrate import SHARES, weights
from population.innocents import KINDS

from stillwatch.signals import distinct_environments
from stillwatch.signals.model import Evidence, Signal


def loud(tables):
    return [
        Evidence("loud", "plurality", account, 3.0, "", "")
        for account in ("acct_000001", "acct_000004")
    ]


def test_the_shares_are_of_all_kinds_and_whole():
    """Every kind of honest account is drawn."""
    assert set(SHARES) == set(KINDS)
    assert sum(SHARES.values()) == 1


def test_weights_are_summed_by_family():
    """A signal that shouts at two accounts shows at these two, alone and in the sum."""
    base = distinct_environments.SIGNAL
    signal = Signal(
        id="loud",
        title="",
        question="",
        family="plurality",
        exact=False,
        null_model="",
        innocent_twin="",
        gaps="",
        references=(),
        ask=loud,
    )
    found = weights([base, signal], "developer", 6, seed=1)
    assert np.flatnonzero(found["loud"]).tolist() == [1, 4]
    assert (found["plurality, summed"] == found["loud"] + found[base.id]).all()
