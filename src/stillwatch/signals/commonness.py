"""How much it weighs that members of a group share what a known part of everybody has.

Strangers in one group are no fair sample of everybody: users of one tool are alike in many ways. So
their share varies widely around that of everybody (beta-binomial with a small concentration).
"""

import numpy as np

from stillwatch.signals.betting import Rate, log10_odds

LOOSE = 3.0
"""Concentration of honest groups around everybody's share; at 3 a group is often far from it."""
POPULAR = 0.3
"""What so many of everybody have ties nobody; below, no more weight than it is rarer than this."""
OPERATED: Rate = (5.0, 1.0)


def log10_shared(
    sharers: int, members: int, everybody: float, *, operated: Rate = OPERATED, tried: float = 1.0
) -> float:
    """How much likelier it is that so many share when one operator set all members up.

    Args:
        sharers: members that share it, with the one through whom it was found.
        members: members of whom it is known.
        everybody: share of everybody else that has it, above 0 and below 1.
        operated: beta distribution of the share in operated groups.
        tried: how many values or stretches of time were looked at to find this one.

    Returns:
        A base-10 logarithm. What speaks for operation is corrected for the search and bounded by
        how rare the thing is; neither turns it against.
    """
    usual = (LOOSE * everybody, LOOSE * (1 - everybody))
    # Whatever one looks for, somebody has it; what counts is how many of the others do.
    counts = np.array([max(sharers - 1.0, 0.0)]), np.array([max(members - 1.0, 0.0)])
    odds = float(log10_odds(*counts, several=operated, one=usual)[0])
    searched = odds - float(np.log10(max(tried, 1.0)))
    rarity = float(np.log10(POPULAR / everybody))
    return odds if odds <= 0 else max(0.0, min(searched, rarity))


def share_of_others(holders: int, others: int) -> float:
    """A share that is never 0 or 1, however few there are to judge it by."""
    return (holders + 0.5) / (others + 1.0)
