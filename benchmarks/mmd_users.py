"""Windows of one user or a few: how often each method takes honest variety for an attack.

Users come from second halves of the people's sets, users for calibration from first halves:

made users     one to three interests each: prompts from the nearest 400 to a prompt drawn at random
few users      windows shared by five made users
developers     consecutive prompts of real developers (user_id and time of the coding sessions)

Every method has two thresholds, both for 0.3 per cent: from windows of the pooled history, as the
papers do, and from users (no user of the one side is on the other). The second is what an operator
needs; shares of harvest prompts are then mixed into made users.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import numpy as np
from numpy.typing import NDArray

from stillwatch.signals.distribution import ACCOUNT, Reference, Scorer, Sums
from stillwatch_range.peers import mmd, prada, seat
from stillwatch_range.peers.embed import Vectors, encoder

SIZE = 100
NEAREST = 400
INTERESTS = 3
FEW = 5
FALSE_ALARMS = 0.003
SHARES = (0.05, 0.1, 0.25, 0.5, 1.0)
KNOWN_TEXTS = 1_000

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
# Values of windows: our vectors and the peers' of (windows, SIZE) texts.
Method = Callable[[NDArray[np.float32], NDArray[np.float32]], Floats]


class Half(Protocol):
    """One half of a set."""

    @property
    def ours(self) -> Vectors:
        """Our vectors of its prompts."""

    @property
    def peers(self) -> Vectors:
        """The peers' vectors of its prompts."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a half."""

    ours: Vectors
    peers: Vectors


def cut(half: Half) -> tuple[Part, Part]:
    """A half in two: one to fit with, one to set thresholds with."""
    middle = len(half.ours) // 2
    return (
        Part(half.ours[:middle], half.peers[:middle]),
        Part(half.ours[middle:], half.peers[middle:]),
    )


def made(peers: Vectors, users: int, sharing: int, draw: np.random.Generator) -> Rows:
    """Rows of the prompts of users, `sharing` of them to a window.

    Likeness is what the peers' encoder sees, not ours.
    """
    windows = np.empty((users, SIZE), np.int64)
    for window in windows:
        anchors = draw.choice(len(peers), sharing * int(draw.integers(1, INTERESTS + 1)))
        near = np.argpartition(-(peers[anchors] @ peers.T), NEAREST, axis=1)[:, :NEAREST]
        window[:] = draw.choice(np.unique(near), SIZE, replace=False)
    return windows


def developers(folder: Path) -> list[list[str]]:
    """Consecutive prompts of real developers, SIZE to a window."""
    query = """select user_id, list(prompt order by time, conversation_id, turn)
        from read_parquet(?) where length(prompt) > 0 and subset not like '%:auto'
        group by user_id order by user_id"""
    path = folder / "human_coding_agent_sessions.parquet"
    windows = []
    for _, prompts in duckdb.execute(query, [str(path)]).fetchall():
        whole = range(0, len(prompts) - SIZE + 1, SIZE)
        windows += [prompts[start : start + SIZE] for start in whole]
    return windows


def methods(
    fit: Half, users: NDArray[np.float32], known: Floats, examples: Vectors
) -> dict[str, Method]:
    """Our statistics and the peers'.

    Args:
        fit: pooled history of people.
        users: (users, SIZE, features) our vectors of honest users that are used for nothing else.
        known: means of other sets, without labels.
        examples: harvest known from elsewhere.
    """
    pool = Reference.fit(fit.ours, known)
    varied = Reference.fit(users.mean(axis=1, dtype=np.float64), known, ACCOUNT)
    scorer = Scorer.fit(examples, fit.ours)
    whole = Sums(np.array([float(len(fit.ours))]), fit.ours.sum(axis=0, dtype=np.float64)[None])
    benign = mmd.Benign(fit.peers[: mmd.HISTORY])

    def summed(ours: NDArray[np.float32]) -> Sums:
        return Sums(np.full(len(ours), float(SIZE)), ours.sum(axis=1, dtype=np.float64))

    def scored(ours: NDArray[np.float32]) -> Floats:
        flat = scorer.scores(ours.reshape(-1, ours.shape[2]))
        means: Floats = flat.reshape(len(ours), SIZE).mean(axis=1)
        return means

    return {
        "label-free": lambda ours, _: pool.distances(summed(ours), whole),
        "label-free, of users": lambda ours, _: varied.distances(summed(ours), whole),
        "scorer": lambda ours, _: scored(ours),
        "mmd": lambda _, peers: np.array([benign.statistic(window) for window in peers]),
        "prada": lambda _, peers: np.array([normality(window) for window in peers]),
        "seat": lambda _, peers: np.array([float(seat.pairs(window)) for window in peers]),
    }


