"""How campaigns are found: the figures of docs/campaigns.md, on scenarios never used for tuning.

    python -m benchmarks.campaigns thin FOLDER [--seed 101] [--peer NAME ...]
    python -m benchmarks.campaigns background FOLDER [--seed 101]
    python -m benchmarks.campaigns found FOLDER [--seed 101]

`thin`: campaigns of 40 accounts, a twentieth of their traffic, among 4,000 honest accounts: the
issue's 2,000 and 200,000 scaled down by 50. `background`: each campaign alone among honest traffic
of 10 and 100 times its calls, and all campaigns together among all honest accounts, which is close
to 1,000 times the calls of each. `found`: how many exchanges an account sends until its campaign
is found, by the share that the campaign has of its traffic. What is there already is used again.
"""

import argparse
import io
import json
import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec
import zstandard
from benchmarks.scoreboard import boards, hunted, made, page
from msgspec import structs

from stillwatch_range.campaigns import CampaignSpec
from stillwatch_range.layout import ACCOUNTS, CAPTURES, LABELS
from stillwatch_range.peers.run import Tuning
from stillwatch_range.scenario.file import find, read
from stillwatch_range.scenario.make import make
from stillwatch_range.score import labels
from stillwatch_range.score.trial import trial

THIN, SCENARIO_OF_SHARES, TUNED_ON = "reporting-thin", "reporting-shares", "tuning-innocents"
SHARES = (1.0, 0.25, 0.1, 0.05)
TIMES = (10, 100)
LEVELS = ("review", "act")
HOURS = (2, 6, 12, 24)


class Line(msgspec.Struct):
    """An exchange, as far as it is looked at here."""

    account: str


class Label(msgspec.Struct):
    """An account's label, as far as it is looked at here."""

    account: str = ""
    kind: str = ""
    group: str = ""
    exchanges: int = 0
    purposes: dict[str, int] = {}


def truth(traffic: Path) -> list[Label]:
    """The accounts that sent anything."""
    rows = (msgspec.json.decode(raw, type=Label) for raw in (traffic / LABELS).open("rb"))
    return [row for row in rows if row.account and row.exchanges]


def thin(folder: Path, seed: int, peers: Iterable[str]) -> Iterator[str]:
    """The scoreboard of the thin scenario."""
    tuned_on = made(folder, TUNED_ON, 1)
    tuning = Tuning(tuned_on, labels.read(tuned_on / LABELS))
    traffic = made(folder, THIN, seed)
    rows = list(boards(traffic, peers, tuning))
    yield from page(THIN, rows)
    for name, board in rows:
        for level in board.levels:
            yield f"{name}, {level.level}: accounts right {level.precision}, groups {level.group_recall}"


def background(folder: Path, seed: int) -> Iterator[str]:
    """Recall and false alarms by the amount of honest traffic."""
    traffic = made(folder, THIN, seed)
    accounts = truth(traffic)
    yield "| background | campaigns found at review | at act | honest accounts at review | at act |"
    yield "|---|---|---|---|---|"
    for times in TIMES:
        yield row(f"{times} times", [*alone(traffic, accounts, times)])
    everything = levels(hunted(traffic))
    yield row(f"all, {most(accounts):.0f} times", [*together(accounts, everything)])


def row(name: str, results: list[tuple[dict[str, bool], dict[str, int], int]]) -> str:
    """A line of the table: shares over all hunts."""
    cells = [
        f"{sum(found[level] for found, _, _ in results)} of {len(results)}" for level in LEVELS
    ]
    honest = sum(of for _, _, of in results)
    cells += [f"{sum(false[level] for _, false, _ in results)} of {honest:,}" for level in LEVELS]
    return f"| {name} | {' | '.join(cells)} |"


def harvested(accounts: Iterable[Label]) -> int:
    """Calls of a campaign, cover left out."""
    return sum(one.purposes.get("harvest", 0) + one.purposes.get("probe", 0) for one in accounts)


def by_campaign(accounts: list[Label]) -> dict[str, list[Label]]:
    """Accounts of each campaign."""
    names = sorted({one.group for one in accounts if one.kind == "campaign"})
    return {name: [one for one in accounts if one.group == name] for name in names}


def innocent(accounts: list[Label]) -> list[Label]:
    """Honest accounts and twins."""
    return [one for one in accounts if one.kind in ("honest", "twin")]


def most(accounts: list[Label]) -> float:
    """How many times a campaign's calls all honest traffic is, in the median."""
    honest = sum(one.exchanges for one in innocent(accounts))
    return median(honest / max(harvested(held), 1) for held in by_campaign(accounts).values())


def together(
    accounts: list[Label], verdicts: dict[str, int]
) -> Iterator[tuple[dict[str, bool], dict[str, int], int]]:
    """As `alone`, of one hunt over everything; honest accounts are counted once."""
    honest = innocent(accounts)
    for place, held in enumerate(by_campaign(accounts).values()):
        beside = [] if place else honest
        yield found_of(held, verdicts), accused(beside, verdicts), len(beside)


