"""What a peer says of accounts, and where its threshold lies."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

FALSE_ALARMS = 1e-3
"""Share of honest accounts of the tuning folder above a threshold that is set there."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of accounts, the more suspicious the higher.

    Attributes:
        values: score by account; accounts with too little traffic have none.
        threshold: an account above it is reported, as the method was published.
    """

    values: dict[str, float]
    threshold: float


def calibrated(values: Collection[float], accounts: int) -> float:
    """The least threshold that at most `FALSE_ALARMS` of honest accounts exceed.

    Args:
        values: scores of honest accounts.
        accounts: number of honest accounts, with those that have no score. With fewer than a
            thousand none of them may exceed it, and the true rate may be higher. Without any
            score nothing is reported.
    """
    if not len(values):
        return np.inf
    highest = np.sort(np.fromiter(values, np.float64))[::-1]
    allowed = int(FALSE_ALARMS * accounts)
    return float(highest[allowed]) if allowed < len(highest) else -np.inf