def normality(window: Vectors) -> float:
    """PRADA on one window: how far nearest distances are from normal."""
    distances = mmd.squared_distances(window, window)
    np.fill_diagonal(distances, np.inf)
    return 1 - prada.normality(np.sqrt(distances.min(axis=1)).astype(np.float64))


def many_users(
    folder: Path,
    sets: Mapping[str, tuple[Half, Half]],
    harvest: Sequence[str],
    users: int,
    ours: Callable[[Sequence[str]], NDArray[np.float32]],
) -> None:
    """Print the table; `ours` makes vectors of texts as those of the sets were made."""
    draw = np.random.default_rng(7)
    fit, first = cut(sets["everyone"][0])
    second = sets["everyone"][1]
    foreign = [name for name in sets if name in harvest]
    # Even harvest sets teach, odd ones are judged: none is on both sides.
    taught, judged = foreign[::2], foreign[1::2]
    known = np.array([sets[name][0].ours.mean(axis=0) for name in taught])
    examples = np.concatenate([sets[name][0].ours[:KNOWN_TEXTS] for name in taught])
    fitting, calibration, honest = (
        made(half.peers, count, 1, draw)
        for half, count in ((fit, users), (first, 4 * users), (second, users))
    )
    few = made(second.peers, users, FEW, draw)
    pooled = np.stack([draw.choice(len(first.ours), SIZE, replace=False) for _ in range(4 * users)])
    fresh = np.stack([draw.choice(len(second.ours), SIZE, replace=False) for _ in range(users)])
    theirs = encoder("ngrams")
    real = developers(folder)
    prompts = [text for window in real for text in window]
    # Not cut down to the peers' length for ours: that is what is read in a hunt.
    real_ours = ours(prompts).reshape(len(real), SIZE, -1)
    real_theirs = theirs([text[:1_000] for text in prompts]).reshape(len(real), SIZE, -1)
    print(
        f"\nmany users, windows of {SIZE}: taught {', '.join(taught)};\njudged {', '.join(judged)}"
        f"\n{'':24}" + "thresholds from the pool               |  thresholds from users\n"
        f"{'':24}{'pool':>8}{'users':>8}{'few':>8}{'develop':>8}        |{'users':>8}{'few':>8}"
        f"{'develop':>8}" + "".join(f"{share:>8.0%}" for share in SHARES)
    )
    for name, method in methods(fit, fit.ours[fitting], known, examples).items():
        pool = _limit(method(first.ours[pooled], first.peers[pooled]))
        user = _limit(method(first.ours[calibration], first.peers[calibration]))
        benign = [method(second.ours[rows], second.peers[rows]) for rows in (fresh, honest, few)]
        benign.append(method(real_ours, real_theirs))
        cells = [float(np.mean(values > pool)) for values in benign]
        after = [float(np.mean(values > user)) for values in benign[1:]]
        for share in SHARES:
            bad = round(SIZE * share)
            hits = []
            for attack in judged:
                half = sets[attack][1]
                rows = honest[: max(users // len(judged), 20)]
                picks = np.stack(
                    [draw.choice(len(half.ours), bad, replace=False) for _ in range(len(rows))]
                )
                mixed = [
                    np.concatenate([one[rows[:, bad:]], other[picks]], axis=1)
                    for one, other in ((second.ours, half.ours), (second.peers, half.peers))
                ]
                hits.append(float(np.mean(method(mixed[0], mixed[1]) > user)))
            after.append(float(np.mean(hits)))
        print(
            f"{name:24}"
            + "".join(f"{cell:8.3f}" for cell in cells)
            + "        |"
            + "".join(f"{cell:8.3f}" for cell in after),
            flush=True,
        )
    print(f"honest windows: {users} pool, {users} users, {users} few, {len(real)} developers")


def _limit(values: Floats) -> float:
    return float(np.quantile(values, 1 - FALSE_ALARMS, method="higher"))