def found_of(held: list[Label], verdicts: dict[str, int]) -> dict[str, bool]:
    """By level, whether at least half of a campaign's accounts stand there."""
    return {
        level: 2 * sum(verdicts.get(one.account, 0) >= place for one in held) >= len(held)
        for place, level in enumerate(LEVELS, 1)
    }


def accused(beside: list[Label], verdicts: dict[str, int]) -> dict[str, int]:
    """By level, how many of some accounts stand there."""
    return {
        level: sum(verdicts.get(one.account, 0) >= place for one in beside)
        for place, level in enumerate(LEVELS, 1)
    }


def alone(
    traffic: Path, accounts: list[Label], times: int
) -> Iterator[tuple[dict[str, bool], dict[str, int], int]]:
    """For each campaign: found by level, honest accounts accused by level, honest accounts."""
    honest = innocent(accounts)
    for group, members in by_campaign(accounts).items():
        beside = sampled(honest, times * harvested(members), f"{group} {times}")
        names = {one.account for one in members}
        out = traffic / f"{group.replace(':', '-')}-{times}"
        part = cut(traffic, out, names | {one.account for one in beside})
        verdicts = levels(hunted(part))
        yield found_of(members, verdicts), accused(beside, verdicts), len(beside)


def sampled(honest: list[Label], exchanges: int, name: str) -> list[Label]:
    """Honest accounts with about so many exchanges; all of them where there are too few."""
    order = random.Random(name).sample(honest, len(honest))
    taken: list[Label] = []
    total = 0
    for one in order:
        if total >= exchanges:
            break
        taken.append(one)
        total += one.exchanges
    return taken


def cut(traffic: Path, out: Path, names: set[str]) -> Path:
    """The same traffic with some of its accounts only."""
    if (out / LABELS).exists():
        return out
    (out / CAPTURES).mkdir(parents=True, exist_ok=True)
    packer = zstandard.ZstdCompressor()
    for file in sorted((traffic / CAPTURES).glob("*.jsonl.zst")):
        with file.open("rb") as packed, (out / CAPTURES / file.name).open("wb") as part:
            reader = io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(packed), 1 << 20)
            with packer.stream_writer(part) as writer:
                for line in reader:
                    if msgspec.json.decode(line, type=Line).account in names:
                        writer.write(line)
    for file, into in ((CAPTURES + "/" + ACCOUNTS, CAPTURES + "/" + ACCOUNTS), (LABELS, LABELS)):
        kept = [
            raw
            for raw in (traffic / file).open("rb")
            if msgspec.json.decode(raw, type=Label).account in names | {""}
        ]
        (out / into).write_bytes(b"".join(kept))
    return out


def levels(verdicts: Path) -> dict[str, int]:
    """By account, 0 for none, 1 for review, 2 for act; a group's level counts for those it names."""
    found: dict[str, int] = {}
    for one in json.loads(verdicts.read_bytes())["verdicts"]:
        level = (LEVELS.index(one["level"]) + 1) if one["level"] in LEVELS else 0
        for account in one["subject"]["accounts"]:
            found[account] = max(level, found.get(account, 0))
    return found


def found(folder: Path, seed: int) -> Iterator[str]:
    """Exchanges that an account sends until its campaign is found."""
    yield "| share of the traffic | level | found | exchanges of an account, median | hours, median |"
    yield "|---|---|---|---|---|"
    program = str(Path(sys.executable).with_name("stillwatch"))
    for share in SHARES:
        traffic = shared(folder, share, seed)
        with TemporaryDirectory() as store:
            words = [program, "hunt", "{captures}", "--json", "{verdicts}"]
            words += ["--store", f"{store}/store", "--key", f"{store}/key"]
            tried = trial(traffic, HOURS, words)
        for level in LEVELS:
            soon = [one for one in tried.soon if (one.unit, one.level) == ("account", level)]
            of = sum(one.missed.of for one in soon)
            missed = sum(one.missed.hits for one in soon)
            middle = [
                f"{median(getattr(one, what).median or float('inf') for one in soon):g}"
                for what in ("exchanges", "hours")
            ]
            yield f"| {share:.0%} | {level} | {of - missed} of {of} | {' | '.join(middle)} |"


def shared(folder: Path, share: float, seed: int) -> Path:
    """The scenario of shares with one share for all of its campaigns."""
    plan = read(find(SCENARIO_OF_SHARES))
    parts = tuple(
        replace(part, spec=structs.replace(part.spec, cover=round(1 - share, 2)))
        if isinstance(part.spec, CampaignSpec)
        else part
        for part in plan.parts
    )
    name = f"{SCENARIO_OF_SHARES}-{share:.0%}"
    out = folder / f"{name}-{seed}"
    if not (out / LABELS).exists():
        make(replace(plan, name=name, parts=parts), seed, out)
    return out


def main() -> None:
    """Print one part of the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("part", choices=("thin", "background", "found"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--peer", nargs="*", default=["ip-count", "honeypotllm"])
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    if wanted.part == "thin":
        lines = thin(wanted.folder, wanted.seed, wanted.peer)
    else:
        lines = {"background": background, "found": found}[wanted.part](wanted.folder, wanted.seed)
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
