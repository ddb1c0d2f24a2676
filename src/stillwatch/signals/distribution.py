"""Whether texts are drawn like a reference: sums of feature vectors compared with it.

The state of an account, a group or a day is a count and a sum (`Sums`), so parts are merged by
adding, and a comparison costs the length of a vector however many texts there were. It replaces
the maximum mean discrepancy over all pairs of texts (Gretton et al., "A kernel two-sample test",
JMLR 2012), whose value for these features is the squared distance of two means.

Two statistics share the state. `Reference` needs no examples of extraction: it measures the
distance in coordinates where reference texts scatter equally, weighted by how far whole sets of
texts are known to lie apart in each direction. `Scorer` has seen extraction elsewhere and asks for
one direction. Both are scaled by the number of texts, so that windows of one size say what is usual
for another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]

SHRINKAGE = 0.1
"""Share of the mean variance added in each direction (chosen on tuning halves, 2026-11)."""
PRIOR_FLOOR = 0.3
"""Weight of directions in which no known sets differ, as a share of the mean known one."""
WINDOW = 15.0
"""Texts times squared share for which weights are best: 1,500 texts with a tenth of attack."""
ACCOUNT = 0.01
"""Squared share for which they are best where accounts' means scatter and not texts: a tenth."""
PENALTY = 1e-4
"""Ridge penalty of a scorer, for losses averaged over texts (chosen on tuning halves, 2026-11)."""
STEPS_TO_FIT = 100
"""More change nothing that single precision can show."""
CLIP = 4.0
"""A single text's natural log odds count up to this, so that no text decides alone."""
SHARE = 0.05
"""Share of extraction among the texts of a judged account that a scorer bets on."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Counts and sums of feature vectors, one row a part.

    Attributes:
        texts: (parts,) numbers of texts.
        totals: (parts, features) sums of their vectors.
    """

    texts: Floats
    totals: Floats

    @classmethod
    def of(cls, vectors: Vectors, part: NDArray[np.int64], parts: int) -> Self:
        """Add up vectors by part."""
        texts = np.bincount(part, minlength=parts).astype(np.float64)
        return cls(texts, _added(vectors.astype(np.float64), part, parts))

    def merged(self, into: NDArray[np.int64], wholes: int) -> "Sums":
        """Add up parts: row i goes to `into[i]`, of as many as `wholes`."""
        texts = np.bincount(into, weights=self.texts, minlength=wholes).astype(np.float64)
        return Sums(texts, _added(self.totals, into, wholes))

    def without(self, others: "Sums") -> "Sums":
        """What is left of each row when texts counted in `others` are taken out."""
        return Sums(self.texts - others.texts, self.totals - others.totals)

    @property
    def means(self) -> Floats:
        """(parts, features) mean vectors; zero where there are no texts."""
        means: Floats = self.totals / np.maximum(self.texts, 1)[:, None]
        return means


def _added(rows: Floats, into: NDArray[np.int64], wholes: int) -> Floats:
    member = csr_array((np.ones(len(rows)), (into, np.arange(len(rows)))), (wholes, len(rows)))
    return np.asarray(member @ rows, np.float64)


@dataclass(frozen=True, slots=True)
class Reference:
    """Coordinates in which to measure a distance from reference texts.

    Attributes:
        axes: (features, axes) projection.
    """

    axes: Floats

    @classmethod
    def fit(cls, honest: Vectors | Floats, known: Floats, strength: float = WINDOW) -> Self:
        """Choose axes.

        Args:
            honest: (texts, features) of reference texts, or (accounts, features) mean vectors of
                honest accounts where these differ from each other by more than chance: their
                scatter is what counts as usual. They are used for nothing else, since rows that
                chose the axes lie nearer to each other than others do.
            known: (sets, features) mean vectors of other sets of texts of any kind, without
                labels: where they lie apart, new sets are expected to lie apart too.
            strength: what weights are best for, `WINDOW` for texts and `ACCOUNT` for accounts.
        """
        mean = honest.mean(axis=0, dtype=np.float64)
        spread, whole = np.linalg.eigh(np.cov(honest, rowvar=False, dtype=np.float64))
        spread = np.maximum(spread, 0)
        white = whole / np.sqrt(spread + SHRINKAGE * spread.mean())
        apart = (known - mean) @ white
        size, turned = np.linalg.eigh(apart.T @ apart / max(len(known), 1))
        prior = np.maximum(size, 0)
        prior += PRIOR_FLOOR * prior.mean() if len(known) else 1.0
        # Of a normal prior, the best weight of each direction for the sum of squares.
        gain = strength * prior
        axes: Floats = white @ (turned * np.sqrt(gain / (1 + gain)))
        return cls(axes)

    def distances(self, sums: Sums, reference: Sums) -> Floats:
        """(parts,) squared distances of means, in units that do not depend on counts.

        Args:
            sums: what is judged.
            reference: one row to compare all with, or one for each.
        """
        apart = (sums.means - reference.means) @ self.axes
        squares: Floats = np.einsum("ij,ij->i", apart, apart) / _variance(sums, reference)
        return squares


