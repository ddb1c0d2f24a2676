"""The MMD window test (arXiv 2606.05725, June 2026).

A window of prompts is embedded and compared with a benign reference by the maximum mean discrepancy
(Gretton et al., 2012) with a sum of Gaussian kernels. The threshold is the 95th percentile of the
same statistic over benign windows of that size. Written from the formula; the paper's repository
has no licence and was not used.

What differs from the paper: the encoder (`embed`); the kernel widths, whose factors it does not
print in what we could read (ours: a quarter to four times the median distance); the unbiased
estimate; the null, which splits the history anew into a window and the rest for each draw, so that
it holds the chance of both sides; and that it is run on accounts, whose windows have as many prompts as the account sent.
Without a tuning folder the judged traffic itself is the benign history.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stillwatch_range.peers.embed import Encoder, Vectors
from stillwatch_range.peers.scores import Scores
from stillwatch_range.peers.traffic import Traffic

FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)
WINDOW = 1_500
SIZES = (25, 50, 100, 200, 500, 1_000, WINDOW)
HISTORY = 4_000
"""Benign prompts that windows are compared with, at most."""
NULLS = 1_000
LEAST = 1e-7
"""A threshold is no lower: that is the precision of the kernels' sums."""
PERCENTILE = 95
SEED = 42


def squared_distances(ones: Vectors, others: Vectors) -> NDArray[np.float32]:
    """Squared distance of each of some vectors of length one to each of others."""
    return np.asarray(np.maximum(2 - 2 * (ones @ others.T), 0), np.float32)


def widths(vectors: Vectors) -> tuple[float, ...]:
    """Squared kernel widths: multiples of the median squared distance between vectors."""
    distances = squared_distances(vectors[:2_000], vectors[:2_000])
    middle = float(np.median(distances[np.triu_indices(len(distances), 1)])) or 1.0
    return tuple(middle * factor**2 for factor in FACTORS)


def kernel(ones: Vectors, others: Vectors, squared_widths: Sequence[float]) -> NDArray[np.float32]:
    """Mean of Gaussian kernels exp(-d^2 / 2 w^2) over the widths."""
    distances = squared_distances(ones, others)
    total = np.zeros_like(distances)
    for width in squared_widths:
        total += np.exp(distances / np.float32(-2 * width))
    return total / np.float32(len(squared_widths))


def mmd2(ones: Vectors, others: Vectors, squared_widths: Sequence[float]) -> float:
    """The unbiased estimate of the squared discrepancy of two samples of two or more vectors."""
    within = _within(kernel(ones, ones, squared_widths))
    across = float(kernel(ones, others, squared_widths).mean(dtype=np.float64))
    return within + _within(kernel(others, others, squared_widths)) - 2 * across


def _within(square: NDArray[np.float32]) -> float:
    count = len(square)
    total = float(square.sum(dtype=np.float64)) - float(np.trace(square, dtype=np.float64))
    return total / (count * (count - 1))


class Benign:
    """The benign side of the test: a history that windows are compared with.

    Args:
        history: benign vectors; `HISTORY` are plenty, since all pairs of them are held.
        percentile: share of benign windows below the threshold, in per cent.
    """

    def __init__(self, history: Vectors, percentile: float = PERCENTILE) -> None:
        self._history = history
        self._widths = widths(history)
        self._kernel = kernel(history, history, self._widths)
        self._within = _within(self._kernel)
        self._percentile = percentile
        self._thresholds: dict[int, float] = {}

    def statistic(self, window: Vectors) -> float:
        """Squared discrepancy of a window from the history."""
        across = float(kernel(window, self._history, self._widths).mean(dtype=np.float64))
        return _within(kernel(window, window, self._widths)) + self._within - 2 * across

    def statistics(self, vectors: Vectors, windows: NDArray[np.int64]) -> NDArray[np.float64]:
        """The statistic of many windows of one set of vectors, much faster than one by one.

        Args:
            vectors: what the windows are drawn from.
            windows: (windows, size) rows of the vectors, none twice in a window.
        """
        square = kernel(vectors, vectors, self._widths)
        across = kernel(vectors, self._history, self._widths).mean(axis=1, dtype=np.float64)
        member = np.zeros((len(windows), len(vectors)), np.float32)
        np.put_along_axis(member, windows, 1, axis=1)
        inside = np.einsum("ij,ij->i", member @ square, member, dtype=np.float64)
        inside -= member @ np.diag(square).astype(np.float64)
        size = windows.shape[1]
        within = inside / (size * (size - 1))
        return np.asarray(within + self._within - 2 * (member @ across) / size, np.float64)

    def threshold(self, size: int) -> float:
        """What benign windows of a size stay below, in `percentile` of a hundred cases."""
        if size not in self._thresholds:
            null = self.null(size)
            self._thresholds[size] = float(np.percentile(null, self._percentile))
        return self._thresholds[size]

    def null(self, size: int) -> NDArray[np.float64]:
        """The statistic of `NULLS` windows drawn from the history against the rest of it.

        A window takes at most half of the history.
        """
        draw = np.random.default_rng((SEED, size))
        count = len(self._history)
        size = min(size, count // 2)
        rest = count - size
        member = np.zeros((NULLS, count), np.float32)
        for row in member:
            row[draw.choice(count, size, replace=False)] = 1
        # Of a symmetric kernel the sums over window, rest and both follow from two of them.
        inside = np.einsum("ij,ij->i", member @ self._kernel, member, dtype=np.float64)
        rows = self._kernel.sum(axis=1, dtype=np.float64)
        touching = member @ rows
        outside = rows.sum() - 2 * touching + inside
        diagonal = np.diag(self._kernel).astype(np.float64)
        own = member @ diagonal
        windows = (inside - own) / (size * (size - 1))
        others = (outside - (diagonal.sum() - own)) / (rest * (rest - 1))
        return np.asarray(windows + others - 2 * (touching - inside) / (size * rest), np.float64)


def benign(prompts: Sequence[str], encode: Encoder) -> Benign:
    """A history of prompts drawn at random."""
    order = np.random.default_rng(SEED).permutation(len(prompts))[:HISTORY]
    return Benign(encode([prompts[at] for at in order]))


def score(traffic: Traffic, history: Traffic | None, encode: Encoder) -> Scores:
    """Score accounts: the statistic of their last prompts over the threshold for so many.

    Args:
        traffic: what is judged.
        history: benign traffic; None takes the judged traffic.
        encode: turns prompts into vectors.
    """
    known = [text for stream in (history or traffic).values() for text in stream.typed]
    values: dict[str, float] = {}
    if len(known) < 4 * SIZES[0]:
        return Scores(values, 1.0)
    test = benign(known, encode)
    for account, stream in traffic.items():
        window = stream.typed[-WINDOW:]
        if len(window) >= SIZES[0]:
            size = max(size for size in SIZES if size <= len(window))
            threshold = max(test.threshold(size), LEAST)
            values[account] = test.statistic(encode(window)) / threshold
    return Scores(values, 1.0)
