"""Weights that grow with every doubling of a count, and stop growing."""

import math
from collections.abc import Mapping

from stillwatch.signals.model import Parameter


def doubled(parameters: Mapping[str, Parameter], first: str, count: int) -> float:
    """The weight of something that was seen `count` times.

    Honest accidents come in runs, so the tenth sighting says less than the second.

    Args:
        parameters: the signal's; `each_doubling` and `most` are read beside `first`.
        first: the parameter that a single sighting weighs.
        count: at least 1.

    Returns:
        A base-10 logarithm, rounded to hundredths.
    """
    grown = parameters[first].value + parameters["each_doubling"].value * math.log2(count)
    return round(min(grown, parameters["most"].value), 2)
