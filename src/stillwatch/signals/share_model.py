"""How much a share of broken conversations weighs, when honest accounts differ widely.

An honest account is not a coin with a known bias. Most never break a check; some break it now and
then; a few have a set-up that breaks it nearly always. So the honest share is drawn from a mixture
of a beta distribution with a small concentration and one close to 1, and the count is
beta-binomial. An account of resold access leaves this trace with any share, or nearly always, or
does not leave it at all.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import betaln

from stillwatch.signals.model import Parameter

ASSUMED = "assumption, see docs/calibration.md"


# Shares close to 1: 99% on average.
_ALWAYS = (50.0, 0.5)


@dataclass(frozen=True)
class ShareModel:
    """A likelihood ratio for `broken` out of `asked` conversations.

    Attributes:
        honest_mean: mean share of honest accounts without a special set-up.
        honest_concentration: sum of the two parameters of their beta distribution; at 1 and
            below, most of them are at zero.
        honest_always: how many honest accounts have a set-up that breaks nearly every one.
        relay_always: how many of the accounts of resold access that leave the trace do so nearly
            always; the others have any share, uniformly.
        leaves_trace: how many accounts of resold access leave the trace at all.
        steady: the cap is scaled by broken / (broken + `steady`), so that few conversations never
            reach it.
        most: cap of the base-10 logarithm, at most 2.
    """

    honest_mean: float
    honest_concentration: float = 1.0
    honest_always: float = 0.03
    relay_always: float = 0.3
    leaves_trace: float = 0.5
    steady: float = 3.0
    most: float = 2.0

    def log10_lr(self, broken: int, asked: int) -> float:
        """The base-10 logarithm of the likelihood ratio, rounded to hundredths.

        Args:
            broken: conversations in which the check is broken.
            asked: conversations to which it applies, at least `broken` and at least 1.
        """
        low = self.honest_mean * self.honest_concentration
        usual = (low, self.honest_concentration - low)
        honest = _mixed(broken, asked, usual, self.honest_always)
        traced = _mixed(broken, asked, (1.0, 1.0), self.relay_always)
        # Beyond this the cap decides anyway.
        ratio = math.exp(min(traced - honest, 50.0))
        weight = math.log10(1.0 - self.leaves_trace + self.leaves_trace * ratio)
        return round(min(weight, self.cap(broken)), 2)

    def cap(self, broken: int) -> float:
        """The most that this many broken conversations may weigh."""
        return self.most * broken / (broken + self.steady)

    def parameters(self) -> dict[str, Parameter]:
        """The numbers of the model for a signal's declaration."""
        share, many = "share of conversations", "share of accounts"
        return {
            "honest_mean": Parameter(self.honest_mean, share, ASSUMED),
            "honest_concentration": Parameter(
                self.honest_concentration, "prior observations", ASSUMED
            ),
            "honest_always": Parameter(self.honest_always, many, ASSUMED),
            "relay_always": Parameter(self.relay_always, many, ASSUMED),
            "leaves_trace": Parameter(self.leaves_trace, many, ASSUMED),
            "steady": Parameter(self.steady, "conversations", ASSUMED),
            "most": Parameter(self.most, "log10", "cap"),
        }


def _mixed(hits: int, trials: int, usual: tuple[float, float], always: float) -> float:
    """Log probability under a beta-binomial mixed with one whose share is close to 1."""
    return float(
        np.logaddexp(
            math.log1p(-always) + _log_betabinomial(hits, trials, usual),
            math.log(always) + _log_betabinomial(hits, trials, _ALWAYS),
        )
    )


def _log_betabinomial(hits: int, trials: int, beta: tuple[float, float]) -> float:
    """Log probability of `hits`, without the binomial coefficient, which cancels in the ratio."""
    low, high = beta
    return float(betaln(hits + low, trials - hits + high) - betaln(low, high))
