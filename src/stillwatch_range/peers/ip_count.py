"""Counting addresses: an account that many addresses use within a day is taken for shared.

The oldest rule against shared access. In the one public measurement (Scout Analytics, 2009, second
hand) it found 25 per cent of shared accounts at 10 per cent false alarms; as published it therefore
reports the tenth of all accounts that use the most addresses within any 24 hours.
"""

from collections import Counter, deque

import numpy as np

from stillwatch_range.peers.embed import Encoder
from stillwatch_range.peers.scores import Scores
from stillwatch_range.peers.traffic import Stream, Traffic

DAY_S = 86_400
REPORTED = 0.1


def most_addresses(stream: Stream) -> int:
    """The most distinct addresses within any 24 hours."""
    window: deque[tuple[float, str]] = deque()
    held: Counter[str] = Counter()
    most = 0
    for time_s, address in zip(stream.times_s, stream.addresses, strict=True):
        if not address:
            continue
        window.append((time_s, address))
        held[address] += 1
        while window[0][0] <= time_s - DAY_S:
            gone = window.popleft()[1]
            held[gone] -= 1
            if not held[gone]:
                del held[gone]
        most = max(most, len(held))
    return most


def score(traffic: Traffic, _history: Traffic | None, _encode: Encoder) -> Scores:
    """Score accounts: their most addresses within a day."""
    values = {account: float(most_addresses(stream)) for account, stream in traffic.items()}
    counts = np.array(list(values.values()) or [0.0])
    return Scores(values, float(np.quantile(counts, 1 - REPORTED, method="inverted_cdf")))
