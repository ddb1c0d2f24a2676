"""SEAT (Zhang, Chen and Wagner, AISec 2021).

Extraction queries are small changes of each other. An encoder says which two queries of an account
are nearly the same; an account with many such pairs is cancelled.

What differs from the paper: its encoder is trained adversarially on the victim's images, which has
no counterpart here; prompts are embedded (`embed`). Two prompts are a pair from a cosine of 0.9 on,
and an account is reported from 50 pairs on: both numbers are ours, since the paper sets them for
its own encoder. Exact repeats count as pairs, as there.
"""

import numpy as np

from stillwatch_range.peers.embed import Encoder, Vectors
from stillwatch_range.peers.scores import Scores
from stillwatch_range.peers.traffic import Traffic

ALIKE = 0.9
PAIRS = 50
LONGEST = 4_000
"""Queries of an account that are compared with each other."""


def pairs(queries: Vectors, alike: float = ALIKE) -> int:
    """Number of pairs of queries with at least that cosine."""
    if not len(queries):
        return 0
    near = (queries @ queries.T) >= np.float32(alike)
    return int(np.triu(near, 1).sum())


def score(traffic: Traffic, _history: Traffic | None, encode: Encoder) -> Scores:
    """Score accounts: their number of pairs."""
    values = {}
    for account, stream in traffic.items():
        queries = stream.typed[-LONGEST:]
        if queries:
            values[account] = float(pairs(encode(queries)))
    return Scores(values, PAIRS - 0.5)
