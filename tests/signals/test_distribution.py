"""Sums of vectors: merged parts are the whole, and foreign texts stand out at a known rate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from stillwatch.signals.distribution import (
    Reference,
    Scorer,
    Spreads,
    Sums,
    directions,
    excess,
    one_pool,
    p_values,
    spread,
)

WIDE = 12
Floats = NDArray[np.float64]


def texts(count: int, seed: int, towards: int | None = None) -> NDArray[np.float32]:
    """Vectors of length one, spread unequally; those of a foreign kind lean to one axis."""
    draw = np.random.default_rng(seed)
    rows = draw.standard_normal((count, WIDE)) * np.linspace(0.3, 1, WIDE)
    if towards is not None:
        rows[:, towards] += 2.0
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def whole(rows: NDArray[np.float32] | Floats) -> Sums:
    """One row of sums."""
    return Sums(np.array([float(len(rows))]), rows.sum(axis=0, dtype=np.float64)[None])


def parts(rows: NDArray[np.float32] | Floats, size: int) -> Sums:
    """Sums of consecutive texts."""
    return Sums.of(
        np.asarray(rows, np.float32), np.arange(len(rows)) // size, -(-len(rows) // size)
    )


@given(
    arrays.arrays(np.float32, (20, 3), elements=st.floats(-1, 1, width=32)),
    arrays.arrays(np.int64, 20, elements=st.integers(0, 6)),
    arrays.arrays(np.int64, 7, elements=st.integers(0, 2)),
)
def test_merged_parts_are_the_whole(
    rows: NDArray[np.float32], part: NDArray[np.int64], into: NDArray[np.int64]
) -> None:
    """However texts are cut into parts, merging gives the sums of all of them."""
    merged = Sums.of(rows, part, 7).merged(into, 3)
    direct = Sums.of(rows, into[part], 3)
    assert np.array_equal(merged.texts, direct.texts)
    assert np.allclose(merged.totals, direct.totals)


def test_what_is_taken_out_is_gone() -> None:
    """Taking a part out of the whole leaves the sums of the others."""
    rows = texts(30, seed=1)
    rest = whole(rows).without(whole(rows[:10]))
    assert rest.texts == 20
    assert np.allclose(rest.totals, whole(rows[10:]).totals)


@pytest.mark.parametrize("known", [0, 3])
def test_foreign_texts_lie_apart(known: int) -> None:
    """A tenth of foreign texts is found, with knowledge of other sets and without."""
    sets = np.array([texts(50, 20 + at, at).mean(axis=0) for at in range(known)])
    reference = Reference.fit(texts(2_000, 1), sets.reshape(known, WIDE).astype(np.float64))
    history = whole(texts(20_000, 2))
    null = reference.distances(parts(texts(100_000, 3), 500), history)
    mixed = np.concatenate([texts(450, 4), texts(50, 5, towards=2)])
    found = p_values(reference.distances(whole(mixed), history), null)
    assert found[0] < 0.01


def test_benign_windows_keep_their_rate() -> None:
    """Windows like the reference have p-values that are spread evenly."""
    reference = Reference.fit(texts(2_000, 1), np.empty((0, WIDE)))
    history = whole(texts(50_000, 2))
    null = reference.distances(parts(texts(100_000, 3), 100), history)
    values = p_values(reference.distances(parts(texts(60_000, 4), 100), history), null)
    assert np.mean(values <= 0.05) < 0.08
    assert 0.4 < np.mean(values) < 0.6


def test_windows_of_one_size_stand_for_another() -> None:
    """Distances do not grow or shrink with the number of texts."""
    reference = Reference.fit(texts(2_000, 1), np.empty((0, WIDE)))
    history = whole(texts(50_000, 2))
    small, large = (
        reference.distances(parts(texts(100_000, 3), size), history).mean() for size in (50, 500)
    )
    assert small == pytest.approx(large, rel=0.15)


def test_a_scorer_finds_thinner_shares() -> None:
    """A scorer that knows the kind finds a share that it has never seen at work."""
    scorer = Scorer.fit(texts(500, 1, towards=2), texts(2_000, 2))
    history = whole(scorer.scores(texts(20_000, 3)))
    null = excess(parts(scorer.scores(texts(100_000, 4)), 500), history)
    mixed = np.concatenate([texts(470, 5), texts(30, 6, towards=2)])
    assert p_values(excess(whole(scorer.scores(mixed)), history), null)[0] < 0.01


def test_p_values_count_ties_as_further_out() -> None:
    """The smallest value is one in the number of honest parts and one; ties are not evidence."""
    assert p_values(np.array([5.0, 3.0, 0.0]), np.array([1.0, 2.0, 3.0])).tolist() == [
        0.25,
        0.5,
        1.0,
    ]


def fillings(accounts: int, each: int, apart: float, seed: int) -> Sums:
    """A group whose accounts have a leaning of their own."""
    draw = np.random.default_rng(seed)
    leanings = np.repeat(draw.standard_normal((accounts, WIDE)) * apart, each, axis=0)
    rows = draw.standard_normal((accounts * each, WIDE)) + leanings
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return parts(rows, each)


SPREADS = Spreads(honest=0.3, honest_sigma=1.0, pool=0.005, pool_sigma=1.0, freedom=WIDE)


def test_one_pool_is_told_from_many() -> None:
    """Accounts fed from one pool speak for it, accounts with interests of their own against it."""
    assert one_pool(fillings(20, 15, 0.0, 1), SPREADS) > 1
    assert one_pool(fillings(20, 15, 0.6, 1), SPREADS) < -1


def test_two_short_accounts_say_little() -> None:
    """Weight grows with accounts; nothing is said of one account or of single texts."""
    assert abs(one_pool(fillings(2, 2, 0.0, 1), SPREADS)) < 0.7
    assert one_pool(fillings(1, 50, 0.0, 1), SPREADS) == 0
    assert one_pool(fillings(50, 1, 0.0, 1), SPREADS) == 0


def test_repeats_of_one_text_say_nothing() -> None:
    """Accounts that each repeat a text have no scatter to measure by."""
    rows = np.repeat(texts(5, 1), 4, axis=0)
    assert one_pool(parts(rows, 4), SPREADS) == 0


def test_spread_is_estimated() -> None:
    """The spread is the variance of leanings, however many texts an account has."""
    small, large = (spread(fillings(200, each, 0.5, 3))[0] for each in (5, 50))
    assert small == pytest.approx(large, rel=0.2)
    assert spread(fillings(200, 20, 0.0, 3))[0] == pytest.approx(0, abs=0.01)


def test_ranges_are_fitted_from_groups() -> None:
    """Fitted ranges lie where tuning groups lie, and tell new groups apart."""
    honest = [fillings(10, 20, 0.5, seed) for seed in range(20)]
    pools = [fillings(10, 20, 0.0, seed) for seed in range(20, 40)]
    fitted = Spreads.fit(honest, pools, directions(texts(2_000, 1)))
    assert fitted.pool < 0.02 < fitted.honest
    assert one_pool(fillings(10, 20, 0.0, 50), fitted) > 1
    assert one_pool(fillings(10, 20, 0.5, 51), fitted) < -1
