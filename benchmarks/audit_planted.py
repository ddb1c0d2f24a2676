"""The audit's comparison against made-up clients: marks that it finds, and what it finds in none.

Every scheme of `benchmarks/audit/schemes.py` is planted into a client that has the chance of real
ones, and audited with other seeds. A scheme counts as found if a finding stands at its place, names
just the factors that it is made from, and is not called expected. Clean clients have the same
chance and no scheme; whatever is found in them but the working directory and the server is false.

    python -m benchmarks.audit_planted [--seeds 3] [--clean 200] [--rows 64] [--repeats 2]
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Mapping

from benchmarks.audit import clean
from benchmarks.audit.draft import Draft
from benchmarks.audit.schemes import SCHEMES, Scheme
from benchmarks.audit.world import Client, recording

from stillwatch.audit.findings import judge
from stillwatch.audit.model import Document, Finding, Group

SHOWN = {"server", "base_url", "directory", "home", "user_name"}
"""What the clean client shows in plain."""


def main() -> None:
    """Plant, audit, count and print."""
    parser = argparse.ArgumentParser(description="Planted marks.")
    parser.add_argument("--seeds", type=int, default=3, help="audits of each scheme")
    parser.add_argument("--clean", type=int, default=200, help="audits of clean clients")
    parser.add_argument("--rows", type=int, default=64, help="environments of an audit")
    parser.add_argument("--repeats", type=int, default=2, help="runs of each environment")
    parser.add_argument("--only", default="", help="part of a scheme's name")
    asked = parser.parse_args()
    began = time.monotonic()
    planted(asked.seeds, asked.rows, asked.repeats, asked.only)
    innocent(asked.clean, asked.rows, asked.repeats)
    print(f"{time.monotonic() - began:.0f} s")


def planted(seeds: int, rows: int, repeats: int, only: str = "") -> float:
    """Print how many schemes are found; their share.

    Args:
        seeds: audits of each scheme.
        rows: environments of an audit.
        repeats: runs of each environment.
        only: part of the names of the schemes to plant.
    """
    chosen = [scheme for scheme in SCHEMES if only in scheme.name]
    counts = Counter[str]()
    print(f"{len(chosen)} schemes, {seeds} audits each, {rows} environments x {repeats}\n")
    print("| scheme | made from | seen | attributed | other findings |")
    print("|---|---|---|---|---|")
    for scheme in chosen:
        here = Counter[str]()
        for seed in range(seeds):
            document = judge(recording(_with(scheme, seed), rows, repeats, seed))
            here += _scored(scheme, document)
        counts += here
        made_from = ", ".join(sorted(scheme.factors)) or "everything"
        row = f"{here['seen']}/{seeds} | {here['attributed']}/{seeds} | {here['other']}"
        print(f"| {scheme.name} | {made_from} | {row} |", flush=True)
    total = len(chosen) * seeds
    for what in ("seen", "attributed"):
        print(f"\n{what}: {counts[what]} of {total}, {counts[what] / max(1, total):.1%}")
    return counts["attributed"] / max(1, total)


def innocent(audits: int, rows: int, repeats: int) -> int:
    """Print how many audits of clean clients find anything; their number.

    Args:
        audits: how many.
        rows: environments of an audit.
        repeats: runs of each environment.
    """
    wrong, spent = 0, 0.0
    for seed in range(1000, 1000 + audits):
        made = recording(_clean(seed), rows, repeats, seed)
        began = time.monotonic()
        false = [one for one in judge(made).findings if not _innocent(one)]
        spent += time.monotonic() - began
        wrong += bool(false)
        for one in false:
            print(f"false, seed {seed}: {one.says} p={one.p:.1e}", flush=True)
    print(f"\nclean clients: {wrong} of {audits} audits found something false")
    print(f"{spent / max(1, audits):.2f} s to compare an audit")
    return wrong


def _with(scheme: Scheme, seed: int) -> Client:
    ways = clean.habits(random.Random(seed + 77))

    def client(
        levels: Mapping[str, str], values: Mapping[str, str], rng: random.Random, order: int
    ) -> Draft:
        draft = clean.draft(values, rng, order, ways)
        scheme.plant(draft, levels, rng)
        return draft

    return client


def _clean(seed: int) -> Client:
    ways = clean.habits(random.Random(seed))
    return lambda _, values, rng, order: clean.draft(values, rng, order, ways)


def _scored(scheme: Scheme, document: Document) -> Counter[str]:
    there = [one for one in document.findings if _at(scheme, one)]
    right = [one for one in there if frozenset(one.factors) == scheme.factors]
    other = [one for one in document.findings if one not in there and not _innocent(one)]
    return Counter(seen=bool(there), attributed=bool(right), other=len(other))


def _at(scheme: Scheme, one: Finding) -> bool:
    return one.group is not Group.EXPECTED and any(
        scheme.where in f"{place.request} {place.path}" for place in one.places
    )


def _innocent(one: Finding) -> bool:
    """Whether a finding says what the clean client shows in plain."""
    return one.group is Group.EXPECTED and set(one.shows) <= SHOWN


if __name__ == "__main__":
    main()
