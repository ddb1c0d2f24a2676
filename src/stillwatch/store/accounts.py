"""What the operator says about accounts, kept beside the exchanges."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.hashing import Hasher
from stillwatch.sources.accounts import AccountRecord, load_accounts
from stillwatch.store.parts import write_parts
from stillwatch.store.store import Store
from stillwatch.store.tables import ACCOUNTS, TABLES
from stillwatch.traits.columns import Columns
from stillwatch.traits.words import Words


def take_accounts(paths: Sequence[Path], store: Store, key: bytes) -> int:
    """Read accounts files into the store; a later record of an account replaces an earlier one.

    Args:
        paths: the files.
        store: where rows go; the caller commits.
        key: the key for keyed hashing.

    Returns:
        How many lines could not be read; they are in the table `rejects`.
    """
    if not paths:
        return 0
    columns = Columns(TABLES)
    for path in paths:
        for item in load_accounts(path):
            if isinstance(item, AccountRecord):
                columns["accounts"].append(_row(item, Words(Hasher(key))))
            else:
                columns["rejects"].append((item.label, item.line, item.reason))
    rejects = len(columns["rejects"])
    tables = columns.take()
    known = [pq.read_table(file) for file in store.files("accounts")]
    merged = _latest([*known, *([tables.pop("accounts")] if "accounts" in tables else [])])
    store.replace(
        "accounts", write_parts({"accounts": merged}, store.folder, f"{store.run}-accounts")
    )
    store.add(write_parts(tables, store.folder, f"{store.run}-accounts"))
    return rejects


def _row(record: AccountRecord, words: Words) -> tuple[object, ...]:
    return (
        record.account,
        words.maybe("organization", record.organization),
        words.maybe("payer", record.payer),
        record.created_us,
        record.plan,
        words.maybe("email_domain", record.email_domain),
        record.declared_use,
        record.licensed_reseller,
    )


def _latest(tables: Iterable[pa.Table]) -> pa.Table:
    rows = {row["account"]: row for table in tables for row in table.to_pylist()}
    return pa.Table.from_pylist(list(rows.values()), schema=ACCOUNTS)
