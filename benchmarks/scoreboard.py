"""The scoreboard of docs/range.md: `stillwatch hunt` and published methods on the same traffic.

    python benchmarks/scoreboard.py FOLDER [--seed 101] [--scenario NAME ...] [--peer NAME ...]

Makes the reporting scenarios and one tuning scenario (for the peers' thresholds) under FOLDER, runs
every detector on the captures, scores its verdicts, and prints Markdown. What is there already is
used again, so that a stopped run goes on.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from stillwatch_range.layout import CAPTURES, LABELS
from stillwatch_range.peers.run import PEERS, Tuning, run
from stillwatch_range.scenario.file import find, read
from stillwatch_range.scenario.make import make
from stillwatch_range.score import labels, verdicts
from stillwatch_range.score.board import Board, Found, score
from stillwatch_range.score.intervals import Share

SCENARIOS = ("reporting-relays", "reporting-campaigns", "reporting-innocents")
TUNED_ON, TUNED_SEED = "tuning-innocents", 1
HUNT = "stillwatch hunt"


def made(folder: Path, scenario: str, seed: int) -> Path:
    """The traffic of a scenario, made now or before."""
    out = folder / f"{scenario}-{seed}"
    if not (out / LABELS).exists():
        done = make(read(find(scenario)), seed, out)
        rate = done.exchanges / done.seconds
        told = f"{done.exchanges:,} exchanges in {done.seconds:.0f} s, {rate:,.0f} a second"
        print(f"made {scenario}: {told}", file=sys.stderr)
    return out


def hunted(traffic: Path) -> Path:
    """Verdicts of `stillwatch hunt`."""
    out = traffic / "hunt.json"
    if not out.exists():
        words = ["hunt", str(traffic / CAPTURES), "--store", str(traffic / "store")]
        words += ["--key", str(traffic / "key"), "--json", str(out)]
        program = Path(sys.executable).with_name("stillwatch")
        subprocess.run([str(program), *words], check=True, stdout=subprocess.DEVNULL)
    return out


def peered(traffic: Path, name: str, tuning: Tuning | None) -> Path:
    """Verdicts of a peer, at its published threshold or at the tuned one."""
    out = traffic / f"{name}-{'tuned' if tuning else 'published'}.json"
    if not out.exists():
        run(name, traffic, out, tuning)
    return out


def boards(traffic: Path, peers: Iterable[str], tuning: Tuning) -> Iterator[tuple[str, Board]]:
    """Each detector's name and board."""
    truth = labels.read(traffic / LABELS)
    yield HUNT, score(truth, verdicts.read(hunted(traffic)))
    for name in peers:
        for how in (None, tuning):
            said = f"{name}, {'tuned to 1e-3' if how else 'as published'}"
            print(f"{traffic.name}: {said}", file=sys.stderr)
            yield said, score(truth, verdicts.read(peered(traffic, name, how)))


def page(title: str, rows: list[tuple[str, Board]]) -> Iterator[str]:
    """One scenario in Markdown."""
    first = rows[0][1]
    yield f"### {title}, seed {first.seed}: {first.accounts:,} accounts\n"
    columns = ("found at act", "found at review", "groups at review", "right at review")
    yield f"| detector | {' | '.join(columns)} | innocents accused at act | at review |"
    yield "|---|---|---|---|---|---|---|"
    for name, board in rows:
        act, review = board.levels
        cells = (
            act.recall,
            review.recall,
            review.group_recall,
            review.precision,
            act.false_alarms,
            review.false_alarms,
        )
        yield f"| {name} | " + " | ".join(map(cell, cells)) + " |"
    for kind, what in (("relay", "Relays"), ("campaign", "Campaigns")):
        yield from families(rows, kind, f"{what}: share of accounts at review (act in brackets)")
    for kind, what in (("twin", "Twins"), ("honest", "Ordinary")):
        yield from families(rows, kind, f"{what}: share of accounts accused at review (act)")


def families(rows: list[tuple[str, Board]], kind: str, title: str) -> Iterator[str]:
    """A table with a line for each family, a column for each detector."""
    keys = [(one.family, one.level) for one in rows[0][1].found if one.kind == kind]
    if not keys:
        return
    yield f"\n{title}\n"
    yield "| family | accounts | " + " | ".join(name for name, _ in rows) + " |"
    yield "|---|---|" + "---|" * len(rows)
    found = [{(f.kind, f.family, f.level): f for f in board.found} for _, board in rows]
    for family, level in keys:
        ones = [each[kind, family, level] for each in found]
        name = f"{family} {level}".strip()
        yield f"| {name} | {ones[0].act.of} | " + " | ".join(map(short, ones)) + " |"


def cell(share: Share) -> str:
    """A share with its interval."""
    if share.share is None:
        return "-"
    return f"{share.share:.3f} ({share.low:.3f} to {share.high:.3f})"


def short(found: Found) -> str:
    """A family's share at review, and at act if there is any."""
    act, review = found.act.share, found.review.share
    if review is None:
        return "-"
    return f"{review:.2f}" + (f" ({act:.2f})" if act else "")


def main() -> None:
    """Print the scoreboard."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--scenario", nargs="*", default=SCENARIOS)
    parser.add_argument("--peer", nargs="*", default=list(PEERS))
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    tuned_on = made(wanted.folder, TUNED_ON, TUNED_SEED)
    tuning = Tuning(tuned_on, labels.read(tuned_on / LABELS))
    for name in wanted.scenario:
        traffic = made(wanted.folder, name, wanted.seed)
        rows = list(boards(traffic, wanted.peer, tuning))
        print("\n".join(page(name, rows)), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