@dataclass(frozen=True, slots=True)
class Scorer:
    """What a text says for extraction seen elsewhere against honest texts.

    A text's score is the growth of a bet that `SHARE` of texts are extraction: the logarithm of a
    mixture's likelihood ratio. Log odds as they are would let the many clearly honest texts of a
    thin campaign outvote the few others.

    Attributes:
        weights: (features,) direction.
        offset: added to the product with it.
    """

    weights: Floats
    offset: float

    @classmethod
    def fit(cls, extraction: Vectors, honest: Vectors) -> Self:
        """Logistic regression with both sides of equal weight and a ridge penalty.

        Args:
            extraction: (texts, features) of extraction known from elsewhere.
            honest: (texts, features) of honest texts.
        """
        rows = np.concatenate([extraction, honest]).astype(np.float32, copy=False)
        sides = np.repeat([1.0, -1.0], [len(extraction), len(honest)])
        shares = 0.5 / np.repeat([len(extraction), len(honest)], [len(extraction), len(honest)])

        def loss(point: Floats) -> tuple[float, Floats]:
            margins = sides * (rows @ point[:-1].astype(np.float32) + point[-1])
            pull = -sides * shares * expit(-margins)
            ridge = PENALTY * float(point[:-1] @ point[:-1]) / 2
            slope = np.append(pull.astype(np.float32) @ rows + PENALTY * point[:-1], pull.sum())
            return float(shares @ np.logaddexp(0, -margins)) + ridge, slope

        start = np.zeros(rows.shape[1] + 1)
        found = minimize(
            loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS_TO_FIT}
        ).x
        return cls(found[:-1], float(found[-1]))

    def scores(self, vectors: Vectors) -> Floats:
        """(texts, 1) growth of the bet by each text, to be added up like features."""
        odds = np.minimum(vectors @ self.weights + self.offset, CLIP)[:, None]
        growth: Floats = np.log1p(SHARE * np.expm1(odds))
        return growth


def excess(scores: Sums, reference: Sums) -> Floats:
    """(parts,) differences of mean scores from a reference, in units that do not depend on counts.

    Args:
        scores: sums of one score a text.
        reference: one row, or one for each.
    """
    apart = (scores.means - reference.means)[:, 0]
    scaled: Floats = apart / np.sqrt(_variance(scores, reference))
    return scaled


def _variance(sums: Sums, reference: Sums) -> Floats:
    """Variance of a difference of means for a text's variance of one."""
    variance: Floats = 1 / np.maximum(sums.texts, 1) + 1 / np.maximum(reference.texts, 1)
    return variance


def p_values(statistics: Floats, honest: Floats) -> Floats:
    """Conformal p-values: how many honest parts lie at least as far out.

    Args:
        statistics: of what is judged.
        honest: of honest parts of the same kind (accounts for accounts, never texts for accounts)
            that chose nothing else. No value is below one in their number and one.
    """
    ordered = np.sort(honest)
    above = len(ordered) - np.searchsorted(ordered, statistics, side="left")
    return np.asarray((1 + above) / (1 + len(ordered)), np.float64)


