"""How often honest accounts get evidence against them, signal by signal and family by family.

Draws many accounts of one person or of a machine (`population/innocents.py`), asks every signal
about them, and prints the share of accounts at or above a weight, with a 95% upper bound. A weight
is calibrated when that share is at most ten to the minus weight.

    python benchmarks/calibrate.py [--accounts N] [--seed S]

Teams that share an account openly are left out: they are several people, and being so is no
offence; that a verdict needs more than plurality is tested with verdicts.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from population.accounts import population
from population.arrow import to_tables
from population.innocents import KINDS, innocents
from population.settings import REPORTING
from scipy.stats import beta

from stillwatch.signals import concurrent_threads, distinct_environments
from stillwatch.signals.model import Signal, Tables
from stillwatch.signals.registry import signals

SHARES = {
    "developer": 0.50,
    "heavy developer": 0.02,
    "contractor": 0.10,
    "chat": 0.28,
    "automation": 0.05,
    "evaluation": 0.05,
}
WEIGHTS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 5.0)
FALSE_ALARMS = (0.01, 0.001)
CHUNK = 2500
MERGED = 100
FIT_FROM = 200
"""A fitted tail starts at the weight of the account of this rank from the top."""

Weights = dict[str, np.ndarray]


def main() -> None:
    """Draw, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20261122)
    arguments = parser.parse_args()
    asked = _asked()
    by_kind = {
        kind: weights(asked, kind, round(share * arguments.accounts), arguments.seed)
        for kind, share in SHARES.items()
    }
    names = [*(signal.id for signal in asked), *_families(asked)]
    _print_tails(names, by_kind)
    _print_kinds(by_kind, "plurality, summed")
    _print_found(by_kind, arguments.seed)


def weights(asked: list[Signal], kind: str, accounts: int, seed: int) -> Weights:
    """The weight of every signal, and the sum of every family, for accounts of one kind.

    Args:
        asked: the signals.
        kind: one of `KINDS`.
        accounts: how many to draw.
        seed: of the draw.

    Returns:
        For each signal id and each `FAMILY, summed`, an array with one value an account; 0 where
        a signal says nothing.
    """
    chunks = [_chunk(asked, kind, count, (seed, part)) for part, count in _parts(accounts)]
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}


def _asked() -> list[Signal]:
    found = {signal.id: signal for signal in signals()}
    for signal in (concurrent_threads.SIGNAL, distinct_environments.SIGNAL):
        found.setdefault(signal.id, signal)
    return sorted(found.values(), key=lambda signal: (signal.family, signal.id))


def _families(asked: list[Signal]) -> list[str]:
    return sorted({f"{signal.family}, summed" for signal in asked})


def _parts(accounts: int) -> Iterator[tuple[int, int]]:
    for part, start in enumerate(range(0, accounts, CHUNK)):
        yield part, min(CHUNK, accounts - start)


def _chunk(asked: list[Signal], kind: str, accounts: int, seed: tuple[int, int]) -> Weights:
    rng = np.random.default_rng([*seed, KINDS.index(kind)])
    result = _ask(asked, to_tables(innocents(rng, kind, accounts)), accounts)
    if sys.stderr.isatty():
        print(f"{kind}: {accounts} more accounts", file=sys.stderr)
    return result


def _ask(asked: list[Signal], tables: Tables, accounts: int) -> Weights:
    result: Weights = defaultdict(lambda: np.zeros(accounts))
    for signal in asked:
        told = np.zeros(accounts)
        for evidence in signal.ask(tables):
            told[int(evidence.account.removeprefix("acct_"))] += evidence.log10_lr
        result[signal.id] = told
        result[f"{signal.family}, summed"] += told
    return result


def _print_tails(names: list[str], by_kind: dict[str, Weights]) -> None:
    total = sum(len(next(iter(one.values()))) for one in by_kind.values())
    print(f"{total} honest accounts; share at or above a weight, with a 95% upper bound")
    print("where counts end, a fitted exponential tail (marked ~)\n")
    print(f"{'log10 weight':26}" + "".join(f"{weight:>20}" for weight in WEIGHTS))
    whole = {name: np.concatenate([one[name] for one in by_kind.values()]) for name in names}
    spoken = {name: values for name, values in whole.items() if values.any()}
    for name, values in spoken.items():
        print(f"{name:26}" + "".join(f"{_cell(values, weight):>20}" for weight in WEIGHTS))
    print(f"{'allowed':26}" + "".join(f"{10**-weight:>20.1e}" for weight in WEIGHTS))
    print(
        "\nsaid nothing about any of them (these accounts hold rhythm, names and languages only):"
    )
    print("   ", ", ".join(name for name in names if name not in spoken and "summed" not in name))


def _print_kinds(by_kind: dict[str, Weights], name: str) -> None:
    print(f"\n{name}, by kind of account")
    print(f"{'':26}{'accounts':>10}{'median':>9}{'99%':>9}{'99.9%':>9}{'highest':>9}")
    for kind, one in by_kind.items():
        cuts = np.quantile(one[name], [0.5, 0.99, 0.999, 1.0])
        print(f"{kind:26}{len(one[name]):10}" + "".join(f"{cut:9.2f}" for cut in cuts))


def _print_found(by_kind: dict[str, Weights], seed: int) -> None:
    """How many merged accounts reach the weight that few honest ones reach."""
    plurality = [concurrent_threads.SIGNAL, distinct_environments.SIGNAL]
    honest = np.concatenate([one["plurality, summed"] for one in by_kind.values()])
    cuts = [float(np.quantile(honest, 1 - rate)) for rate in FALSE_ALARMS]
    print(
        f"\nshare found by plurality alone, {MERGED} accounts of several people a line, at false alarms of"
    )
    print(f"{'':26}" + "".join(f"{rate:>12.1%}" for rate in FALSE_ALARMS))
    for mode in ("pinned", "chat"):
        for people in (2, 3, 5, 10, 25, 50):
            rng = np.random.default_rng([seed, people, len(mode)])
            merged = population(rng, np.full(MERGED, people), mode, REPORTING)
            values = _ask(plurality, to_tables(merged), MERGED)["plurality, summed"]
            shares = [float((values > cut).mean()) for cut in cuts]
            print(
                f"{mode + ', ' + str(people) + ' people':26}"
                + "".join(f"{s:>12.0%}" for s in shares)
            )


def _cell(values: np.ndarray, weight: float) -> str:
    hits = int((values >= weight).sum())
    if hits:
        upper = beta.ppf(0.95, hits + 1, len(values) - hits)
        return f"{hits / len(values):.1e} (<{upper:.0e})"
    fitted = _fitted(values, weight)
    return f"0 (~{fitted:.0e})" if fitted is not None else "0"


def _fitted(values: np.ndarray, weight: float) -> float | None:
    """Share above a weight by an exponential tail through the highest values."""
    top = np.sort(values)[::-1][: FIT_FROM + 1]
    start = top[-1]
    if len(top) <= FIT_FROM or start <= 0:
        return None
    mean = float((top[:-1] - start).mean())
    return FIT_FROM / len(values) * float(np.exp(-(weight - start) / mean)) if mean > 0 else None


if __name__ == "__main__":
    main()
