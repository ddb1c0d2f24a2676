"""The window protocol of arXiv 2606.05725 on our sources: ours beside MMD, then many users.

    python benchmarks/mmd_protocol.py PROMPTS [--windows 60] [--nulls 2000] [--users 300]

PROMPTS is a folder of Parquet files with a column `prompt`, named `human_*`, `harvest_*` and
`benchmark_*`. Each set is halved by a hash of the prompt. First halves are what a provider has:
a benign history (one part of it chooses axes and trains scorers, the other is the reference and
sets thresholds at 0.3 per cent false alarms) and other sets. Second halves are judged, so no
prompt of a judged window took part in anything before.

label-free       distance from the reference; sees other sets only without labels
scorer           trained on harvest sets other than the judged one
scorer, known    trained on the first half of the judged set
both             label-free and scorer, added in units of their null
mmd              the quadratic statistic; once at the same 0.3 per cent, once at its paper's 5 per cent

`campaigns` is made up: five templates whose slots are filled with what people asked,
so that only the template is foreign.
Settings were chosen on first halves alone (2026-11).
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import xxhash
from mmd_users import many_users
from numpy.typing import NDArray
from scipy.stats import beta

from stillwatch.signals.distribution import Reference, Scorer, Sums, excess
from stillwatch.traits.embedder import Embedder
from stillwatch.traits.features import Featurer
from stillwatch_range.peers import mmd
from stillwatch_range.peers.embed import Vectors, encoder

KEY = b"a key for this benchmark alone.."
FALSE_ALARMS = 0.003
SHARES = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0)
SIZES = (100, 500, 1_500)
BENIGN_WINDOWS = 5
"""Benign windows for each window of a share: false alarms are rare."""
KNOWN_TEXTS = 1_000
MOST_FITTED = 5_000
PEER_SIDE = 3_000
"""Kernels of all pairs are held, so that the peer's sides are cut, as in range_peers.py."""
HARVEST = (
    *("harvest_gpteacher", "harvest_codealpaca2k", "harvest_alpaca_glaive_demo"),
    *("harvest_huatuo_med_zh", "harvest_gorilla_apibench", "harvest_moss003_selfchat"),
    *("harvest_reasoning_pool_rllm", "harvest_toolbench_toolalpaca", "benchmark_evals"),
)
PEOPLE = (
    *("human_dolly15k", "human_hh_rlhf_harmless", "human_coding_agent_sessions"),
    *("human_bfcl_live", "human_instructionwild", "human_oasst1_en_val"),
)
BENIGN = (*PEOPLE[:4], "everyone")
CAMPAIGNS = "campaigns"
TEMPLATES = (
    "Here are two answers to: {}\nWhich one is better? Score both from 1 to 10 and say why.",
    "Solve step by step and write out all of your reasoning before the answer.\nProblem: {}",
    "Write an instruction and a long answer about the following, as one JSON object: {}",
    "Rewrite this for a textbook, with three questions at the end: {}",
    "You are an expert annotator. Label the sample, then explain the label.\nSample: {}",
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Half:
    """One half of a set: prompts, our vectors, and the peer's."""

    prompts: list[str]
    ours: Vectors
    peers: Vectors


@dataclass(frozen=True, slots=True)
class Pair:
    """What one judgement needs.

    Attributes:
        fit: our vectors of benign history that choose axes and train.
        history: our vectors of benign history that is compared with.
        known: mean vectors of other sets, without labels.
        elsewhere: vectors of harvest sets other than the judged one.
        same: vectors of the judged set's first half.
        judged: vectors of benign, then harvest prompts of the second halves.
        benign: how many of them are benign.
    """

    fit: Vectors
    history: Vectors
    known: Floats
    elsewhere: Vectors
    same: Vectors
    judged: Vectors
    benign: int


@dataclass(frozen=True, slots=True)
class Statistic:
    """One of ours: a name, a row for each text of history and of what is judged, a comparison."""

    name: str
    history: Vectors
    judged: Vectors
    compare: Callable[[Sums, Sums], Floats]


def ours(pair: Pair) -> list[Statistic]:
    """Our statistics, fitted."""
    reference = Reference.fit(pair.fit, pair.known)
    fitted = [Statistic("label-free", pair.history, pair.judged, reference.distances)]
    for name, examples in (("scorer", pair.elsewhere), ("scorer, known", pair.same)):
        scorer = Scorer.fit(examples, pair.fit[:MOST_FITTED])
        history, judged = scorer.scores(pair.history), scorer.scores(pair.judged)
        rows = history.astype(np.float32), judged.astype(np.float32)
        fitted.append(Statistic(name, *rows, excess))
    return fitted


def found(
    pair: Pair,
    statistics: Sequence[Statistic],
    windows: NDArray[np.float32],
    nulls: int,
    draw: np.random.Generator,
) -> dict[str, NDArray[np.bool_]]:
    """Which windows each of our statistics reports.

    Args:
        pair: what is judged.
        statistics: of the pair.
        windows: (windows, judged texts) membership, all of one size.
        nulls: benign windows that set a threshold, drawn from history and compared with its rest.
        draw: source of chance.
    """
    size = min(int(windows[0].sum()), len(pair.history) // 2)
    null_windows = drawn(len(pair.history), size, nulls, draw)
    values: dict[str, tuple[Floats, Floats]] = {}
    for one in statistics:
        count = np.array([float(len(one.history))])
        whole = Sums(count, one.history.sum(axis=0, dtype=np.float64)[None])
        null = sums(null_windows, one.history)
        judged = one.compare(sums(windows, one.judged), whole)
        values[one.name] = one.compare(null, whole.without(null)), judged
    values["both"] = added(values["label-free"], values["scorer"])
    return {name: value > threshold(null) for name, (null, value) in values.items()}


def added(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Two statistics (null and judged) added in units of their null's deviation."""
    null = one[0] / one[0].std() + other[0] / other[0].std()
    return null, one[1] / one[0].std() + other[1] / other[0].std()


def threshold(null: Floats) -> float:
    """What all but `FALSE_ALARMS` of benign windows stay at or below."""
    return float(np.quantile(null, 1 - FALSE_ALARMS, method="higher"))


def sums(windows: NDArray[np.float32], rows: Vectors | Floats) -> Sums:
    """Sums of the rows of windows."""
    return Sums(windows.sum(axis=1, dtype=np.float64), (windows @ rows).astype(np.float64))


def drawn(texts: int, size: int, windows: int, draw: np.random.Generator) -> NDArray[np.float32]:
    """Membership of windows, without repeats inside a window."""
    member = np.zeros((windows, texts), np.float32)
    for row in member:
        row[draw.choice(texts, size, replace=False)] = 1
    return member


def mixed(
    benign: int, harvest: int, size: int, windows: int, draw: np.random.Generator
) -> dict[float, NDArray[np.float32]]:
    """Windows by share of harvest; shares that would need repeats are left out."""
    by_share = {}
    for share in SHARES:
        bad = round(size * share)
        count = windows if share else BENIGN_WINDOWS * windows
        if bad <= harvest and size - bad <= benign:
            parts = drawn(benign, size - bad, count, draw), drawn(harvest, bad, count, draw)
            by_share[share] = np.concatenate(parts, axis=1)
    return by_share


def peer(
    test: mmd.Benign,
    limits: Mapping[str, float],
    judged: tuple[Vectors, Vectors],
    size: int,
    windows: int,
) -> dict[str, dict[float, NDArray[np.bool_]]]:
    """Which windows MMD reports, by its thresholds.

    Args:
        test: the benign side.
        limits: names and thresholds for the size.
        judged: benign and harvest vectors.
        size: prompts in a window.
        windows: how many windows a share.
    """
    benign, harvest = judged
    least = max(PEER_SIDE * size // SIZES[-1], PEER_SIDE // 2)
    benign, harvest = benign[:least], harvest[:least]
    draw = np.random.default_rng(size)
    by_share = mixed(len(benign), len(harvest), size, windows, draw)
    rows = [np.nonzero(members)[1].reshape(len(members), size) for members in by_share.values()]
    values = test.statistics(np.concatenate([benign, harvest]), np.concatenate(rows))
    parts = np.split(values, np.cumsum([len(row) for row in rows])[:-1])
    return {
        name: {share: part > limit for share, part in zip(by_share, parts, strict=True)}
        for name, limit in limits.items()
    }


def limits_of(test: mmd.Benign, size: int) -> dict[str, float]:
    """MMD's thresholds: at our rate of false alarms and at its paper's percentile."""
    null = test.null(size)
    published = float(np.percentile(null, mmd.PERCENTILE))
    return {"mmd": threshold(null), "mmd, as published": published}


def halves(folder: Path, names: tuple[str, ...]) -> dict[str, tuple[list[str], list[str]]]:
    """Distinct prompts of sets in random order, halved by hash."""
    query = "select distinct prompt from read_parquet(?) where length(prompt) > 0 order by prompt"
    sets: dict[str, tuple[list[str], list[str]]] = {}
    for name in names:
        rows = duckdb.execute(query, [str(folder / f"{name}.parquet")]).fetchall()
        texts = [rows[at][0] for at in np.random.default_rng(1).permutation(len(rows))]
        odd = [xxhash.xxh3_64_intdigest(text.encode()) % 2 for text in texts]
        first = [text for text, one in zip(texts, odd, strict=True) if not one]
        sets[name] = first, [text for text, one in zip(texts, odd, strict=True) if one]
    return sets


def campaign(prompts: list[str], draw: np.random.Generator) -> list[str]:
    """Templates with their slots filled with the beginnings of prompts."""
    picks = draw.choice(len(prompts), min(3_000, len(prompts)), replace=False)
    return [TEMPLATES[int(draw.integers(len(TEMPLATES)))].format(prompts[at][:300]) for at in picks]


def everything(folder: Path, featurer: Featurer | Embedder) -> dict[str, tuple[Half, Half]]:
    """All sets with both kinds of vectors, and the two that are put together here."""
    sets = halves(folder, (*HARVEST, *PEOPLE))
    draw = np.random.default_rng(2)
    both = [[text for name in PEOPLE for text in sets[name][side]] for side in (0, 1)]
    sets["everyone"] = tuple([some[at] for at in draw.permutation(len(some))] for some in both)  # type: ignore[assignment]
    # Slots hold what people asked: with a harvest set's prompts, scorers would see it in disguise.
    sets[CAMPAIGNS] = campaign(both[0], draw), campaign(both[1], draw)
    theirs = encoder("ngrams")
    return {
        name: tuple(
            Half(side, featurer(side), theirs([text[:1_000] for text in side])) for side in two
        )  # type: ignore[misc]
        for name, two in sets.items()
    }


def pair_of(sets: Mapping[str, tuple[Half, Half]], harvest: str, benign: str) -> Pair:
    """What judging one harvest set in one benign set needs."""
    own = {harvest, benign, *(PEOPLE if benign == "everyone" else ("everyone",))}
    first = sets[benign][0].ours
    attacks = [name for name in (*HARVEST, CAMPAIGNS) if name != harvest]
    return Pair(
        fit=first[: len(first) // 2],
        history=first[len(first) // 2 :],
        known=np.array([two[0].ours.mean(axis=0) for name, two in sets.items() if name not in own]),
        elsewhere=np.concatenate([sets[name][0].ours[:KNOWN_TEXTS] for name in attacks]),
        same=sets[harvest][0].ours[:KNOWN_TEXTS],
        judged=np.concatenate([sets[benign][1].ours, sets[harvest][1].ours]),
        benign=len(sets[benign][1].ours),
    )


# By method and share: a pair, how many windows were found, and of how many.
Rates = dict[str, dict[float, list[tuple[str, int, int]]]]
Sets = Mapping[str, tuple[Half, Half]]


def tables(sets: Sets, windows: int, nulls: int) -> dict[int, Rates]:
    """Windows found, by size. A set that is smaller than a window is left out there."""
    rates: dict[int, Rates] = {size: {} for size in SIZES}
    for benign in BENIGN:
        test = mmd.Benign(sets[benign][0].peers[: mmd.HISTORY])
        sizes = [size for size in SIZES if size <= len(sets[benign][1].ours)]
        limits = {size: limits_of(test, size) for size in sizes}
        for harvest in (*HARVEST, CAMPAIGNS):
            pair = pair_of(sets, harvest, benign)
            fitted = ours(pair)
            judged = sets[benign][1].peers, sets[harvest][1].peers
            for size in sizes:
                results = judged_by_us(pair, fitted, size, windows, nulls)
                results |= peer(test, limits[size], judged, size, windows)
                note(rates[size], f"{harvest} in {benign}", results)
    return rates


def judged_by_us(
    pair: Pair, fitted: Sequence[Statistic], size: int, windows: int, nulls: int
) -> dict[str, dict[float, NDArray[np.bool_]]]:
    """Which windows of a size our statistics report, by share."""
    draw = np.random.default_rng((size, len(pair.judged)))
    by_share = mixed(pair.benign, len(pair.judged) - pair.benign, size, windows, draw)
    hits = found(pair, fitted, np.concatenate(list(by_share.values())), nulls, draw)
    cuts = np.cumsum([len(members) for members in by_share.values()])[:-1]
    return {
        name: dict(zip(by_share, np.split(hit, cuts), strict=True)) for name, hit in hits.items()
    }


def note(rates: Rates, pair: str, results: Mapping[str, Mapping[float, NDArray[np.bool_]]]) -> None:
    """Add the results of a pair."""
    for name, shares in results.items():
        for share, hit in shares.items():
            row = (pair, int(hit.sum()), len(hit))
            rates.setdefault(name, {}).setdefault(share, []).append(row)


def show(rates: Rates, size: int) -> None:
    """Print one window size: means over pairs, worst pairs, and intervals of false alarms."""
    heads = "".join(f"{share:>8.0%}" if share else f"{'benign':>8}" for share in SHARES)
    print(f"\nwindows of {size}\n{'':24}{heads}  worst pair at 5% and 10%; false alarms, 95%")
    for name, shares in rates.items():
        cells = [
            np.mean([hit / of for _, hit, of in shares[share]]) if share in shares else np.nan
            for share in SHARES
        ]
        worst = [min(shares[share], key=lambda row: row[1] / row[2]) for share in (0.05, 0.1)]
        benign = {row[0].split(" in ")[1]: row for row in shares[0.0]}
        low, high = interval(sum(row[1] for row in shares[0.0]), sum(r[2] for r in shares[0.0]))
        print(
            f"{name:24}"
            + "".join(f"{cell:8.3f}" for cell in cells)
            + "  "
            + ", ".join(f"{pair} {hit / of:.2f}" for pair, hit, of in worst)
            + f"; {low:.4f}-{high:.4f} ({len(benign)} benign sets)",
            flush=True,
        )
    print(f"{'pairs':24}" + "".join(f"{len(rates['mmd'].get(share, [])):>8}" for share in SHARES))


def interval(hits: int, trials: int) -> tuple[float, float]:
    """Clopper-Pearson, 95 per cent; windows overlap, so it is narrower than it should be."""
    low = float(beta.ppf(0.025, hits, trials - hits + 1)) if hits else 0.0
    return low, float(beta.ppf(0.975, hits + 1, trials - hits)) if hits < trials else 1.0


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prompts", type=Path)
    parser.add_argument("--windows", type=int, default=60)
    parser.add_argument("--nulls", type=int, default=2_000)
    parser.add_argument("--users", type=int, default=300)
    parser.add_argument("--embeddings", type=Path, help="a model's folder, in place of wording")
    chosen = parser.parse_args()
    model = chosen.embeddings
    featurer = Featurer(KEY) if model is None else Embedder(model, KEY)
    sets = everything(chosen.prompts, featurer)
    print({name: tuple(len(half.prompts) for half in two) for name, two in sets.items()})
    for size, rates in tables(sets, chosen.windows, chosen.nulls).items():
        show(rates, size)
    many_users(chosen.prompts, sets, (*HARVEST, CAMPAIGNS), chosen.users, featurer)


if __name__ == "__main__":
    main()
