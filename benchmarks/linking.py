"""What it costs to find templates and linked groups, from 100,000 to 10 million exchanges.

Exchanges are made as the tables that reading leaves: one text each, with 20 anchors of a vocabulary
in which few are common and most are rare (Pareto); 30 exchanges an account; 20 campaigns of half a
percent of the accounts each, whose wording stands in 15% of their texts. Each size runs in a process
of its own, so that its memory is its own.

    python -m benchmarks.linking [--sizes 100000 1000000 10000000]
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import numpy as np
import pyarrow as pa

from stillwatch.linking.linked import linked
from stillwatch.store.engine import Engine, engine
from stillwatch.store.frames import Tables
from stillwatch.store.tables import FRAMES

SIZES = (100_000, 1_000_000, 10_000_000)
PART = 500_000
ANCHORS, VOCABULARY, COMMON = 20, 2_000_000, 0.6
EACH = 30
CAMPAIGNS, OF_THEM, SHARE, WORDING = 20, 0.005, 0.15, 12
WORDS = 50
DAY_US = 86_400_000_000
MOST = 2**62
MIB = 1024


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.one:
        print(measured(wanted.one))
        return
    print("| exchanges | accounts | groups | core seconds | microseconds each | memory |")
    print("|---|---|---|---|---|---|", flush=True)
    for size in wanted.sizes:
        words = [sys.executable, "-m", "benchmarks.linking", "--one", str(size)]
        done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
        print(done.stdout.strip(), flush=True)


def measured(size: int) -> str:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder, engine(Path(folder)) as running:
        fill(running, size)
        tables = Tables(**{name: running.scan(name) for name in FRAMES})
        start = process_time()
        linked(tables, running)
        took = process_time() - start
        groups = running.rows("groups", "SELECT count(DISTINCT group_id) AS n FROM groups")
        found = groups["n"][0].as_py()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MIB
    each = took / size * 1e6
    accounts = size // EACH
    return f"| {size:,} | {accounts:,} | {found} | {took:.1f} | {each:.1f} | {memory:,} MiB |"


def fill(running: Engine, size: int) -> None:
    """The engine's tables for so many exchanges, part by part."""
    draw = np.random.default_rng(1)
    accounts = size // EACH
    vocabulary = draw.integers(-MOST, MOST, VOCABULARY)
    members = draw.random((CAMPAIGNS, accounts)) < max(OF_THEM, 20 / accounts)
    wordings = draw.integers(-MOST, MOST, (CAMPAIGNS, WORDING))
    names = pa.array([f"acct_{number}" for number in range(accounts)])
    sent = np.zeros(accounts, np.int64)
    for start in range(0, size, PART):
        count = min(PART, size - start)
        account = draw.integers(0, accounts, count)
        sent += np.bincount(account, minlength=accounts)
        ranks = (draw.pareto(COMMON, (count, ANCHORS)) * 50).astype(np.int64) % VOCABULARY
        anchors = vocabulary[ranks]
        for campaign in range(CAMPAIGNS):
            theirs = members[campaign, account] & (draw.random(count) < SHARE)
            anchors[theirs, :WORDING] = wordings[campaign]
        rows = np.arange(start + 1, start + count + 1)
        for name, table in parts(rows, names.take(account), anchors, draw):
            add(running, name, table, first=start == 0)
    held = {"account": names, "exchanges": sent}
    add(running, "accounts", conformed("accounts", held, accounts), first=True)
    for name in set(FRAMES) - {"exchanges", "blocks", "accounts"}:
        running.put(name, FRAMES[name].empty_table())


def parts(
    rows: np.ndarray, accounts: pa.Array, anchors: np.ndarray, draw: np.random.Generator
) -> Iterator[tuple[str, pa.Table]]:
    """Exchanges, blocks and anchors of some rows."""
    count = len(rows)
    placed = {"row": rows, "account": accounts, "ts_us": draw.integers(0, DAY_US, count)}
    placed |= dict.fromkeys(("thread", "family", "root"), rows)
    yield "exchanges", conformed("exchanges", placed, count)
    block = draw.integers(-MOST, MOST, count)
    text = {"block": block, "words": np.full(count, WORDS, np.int32), "intents": 0 * rows}
    place = {"place": pa.array(["user"]).take(pa.array(0 * rows))}
    yield "blocks", conformed("blocks", placed | text | place, count)
    held = pa.FixedSizeListArray.from_arrays(pa.array(anchors.ravel()), ANCHORS)
    yield "anchors", pa.table(text | {"anchors": held.cast(pa.list_(pa.int64()))})


def conformed(name: str, columns: dict[str, object], count: int) -> pa.Table:
    """A table of a declared schema; what is not given is null."""
    schema = FRAMES[name]
    held = [
        pa.array(columns[field.name]).cast(field.type)
        if field.name in columns
        else pa.nulls(count, field.type)
        for field in schema
    ]
    return pa.table(held, schema=schema)


def add(running: Engine, name: str, table: pa.Table, *, first: bool) -> None:
    """Rows into a table of the engine."""
    if first:
        running.put(name, table)
        return
    running.put("more", table)
    running.run(f"more {name}", f"INSERT INTO {name} FROM more")
    running.run("drop", "DROP TABLE more")


if __name__ == "__main__":
    main()
