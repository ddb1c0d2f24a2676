"""Error control over many groups at once: a hunt that tests many groups must pay for the search."""

from collections.abc import Mapping

import numpy as np


def e_bh(log10_e: Mapping[str, float], rate: float) -> frozenset[str]:
    """Which hypotheses to reject so that at most a share of the rejected is false on average.

    Holds however the e-values depend on each other (Wang and Ramdas, "False discovery rate control
    with e-values", JRSS B 84, 2022: the base e-BH procedure).

    Args:
        log10_e: base-10 logarithms of e-values by name.
        rate: the false discovery rate, above 0 and at most 1.
    """
    ranked = sorted(log10_e, key=lambda name: (-log10_e[name], name))
    tested = len(ranked)
    most = 0
    for place, name in enumerate(ranked, start=1):
        if log10_e[name] >= np.log10(tested / (place * rate)):
            most = place
    return frozenset(ranked[:most])


def adjusted(log10_e: float) -> float:
    """What remains of an e-value that is the largest of many looks at the same stream.

    Whoever looks again and again and keeps what was found rejects on the running maximum, for
    which e-BH does not hold without this (Tavyrikov, Goeman and de Heide, arXiv 2501.19360). The
    adjuster is (e - 1 - ln e) / (ln e)^2 (Shafer, Shen, Vereshchagin and Vovk, "Test martingales,
    Bayes factors and p-values", Statistical Science 26, 2011).

    Args:
        log10_e: base-10 logarithm of the e-value; below 0 nothing remains, and 0 is given back.
    """
    natural = log10_e * np.log(10)
    if natural < 1:
        return 0.0
    remains = natural + np.log1p(-(1 + natural) * np.exp(-natural)) - 2 * np.log(natural)
    return float(max(remains / np.log(10), 0.0))
