"""The tables that signals read, as lazy frames of whatever engine holds them."""

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa

Frame = nw.LazyFrame[Any]


@dataclass(frozen=True)
class Tables:
    """What signals read. Every frame is lazy and has the columns named here.

    exchanges: the stored columns (store/tables.py) and `thread` (int64, the conversation),
        `family` (int64, a conversation together with its sub-agents' conversations), and
        `owner` (int64 or null, a hash of the account's payer or, failing that, organisation).
    issued, presented: the stored columns and `account`, `ts_us`, `thread`, `family`, `root`,
        `exchange`, `owner`, `wire`.
    facts, checks: the stored columns and `account`, `ts_us`, `thread`, `family`, `root`,
        `exchange`, `owner`, `wire`.
    seals, sealed_ids: `MATCHED_SEALS` and `MATCHED_IDS` (store/tables.py) and `account`, `ts_us`,
        `thread`, `family`, `root`, `exchange`, `owner`, `wire`; empty without marks keys.
    blocks: `row`, `place`, `block`, `words`, `intents` (store/tables.py, BLOCKS and ANCHORS) and
        `account`, `ts_us`, `thread`, `family`, `root`, `exchange`, `owner`, `wire`.
    purchases: PURCHASES and `account`, `ts_us`, `thread`, `family`, `root`, `exchange`, `owner`,
        `wire`; empty without nonces.
    vectors: VECTORS, one row a different text.
    templates, groups, links: TEMPLATES, GROUPS, LINKS: what links accounts, and whom.
    calls: CALLS and `account`, `ts_us`, `thread`, `family`, `root`, `exchange`, `owner`, `wire`:
        the exchanges that carry a template.
    accounts: the stored columns, one row for every account that is seen, `owner`, `exchanges`
        (how many), `first_us` and `last_us`.
    """

    exchanges: Frame
    issued: Frame
    presented: Frame
    facts: Frame
    checks: Frame
    seals: Frame
    sealed_ids: Frame
    blocks: Frame
    purchases: Frame
    vectors: Frame
    templates: Frame
    calls: Frame
    groups: Frame
    links: Frame
    accounts: Frame


def collect(frame: Frame) -> pa.Table:
    """Bring a small result into memory as an Arrow table, whatever engine holds the frame.

    Engines widen the sum of integers differently; here it is int64 everywhere.
    """
    table = frame.collect(backend="pyarrow").to_arrow()
    wide = [field.name for field in table.schema if pa.types.is_decimal(field.type)]
    for name in wide:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table[name].cast(pa.int64()))
    return table
