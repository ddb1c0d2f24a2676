"""Draws from quantiles of real sessions."""

from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

TABLE = Path(__file__).parent.parent / "data" / "behaviour.parquet"


def draw(rng: np.random.Generator, name: str, size: int) -> np.ndarray:
    """Values distributed as measured; `name` as in `derive_null.py`."""
    levels, values = _quantiles(name)
    return np.interp(rng.random(size), levels, values)


@cache
def _quantiles(name: str) -> tuple[np.ndarray, np.ndarray]:
    table = pq.read_table(TABLE)
    chosen = table.filter(pc.field("name") == name)
    if not len(chosen):
        raise KeyError(name)
    return chosen["level"].to_numpy(), chosen["value"].to_numpy()
