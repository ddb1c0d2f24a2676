"""Reads lines into a store and says which thread each exchange is in."""

from pathlib import Path
from typing import Any

from stillwatch.keys import KeyRing
from stillwatch.sources.inputs import find_inputs
from stillwatch.store.engine import engine
from stillwatch.store.frames import collect
from stillwatch.store.ingest import ingest
from stillwatch.store.prepare import prepare
from stillwatch.store.store import opened
from tests.traffic import write

KEYS = KeyRing(b"k" * 32)
KEY = KEYS.secret_for("store")


def threads_of(folder: Path, lines: list[dict[str, Any]], column: str = "thread") -> dict[str, int]:
    """The thread (or family) of every exchange, by the exchange's id."""
    file = write(folder / "traffic.jsonl", lines)
    with opened(folder / "store", KEYS) as store:
        ingest(find_inputs([file]), store, KEY)
        with engine(folder / "store") as running:
            tables, _ = prepare(store, running)
            rows = collect(tables.exchanges.select("exchange", column)).to_pylist()
    return {row["exchange"]: row[column] for row in rows}


def count(folder: Path, lines: list[dict[str, Any]], column: str = "thread") -> int:
    """How many threads (or families) there are."""
    return len(set(threads_of(folder, lines, column).values()))
