"""How long people think between their turns, drawn from recorded sessions of developers."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow.parquet as pq

SHORTEST_S, LONGEST_S = 20.0, 2700.0


class Pace:
    """Draws think times from `claude_code_kv.parquet`: waits before a request that is typed text."""

    def __init__(self, folder: Path, seed: str) -> None:
        columns = ["type", "input_types", "think_time"]
        rows = pq.read_table(folder / "claude_code_kv.parquet", columns=columns).to_pylist()
        waits = [
            float(row["think_time"] or 0)
            for row in rows
            if row["type"] == "main" and row["input_types"] == "text"
        ]
        self._waits = sorted(wait for wait in waits if SHORTEST_S <= wait <= LONGEST_S)
        self._draw = random.Random(seed)

    def wait_s(self) -> float:
        """A think time in seconds."""
        return self._draw.choice(self._waits) + self._draw.random()