@dataclass(frozen=True, slots=True)
class Spreads:
    """How much accounts that share a template differ in what they put into it.

    A spread is the variance between accounts' means over the variance of texts within an account.
    It is itself different from one group to the next, so each kind is a log-normal range.

    Attributes:
        honest: median spread among honest accounts that share a template.
        honest_sigma: standard deviation of its natural logarithm.
        pool: median among accounts that one operator feeds from one pool.
        pool_sigma: standard deviation of its natural logarithm.
        freedom: effective number of directions in which texts vary (`directions`).
    """

    honest: float
    honest_sigma: float
    pool: float
    pool_sigma: float
    freedom: float

    @classmethod
    def fit(cls, honest: Sequence[Sums], pools: Sequence[Sums], freedom: float) -> Self:
        """Medians and widths from tuning groups; each group's `Sums` has a row an account."""
        middle, width = _log_normal([spread(group)[0] for group in honest])
        pool, pool_width = _log_normal([spread(group)[0] for group in pools])
        return cls(middle, width, pool, pool_width, freedom)


LEAST_SPREAD = 1e-4
LEAST_SIGMA = 0.5
LEAST_WITHIN = 1e-5
"""Variance within accounts below which single precision leaves nothing but rounding."""


def _log_normal(values: Sequence[float]) -> tuple[float, float]:
    logs = np.log(np.maximum(values, LEAST_SPREAD))
    low, middle, high = np.quantile(logs, [0.16, 0.5, 0.84])
    return float(np.exp(middle)), max(float(high - low) / 2, LEAST_SIGMA)


def directions(vectors: Vectors) -> float:
    """Effective number of directions in which texts vary: of as many a sum of squares consists.

    One at least, also where all texts are the same.
    """
    variances = np.linalg.eigvalsh(np.cov(vectors, rowvar=False, dtype=np.float64))
    squares = float((variances**2).sum())
    return max(float(variances.sum() ** 2) / squares, 1.0) if squares else 1.0


def spread(group: Sums) -> tuple[float, float]:
    """How much the accounts of a group differ, by analysis of variance.

    Vectors have length one, so counts and sums say all that is needed.

    Args:
        group: a row an account; rows without texts are left out.

    Returns:
        The estimated spread (below zero by chance where there is none), and the harmonic-like mean
        number of texts an account that it rests on; 0 and 0 where nothing can be said: fewer than
        two accounts, or no account with two texts.
    """
    texts, totals = group.texts[group.texts > 0], group.totals[group.texts > 0]
    accounts, everything = len(texts), texts.sum()
    if accounts < 2 or everything <= accounts:
        return 0.0, 0.0
    explained = (np.einsum("ij,ij->i", totals, totals) / texts).sum()
    whole = totals.sum(axis=0)
    within = (everything - explained) / (everything - accounts)
    between = (explained - whole @ whole / everything) / (accounts - 1)
    each = float((everything - (texts**2).sum() / everything) / (accounts - 1))
    if within < LEAST_WITHIN:
        # Every account repeats one text: no scale to measure by.
        return 0.0, 0.0
    return float((between / within - 1) / each), each


STEPS = 81
WIDTHS = 4.0


def one_pool(group: Sums, spreads: Spreads) -> float:
    """log10 of how much likelier it is that all accounts draw from one pool than each from its own.

    The ratio of variances between and within accounts is compared under both ranges of spreads; it
    is a scaled chi-square in so many directions.

    Args:
        group: sums of the vectors of what fills the template's slots, a row an account (accounts of
            one owner merged first). Not the vectors of whole texts: the fixed part is the same.
        spreads: what is usual.

    Returns:
        The log10 likelihood ratio; 0 where nothing can be said.
    """
    found, each = spread(group)
    if not each:
        return 0.0
    freedom = spreads.freedom * (np.count_nonzero(group.texts) - 1)
    ratio = max(1 + each * found, 1e-9)
    pool = _log_likelihood(ratio, each, freedom, spreads.pool, spreads.pool_sigma)
    honest = _log_likelihood(ratio, each, freedom, spreads.honest, spreads.honest_sigma)
    return (pool - honest) / float(np.log(10))


def _log_likelihood(
    ratio: float, each: float, freedom: float, middle: float, sigma: float
) -> float:
    """Of a ratio of variances, averaged over a log-normal range of spreads, but for a constant."""
    steps = np.linspace(-WIDTHS, WIDTHS, STEPS)
    scale = 1 + each * middle * np.exp(sigma * steps)
    logs = -freedom / 2 * (np.log(scale) + ratio / scale) - steps**2 / 2
    # Quadrature of equal steps; both sides share them, so their width cancels.
    return float(np.logaddexp.reduce(logs))
