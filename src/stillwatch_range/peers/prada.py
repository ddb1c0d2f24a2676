"""PRADA (Juuti et al., EuroS&P 2019, arXiv 1805.02628).

For each account: the distance of every new query to the nearest of a growing set of earlier ones.
Of honest users these distances look normal; of synthetic queries they do not. Once there are 100 of
them, outliers past three standard deviations are cut and the Shapiro-Wilk statistic W is taken; an
account with W below 0.9 (the default of the authors' program) is reported.

What differs from the paper: it was made for images and for a classifier, with one growing set for
each class that the model answers; answers in text have no classes, so there is one set. Distances
are between embedded prompts (`embed`). W is taken at every hundredth distance, not at each.
"""

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.stats import shapiro

from stillwatch_range.peers.embed import Encoder, Vectors
from stillwatch_range.peers.mmd import squared_distances
from stillwatch_range.peers.scores import Scores
from stillwatch_range.peers.traffic import Traffic

DELTA = 0.9
FEWEST = 100
STEP = 100
LONGEST = 4_000
"""Queries of an account that are looked at; Shapiro-Wilk is good for 5,000 values at most."""


def growing_distances(queries: Vectors) -> NDArray[np.float64]:
    """Distance of each query after the first to the nearest of the growing set.

    A query joins the set when its distance is above the set's own threshold: mean less standard
    deviation of the distances of those that joined.
    """
    members = np.zeros(len(queries), np.int64)
    count = 1
    joined: list[float] = []
    distances: list[float] = []
    for at in range(1, len(queries)):
        near = squared_distances(queries[at : at + 1], queries[members[:count]])
        distance = float(np.sqrt(near.min()))
        distances.append(distance)
        if not joined or distance > np.mean(joined) - np.std(joined):
            members[count] = at
            count += 1
            joined.append(distance)
    return np.array(distances)


def normality(distances: NDArray[np.float64]) -> float:
    """Shapiro-Wilk's W without outliers past three standard deviations; 1 is normal."""
    spread = distances.std()
    kept = distances[np.abs(distances - distances.mean()) <= 3 * spread]
    if len(kept) < 3 or np.ptp(kept) < 1e-9:
        return 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(shapiro(kept).statistic)


def score(traffic: Traffic, _history: Traffic | None, encode: Encoder) -> Scores:
    """Score accounts: one less the lowest W on the way."""
    values = {}
    for account, stream in traffic.items():
        queries = stream.typed[:LONGEST]
        if len(queries) > FEWEST:
            distances = growing_distances(encode(queries))
            ends = [*range(FEWEST, len(distances), STEP), len(distances)]
            values[account] = 1 - min(normality(distances[:end]) for end in ends)
    return Scores(values, 1 - DELTA)
