"""What `marks scan` reaches: speed, what it finds, what it leaves in peace, as a Markdown table.

    python -m benchmarks.marks_scan PROMPTS

PROMPTS is a folder of Parquet files with the columns `prompt`, `lang` and `kind`, where `human`
says that people typed it. Times are processor time of one core, the lowest of several runs; beside
them stands the ratio to the standard library's JSON decoder over the same text, which is what can
be compared between machines.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, cycle
from pathlib import Path
from time import process_time

import polars as pl
from tests.marks.foreign.planted import READ, WORD, plants
from tests.marks.foreign.test_request import JSON_MARKS

from stillwatch.marks.foreign import scan_request, scan_text
from stillwatch.marks.foreign.registry import CHANNELS, VISIBLE_ANYWHERE
from stillwatch.marks.foreign.scan import look
from stillwatch.marks.foreign.view import View

RUNS = 9
MEGA, GIGA = 1e6, 1e9
LONG = 4_000_000
"""Characters of the texts that speed is measured on."""
EVERY = 100_000
"""Characters between marks that are planted in the mixed text."""
MARK = " We can\u02bct."


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    what: str
    figure: str
    target: str


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What marks scan reaches.")
    parser.add_argument("prompts", type=Path, help="folder of Parquet files with prompts")
    prompts = load(parser.parse_args().prompts)
    print("| what | figure | target |\n|---|---|---|")
    for row in chain(speed(prompts), peace(prompts), found()):
        print(f"| {row.what} | {row.figure} | {row.target} |", flush=True)


def load(folder: Path) -> pl.DataFrame:
    """All prompts, with language and kind."""
    files = sorted(folder.glob("*.parquet"))
    frames = [pl.read_parquet(file, columns=["prompt", "lang", "kind"]) for file in files]
    return pl.concat(frames).filter(pl.col("prompt").str.len_chars() > 0)


def speed(prompts: pl.DataFrame) -> Iterator[Row]:
    """Characters a second, on prompts of all languages and on ASCII."""
    for name, order in (("as they come", shuffled), ("ten languages in equal parts", in_turns)):
        text = marked(order(prompts))
        marks = text.count(MARK)
        hits = [one for one in scan_text(text) if one.channel == "apostrophes"]
        assert sum(one.count for one in hits) >= marks
        beyond = sum(not char.isascii() for char in text) / len(text)
        what = f"prompts {name}, {beyond:.0%} beyond ASCII, {marks} marks found with their places"
        yield timed(what, text, scan_text, "40 Mchar/s")
    plain = ascii_only(prompts)
    yield timed("ASCII, all channels", plain, scan_text, "")
    data = plain.encode()
    took = lowest(lambda: invisible(data))
    what = "ASCII bytes, channels of characters beyond ASCII"
    yield Row(what, f"{len(data) / took / GIGA:.1f} Gchar/s", "10 Gchar/s")


def shuffled(prompts: pl.DataFrame) -> Iterator[str]:
    """Prompts in no order."""
    yield from prompts["prompt"].shuffle(seed=1)


def in_turns(prompts: pl.DataFrame) -> Iterator[str]:
    """Prompts of all languages in turns, the rarer ones over and over."""
    told = prompts.filter(pl.col("lang") != "und")
    kinds = [cycle(part["prompt"].to_list()) for _, part in sorted(told.group_by("lang"))]
    for texts in cycle(kinds):
        yield next(texts)


def marked(texts: Iterator[str]) -> str:
    """A long text of prompts with a mark now and then."""
    pieces, size, marks = [], 0, 0
    for text in texts:
        pieces.append(text)
        size += len(text)
        if size >= EVERY * (marks + 1):
            pieces.append(MARK)
            marks += 1
        if size >= LONG:
            break
    return "\n\n".join(pieces)


def ascii_only(prompts: pl.DataFrame) -> str:
    """Prompts in ASCII."""
    texts = (text for text in prompts["prompt"].to_list() if text.isascii())
    return "\n\n".join(texts)[:LONG]


def timed(what: str, text: str, scan: Callable[[str], object], target: str) -> Row:
    """Speed over a text, and the ratio to decoding it as JSON."""
    coded = json.dumps(text, ensure_ascii=False)
    took, decoding = lowest(lambda: scan(text)), lowest(lambda: json.loads(coded))
    figure = f"{len(text) / took / MEGA:.0f} Mchar/s ({took / decoding:.1f} x JSON decoding)"
    return Row(what, figure, target)


def invisible(data: bytes) -> None:
    """Look for characters beyond ASCII in bytes as they come from a file."""
    assert not list(look(View(data.decode("utf-8")), VISIBLE_ANYWHERE))


def lowest(run: Callable[[], object]) -> float:
    """Seconds of processor time, the lowest of several runs."""
    times = []
    for _ in range(RUNS):
        begin = process_time()
        run()
        times.append(process_time() - begin)
    return min(times)


def peace(prompts: pl.DataFrame) -> Iterator[Row]:
    """Findings in ordinary prompts, each looked at alone."""
    for what, some in (
        ("prompts typed by people", prompts.filter(pl.col("kind") == "human")),
        ("all prompts, those of programs and benchmarks too", prompts),
    ):
        begin = process_time()
        findings = Counter(one.channel for text in some["prompt"] for one in scan_text(text))
        took = process_time() - begin
        languages = some.filter(pl.col("lang") != "und")["lang"].n_unique()
        says = f"{findings.total()} findings in {len(some):,} of {languages} languages"
        says += f" {dict(findings)}" if findings else ""
        rate = some["prompt"].str.len_chars().sum() / took / MEGA
        yield Row(what, f"{says}, {rate:.1f} Mchar/s one by one", "0 in 30,000 of 10")


def found() -> Iterator[Row]:
    """Planted channels that are found, and read."""
    seen = {one.channel for raw in JSON_MARKS.values() for one in scan_request(raw)}
    read = set()
    for channel, number, text in plants():
        findings = [one for one in scan_text(text) if one.channel == channel]
        seen |= {one.channel for one in findings}
        if number == 0 and any(one.payload and WORD in one.payload.text for one in findings):
            read.add(channel)
    yield Row("planted channels found", f"{len(seen)} of {len(CHANNELS)}", "25, and all")
    yield Row(
        "planted words read back", f"{len(read & READ)} of {len(READ)} that carry text", "all"
    )


if __name__ == "__main__":
    main()
