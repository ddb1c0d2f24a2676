"""When somebody typed: the turns of an account that a person wrote, and those a machine wrote.

A request whose last turn holds words may come from a person, a script, an evaluation or a parent
agent. A person reads before typing again. So a conversation counts as typed when words follow an
answer after a pause, and mostly so; the opening turns of sub-agents are left out, because their
family was open before.
"""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from stillwatch.signals.model import Tables, collect
from stillwatch.signals.numbering import numbered

SECOND_US = 1_000_000
READING_US = 2 * SECOND_US
"""Shorter pauses between an answer and the next words are a program's: 1% of the pauses of real
Claude Code users are shorter than 2 s (kv-cache-tester traces, `benchmarks/derive_null.py`)."""
HUMAN_SPREAD = 0.5
"""Least standard deviation of the natural logarithm of pauses for people. It is 1.4 in real
sessions (`benchmarks/derive_null.py`); a simulated user that answers at once stays below 0.3."""
FEW_PAUSES = 8

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class TypedTurns:
    """Typed turns of all accounts, sorted by account, time and family.

    Attributes:
        accounts: names of accounts, sorted.
        account: for each turn, the position of its account in `accounts`.
        ts_us: when it came.
        family: its conversation with sub-agents.
        exchange: the operator's id of the exchange.
        families: for each account, how many families it has.
        tool_families: for each account, how many of them hold results of tools.
        typed_families: for each account, how many of them hold typed turns.
        spread: for each account, the standard deviation of the natural logarithm of its pauses;
            NaN below `FEW_PAUSES` pauses.
    """

    accounts: list[str]
    account: Ints
    ts_us: Ints
    family: Ints
    exchange: pa.Array
    families: Ints
    tool_families: Ints
    typed_families: Ints
    spread: NDArray[np.float64]

    def automated(self) -> NDArray[np.bool_]:
        """For each account, whether nothing in its rhythm looks like a person typing."""
        machine = np.less(self.spread, HUMAN_SPREAD)  # false where too few pauses are known
        automated: NDArray[np.bool_] = (self.typed_families == 0) | machine
        return automated


def typed_turns(tables: Tables) -> TypedTurns:
    """Find the turns that people typed."""
    table = _worded(tables)
    accounts = _accounts(tables)
    names = accounts["account"].to_pylist()
    position = {name: place for place, name in enumerate(names)}
    coded = table["account"].combine_chunks().dictionary_encode()
    codes = np.array([position[name] for name in coded.dictionary.to_pylist()], np.int64)
    account = codes[coded.indices.to_numpy()] if len(table) else np.zeros(0, np.int64)
    family = table["family"].to_numpy()
    pause_us = table["pause_us"].fill_null(-1).to_numpy()
    kept, typed = _typed(account, family, pause_us, len(names))
    paused = kept & (pause_us >= READING_US)
    return TypedTurns(
        accounts=names,
        account=account[kept],
        ts_us=table["ts_us"].to_numpy()[kept],
        family=family[kept],
        exchange=table["exchange"].combine_chunks().filter(pa.array(kept)),
        families=accounts["families"].to_numpy(),
        tool_families=accounts["tool_families"].to_numpy(),
        typed_families=typed,
        spread=_spread(account[paused], np.log(pause_us[paused] / SECOND_US), len(names)),
    )


def _accounts(tables: Tables) -> pa.Table:
    """Every account with its families, and those in which a tool was used."""
    used = (nw.col("tool_parts") > 0).fill_null(value=False)
    tool = (~nw.col("human_turn") | used).cast(nw.Int64)
    families = tables.exchanges.group_by("account", "family").agg(tool.max().alias("tool"))
    counts = families.group_by("account").agg(
        nw.len().alias("families"), nw.col("tool").sum().alias("tool_families")
    )
    return collect(counts).sort_by("account")


def _worded(tables: Tables) -> pa.Table:
    """Turns of words that open a family or follow an answer, with the pause before them.

    `pause_us` is null for the turn that opens the family.
    """
    order = ["ts_us", "row"]
    turns = tables.exchanges.select(
        "account",
        "family",
        "ts_us",
        "row",
        "exchange",
        "human_turn",
        nw.col("end_us").shift(1).over("thread", order_by=order).alias("answered_us"),
        nw.col("ts_us").min().over("account", "family").alias("opened_us"),
    )
    worded = turns.filter(
        nw.col("human_turn")
        & (~nw.col("answered_us").is_null() | (nw.col("ts_us") == nw.col("opened_us")))
    ).select(
        "account",
        "family",
        "ts_us",
        "row",
        "exchange",
        (nw.col("ts_us") - nw.col("answered_us")).alias("pause_us"),
    )
    return collect(worded).sort_by([(name, "ascending") for name in ("account", "ts_us", "row")])


def _typed(
    account: Ints, family: Ints, pause_us: Ints, count: int
) -> tuple[NDArray[np.bool_], Ints]:
    """Which turns belong to typed families and are typed themselves; typed families an account."""
    families = numbered(account, family)
    place, size = families.number, families.count
    read = pause_us >= READING_US
    opening = pause_us < 0
    reads = np.bincount(place[read], minlength=size)
    quick = np.bincount(place[~read & ~opening], minlength=size)
    typed = (reads > 0) & (reads >= quick)
    kept = typed[place] & (read | opening)
    return kept, np.bincount(account[families.first[typed]], minlength=count).astype(np.int64)


def _spread(account: Ints, logs: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    size = np.bincount(account, minlength=count)
    safe = np.maximum(size, 1)
    mean = np.bincount(account, logs, minlength=count) / safe
    square = np.bincount(account, (logs - mean[account]) ** 2, minlength=count) / safe
    spread: NDArray[np.float64] = np.where(size >= FEW_PAUSES, np.sqrt(square), np.nan)
    return spread
