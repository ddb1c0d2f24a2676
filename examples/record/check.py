"""Checks the written day: `python -m examples.record.check --state DIR --prompts DIR --out DIR`.

It fails when a run of 60 characters of a vendor's text, a key, or a name or path of the recording
machine is left, and when `raw` and `body` disagree.
"""

from __future__ import annotations

import argparse
import gzip
import json
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from examples.record.accounts import ACCOUNTS
from examples.record.cast import load_cast
from examples.record.relays import OTHER_KEY
from stillwatch_range.record.filler import kept_lines
from stillwatch_range.record.relays.kind import CUSTOMER_KEY
from stillwatch_range.record.tape import takes
from stillwatch_range.record.vendor import vendor_texts

Json = dict[str, Any]

RUN = 60
SPACES = 5


def main() -> int:
    """Run the checks and print what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m examples.record.check")
    parser.add_argument("--state", type=Path, default=Path("/var/tmp/stillwatch-record"))
    parser.add_argument("--prompts", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    captures = list(read_day(options.out / "day"))
    vendor = vendor_runs(options.state / "tape.jsonl", options.prompts)
    problems = [*leftovers(captures, vendor), *traces(captures, options.state), *torn(captures)]
    for problem in sorted(set(problems)):
        print(problem)
    print(f"{len(captures)} exchanges, {len(vendor)} vendor runs, {len(problems)} problems")
    return 1 if problems or not captures or not vendor else 0


def read_day(folder: Path) -> Iterator[Json]:
    """All exchanges of the written day."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".gz":
            data = gzip.decompress(path.read_bytes())
        elif path.suffix == ".zst":
            data = zstandard.ZstdDecompressor().decompress(path.read_bytes())
        else:
            continue
        for line in data.decode().splitlines():
            yield json.loads(line)


def vendor_runs(tape: Path, prompts: Path) -> set[str]:
    """Runs of the vendors' texts in the raw recording, but for the lines that are kept."""
    sessions = {session.id: session for session in load_cast(prompts).sessions}
    lines: set[str] = set()
    for take in takes(tape):
        for text in vendor_texts(json.loads(take.raw), sessions[take.session]):
            split = text.split("\n")
            lines |= {line for line, kept in zip(split, kept_lines(split), strict=True) if not kept}
    return {run for line in lines for run in runs(line)}


def runs(line: str) -> Iterator[str]:
    """Sentence-like runs of a line, at every offset."""
    for start in range(len(line) - RUN + 1):
        run = line[start : start + RUN]
        if run.count(" ") >= SPACES:
            yield run


def leftovers(captures: list[Json], vendor: set[str]) -> Iterator[str]:
    """Runs of vendors' texts that are still there."""
    lines = {line for capture in captures for text in strings(capture) for line in text.split("\n")}
    for line in lines:
        found = next((run for run in runs(line) if run in vendor), None)
        if found:
            yield f"vendor text left: {found!r}"


def strings(node: Any) -> Iterator[str]:
    """All strings in a value; JSON inside strings is looked at as well."""
    if isinstance(node, str):
        yield node
        if node.startswith("{"):
            try:
                yield from strings(json.loads(node))
            except ValueError:
                return
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from strings(key)
            yield from strings(value)
    elif isinstance(node, list):
        for item in node:
            yield from strings(item)


def traces(captures: list[Json], state: Path) -> Iterator[str]:
    """Names, paths and keys that must not be there."""
    secrets = [account.key for account in ACCOUNTS] + [CUSTOMER_KEY, OTHER_KEY]
    checkout = Path(__file__).resolve().parents[3]
    words = [*secrets, f"{checkout}/", "/opt/", str(state), "/mnt/", platform.release()]
    pattern = re.compile("|".join(map(re.escape, words)) + rf"|\b{re.escape(platform.node())}\b")
    for capture in captures:
        for text in strings(capture):
            found = pattern.search(text)
            if found:
                around = text[max(0, found.start() - 40) : found.end() + 40]
                yield f"trace of the recording machine in {capture['account']}: {around!r}"


def torn(captures: list[Json]) -> Iterator[str]:
    """Exchanges whose `raw` is not the text of their `body`, or has another length."""
    for capture in captures:
        request = capture["request"]
        if "raw" not in request:
            continue
        if json.loads(request["raw"]) != request["body"]:
            yield f"raw and body differ in {capture['id']}"
        lengths = [v for k, v in request["headers"] if k.lower() == "content-length"]
        if lengths and int(lengths[0]) != len(request["raw"].encode()):
            yield f"raw has another length than declared in {capture['id']}"


if __name__ == "__main__":
    sys.exit(main())
