"""How well the number of people behind an account is counted.

Merges 1 to 50 made-up people into one account, many times, and compares the estimate with the
truth. Every trial draws its own population, from wider ranges and other seeds than the constants
were fitted on.

    python benchmarks/people.py [--trials N] [--seed S]
    python benchmarks/people.py --fit      how the constants were chosen, on the tuning ranges

The three kinds of traffic: `normal`; `pinned`, where a relay has rewritten everything that clients
declare; `chat`, without tools, where only a lower bound is asked for.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from population.accounts import MODES, Mode, population
from population.arrow import to_tables
from population.settings import REPORTING, TUNING, Ranges

from stillwatch.signals.headcount import LINKS, Headcount, Links, count_people
from stillwatch.signals.identities import Clusters, person_clusters
from stillwatch.signals.side_by_side import SideBySide, side_by_side

PEOPLE = (1, 2, 5, 10, 25, 50)
MOST_ERROR = 0.25
LEAST_COVERAGE = 0.88
_PEOPLE_A_BATCH = 1000
_FIT_SEED = 1_000_000


@dataclass(frozen=True)
class Score:
    """How one cell of the table came out; `error` is NaN where nothing was answered."""

    error: float
    answered: float
    coverage: float
    low: float
    high: float


def main() -> None:
    """Print the table, or the fit."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--trials", type=int, default=200, help="accounts in every cell")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--fit", action="store_true", help="choose the constants instead")
    arguments = parser.parse_args()
    if arguments.fit:
        fit(arguments.trials)
    else:
        report(arguments.trials, arguments.seed)


def report(trials: int, seed: int) -> None:
    """Print one line for every number of people and kind of traffic."""
    print(
        f"{trials} accounts a cell, seed {seed}; targets: median relative error <= 25% (normal and"
    )
    print("pinned), 90% interval holds the truth in >= 88%\n")
    print(
        f"{'traffic':8}{'people':>7}{'answered':>10}{'error':>8}{'coverage':>10}{'interval':>14}  "
    )
    for mode in MODES:
        for people in PEOPLE:
            counts = [
                count
                for clusters, beside in _batches(people, mode, trials, seed, REPORTING)
                for count in count_people(clusters, beside).values()
            ]
            print(_line(mode, people, score(counts, people)))


def fit(trials: int) -> None:
    """Print the least coverage of several constants over all cells with tools."""
    seen = {
        people: list(_batches(people, "pinned", trials, _FIT_SEED, TUNING)) for people in PEOPLE
    }
    print(f"{'variance':>9}{'spread':>8}{'least coverage':>16}{'interval at 50':>16}")
    for variance in (0.05, 0.1, 0.2):
        for spread in (0.07, 0.1, 0.13, 0.16):
            links = Links(variance, spread)
            scores = [
                score(
                    [c for parts in batches for c in count_people(*parts, links).values()], people
                )
                for people, batches in seen.items()
            ]
            least, last = min(one.coverage for one in scores), scores[-1]
            chosen = "  chosen" if links == LINKS else ""
            print(
                f"{variance:9}{spread:8}{least:16.1%}{last.low:9.0f} to {last.high:.0f}{chosen:>8}"
            )


def score(counts: list[Headcount], people: int) -> Score:
    """Compare head counts with the truth."""
    best = np.array([np.nan if count.best is None else count.best for count in counts])
    low = np.array([count.low for count in counts])
    high = np.array([np.inf if count.high is None else count.high for count in counts])
    known = ~np.isnan(best)
    return Score(
        error=float(np.median(np.abs(best[known] - people) / people)) if known.any() else np.nan,
        answered=float(known.mean()),
        coverage=float(((low <= people) & (people <= high)).mean()),
        low=float(np.median(low)),
        high=float(np.median(high)),
    )


def _batches(
    people: int, mode: Mode, trials: int, seed: int, ranges: Ranges
) -> Iterator[tuple[Clusters, SideBySide]]:
    rng = np.random.default_rng([seed, people, MODES.index(mode)])
    size = max(1, min(trials, _PEOPLE_A_BATCH // people))
    for start in range(0, trials, size):
        accounts = np.full(min(size, trials - start), people)
        tables = to_tables(population(rng, accounts, mode, ranges))
        yield person_clusters(tables), side_by_side(tables)


def _line(mode: Mode, people: int, result: Score) -> str:
    must_answer = mode != "chat"
    met = result.coverage >= LEAST_COVERAGE and (not must_answer or result.error <= MOST_ERROR)
    error = "-" if np.isnan(result.error) else f"{result.error:.0%}"
    high = "" if np.isinf(result.high) else f"{result.high:.0f}"
    interval = f"{result.low:.0f} to {high}" if high else f"{result.low:.0f} or more"
    return (
        f"{mode:8}{people:7}{result.answered:10.0%}{error:>8}{result.coverage:10.1%}{interval:>14}"
        f"  {'met' if met else 'MISSED'}"
    )


if __name__ == "__main__":
    main()
