"""The range's peers on the window protocol of arXiv 2606.05725, beside its published figures.

    python benchmarks/range_peers.py PROMPTS [--encoder wordllama] [--windows 50] [--seeds 1]

PROMPTS is a folder of Parquet files with a column `prompt`, named `human_*`, `harvest_*` and
`benchmark_*`. For each pair of a harvest set and a human set: 45 per cent of the human prompts are
held out; the rest is the benign history, from which the thresholds come (95th percentile of benign
windows); windows of held-out prompts are mixed with 5 to 100 per cent of harvest prompts. Pairs
whose sets are smaller than a window are left out, since repeats would help the detectors.

The paper's query sets (BERT extraction, MeaeQ, Model Leeching) and its encoder are not here, so the
figures are not expected to be equal: their order and shape are what can be checked.
"""

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from stillwatch_range.peers import mmd, prada, seat
from stillwatch_range.peers.embed import Vectors, encoder

SHARES = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0)
SIZES = (1_500, 100)
HELD_OUT = 0.45
MOST = 10_000
PAIRS = (
    ("harvest_gpteacher", "human_dolly15k"),
    ("harvest_codealpaca2k", "human_dolly15k"),
    ("harvest_moss003_selfchat", "human_dolly15k"),
    ("harvest_reasoning_pool_rllm", "human_dolly15k"),
    ("harvest_gorilla_apibench", "human_bfcl_live"),
    ("harvest_codealpaca2k", "human_coding_agent_sessions"),
    ("harvest_reasoning_pool_rllm", "human_hh_rlhf_harmless"),
    ("harvest_moss003_selfchat", "human_hh_rlhf_harmless"),
    ("benchmark_evals", "human_dolly15k"),
)
PUBLISHED = {
    ("mmd", 1_500): (0.003, 0.590, 0.937, 1.0, 1.0, 1.0),
    ("mmd", 100): (0.007, 0.013, 0.046, 0.760, 0.989, None),
    ("prada", 1_500): (0.073, 0.189, 0.254, 0.582, 0.663, 0.778),
    ("seat", 1_500): (0.136, 0.317, 0.645, 0.932, 0.979, 1.0),
}
"""Rates at the shares of SHARES, means over 14 pairs (first row three seeds, second row one)."""
NULLS = 100
EACH_SIDE = 3_000

# Statistics of windows: (vectors, rows of each window) -> one value a window.
Statistics = Callable[[Vectors, NDArray[np.int64]], Iterable[float]]


@dataclass(frozen=True, slots=True)
class Sides:
    """Vectors of one pair: benign history, held-out benign prompts, harvest prompts."""

    history: Vectors
    held_out: Vectors
    harvest: Vectors


def nearest_normality(vectors: Vectors, windows: NDArray[np.int64]) -> Iterable[float]:
    """PRADA as that paper adapts it: normality of nearest distances within a window."""
    for window in windows:
        distances = mmd.squared_distances(vectors[window], vectors[window])
        np.fill_diagonal(distances, np.inf)
        yield 1 - prada.normality(np.sqrt(distances.min(axis=1)).astype(np.float64))


def near_pairs(vectors: Vectors, windows: NDArray[np.int64]) -> Iterable[float]:
    """SEAT as that paper adapts it: near pairs within a window."""
    return (float(seat.pairs(vectors[window])) for window in windows)


def rates(sides: Sides, name: str, size: int, windows: int, seed: int) -> list[float]:
    """Share of windows above the threshold, for each share of harvest prompts."""
    draw = np.random.default_rng((seed, size))
    statistics, threshold = detector(sides.history, name, size, draw)
    # Kernels of all pairs are held: a pool of each side larger than this says nothing more.
    held_out, harvest = sides.held_out[:EACH_SIDE], sides.harvest[:EACH_SIDE]
    both = np.concatenate([held_out, harvest])
    mixed = []
    for share in SHARES:
        bad = round(size * share)
        for _ in range(windows):
            benign = draw.choice(len(held_out), size - bad, replace=False)
            foreign = len(held_out) + draw.choice(len(harvest), bad, replace=False)
            mixed.append(np.concatenate([benign, foreign]))
    found = np.fromiter(statistics(both, np.array(mixed)), np.float64) > threshold
    return [float(one) for one in found.reshape(len(SHARES), windows).mean(axis=1)]


def detector(
    history: Vectors, name: str, size: int, draw: np.random.Generator
) -> tuple[Statistics, float]:
    """A detector and its threshold from benign history."""
    if name == "mmd":
        benign = mmd.Benign(history[: mmd.HISTORY])
        return benign.statistics, benign.threshold(size)
    statistics = nearest_normality if name == "prada" else near_pairs
    windows = [draw.choice(len(history), size, replace=False) for _ in range(NULLS)]
    null = np.fromiter(statistics(history, np.array(windows)), np.float64)
    return statistics, float(np.percentile(null, mmd.PERCENTILE))


def prompts(folder: Path, name: str, draw: np.random.Generator) -> list[str]:
    """Distinct prompts of a set, at most MOST, in random order."""
    path = str(folder / f"{name}.parquet")
    query = "select distinct prompt from read_parquet(?) where length(prompt) > 0 order by prompt"
    texts = [row[0] for row in duckdb.execute(query, [path]).fetchall()]
    return [texts[at][:1_000] for at in draw.permutation(len(texts))[:MOST]]


def main() -> None:
    """Print our figures beside the published ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prompts", type=Path)
    parser.add_argument("--encoder", default="ngrams", choices=("ngrams", "wordllama"))
    parser.add_argument("--windows", type=int, default=50)
    parser.add_argument("--seeds", type=int, default=1)
    chosen = parser.parse_args()
    encode = encoder(chosen.encoder)
    draw = np.random.default_rng(1)
    names = sorted({name for pair in PAIRS for name in pair})
    vectors = {name: encode(prompts(chosen.prompts, name, draw)) for name in names}
    print(f"encoder {chosen.encoder}, {chosen.windows} windows a cell, {chosen.seeds} seeds")
    heads = ["benign", *(f"{share:.0%}" for share in SHARES[1:])]
    for (name, size), published in PUBLISHED.items():
        print(f"\n{name}, windows of {size}\n{'':56}" + "".join(f"{head:>8}" for head in heads))
        table = []
        for harvest, human in PAIRS:
            cut = int(len(vectors[human]) * HELD_OUT)
            sides = Sides(vectors[human][cut:], vectors[human][:cut], vectors[harvest])
            if min(map(len, (sides.history, sides.held_out, sides.harvest))) < size:
                continue
            found = [rates(sides, name, size, chosen.windows, at) for at in range(chosen.seeds)]
            table.append(np.mean(found, axis=0))
            show(f"{harvest} in {human}", table[-1])
        show("mean, here", np.mean(table, axis=0))
        show("mean, published", published)


def show(name: str, values: object) -> None:
    """Print one row."""
    cells = ("       -" if value is None else f"{value:8.3f}" for value in values)  # type: ignore[attr-defined]
    print(f"{name:56}" + "".join(cells), flush=True)


if __name__ == "__main__":
    main()
