"""Likelihood ratios that know their own limits.

However clear the data are, some honest groups do the same for reasons that nobody thought of, and
some operators take care not to do it. Mixing each side with the other bounds the ratio both ways.
"""

from dataclasses import dataclass

import numpy as np

from stillwatch.signals.model import Parameter
from stillwatch.signals.share_model import ASSUMED


@dataclass(frozen=True)
class Tempered:
    """Bounds of a likelihood ratio.

    Attributes:
        honest: share of honest groups that look like operated ones here.
        avoided: share of operated groups that look like honest ones here.
    """

    honest: float
    avoided: float

    def log10_lr(self, log10_ratio: float) -> float:
        """The bounded ratio as a base-10 logarithm, rounded to hundredths.

        Args:
            log10_ratio: how much likelier the data are among groups that do it than among those
                that don't, unbounded.
        """
        ratio = np.log(10) * log10_ratio
        operated = np.logaddexp(np.log1p(-self.avoided) + ratio, np.log(self.avoided))
        usual = np.logaddexp(np.log(self.honest) + ratio, np.log1p(-self.honest))
        return round(float((operated - usual) / np.log(10)), 2)

    def parameters(self) -> dict[str, Parameter]:
        """The two numbers for a signal's declaration."""
        return {
            "honest": Parameter(self.honest, "share of honest groups that do the same", ASSUMED),
            "avoided": Parameter(self.avoided, "share of operators that avoid it", ASSUMED),
        }
