"""From stored parts to the tables that signals read.

Duplicates are left out here and nowhere else: the same line read twice has the same `row`; two
different lines with one id are a conflict, of which the earlier one is kept and the others are
reported.
"""

from dataclasses import fields

import pyarrow as pa

from stillwatch.nonces.file import Purchases
from stillwatch.store.engine import Engine
from stillwatch.store.frames import Tables
from stillwatch.store.marked import Marks, with_marks, without_marks
from stillwatch.store.purchased import with_purchases, without_purchases
from stillwatch.store.store import Store
from stillwatch.store.tables import LINKED
from stillwatch.store.threads import link

_STORED = (
    "exchanges",
    "prefixes",
    "issued",
    "presented",
    "facts",
    "checks",
    "accounts",
    "rejects",
    "blocks",
    "anchors",
)

_KEPT = """
CREATE TABLE kept AS SELECT * FROM stored_exchanges
QUALIFY row_number() OVER (PARTITION BY id_hash ORDER BY ts_us, row) = 1
"""

# Lines that were incomplete when they were first seen may have been read since.
_REJECTS = """
SELECT DISTINCT r.source, r.line, r.reason FROM stored_rejects r
LEFT JOIN kept k ON k.source = r.source AND k.line = r.line WHERE k.row IS NULL
UNION ALL
SELECT DISTINCT s.source, s.line,
    'the id was used by another exchange of this account before; the earlier one counts'
FROM stored_exchanges s JOIN kept k USING (id_hash) WHERE s.row <> k.row
ORDER BY ALL
"""

_ACCOUNTS = """
CREATE TABLE accounts AS
WITH seen AS (
    SELECT account, min(organization) AS organization, count(*) AS exchanges,
        min(ts_us) AS first_us, max(ts_us) AS last_us
    FROM kept GROUP BY account
), listed AS (
    SELECT * FROM stored_accounts QUALIFY row_number() OVER (PARTITION BY account) = 1
)
SELECT seen.account, coalesce(listed.organization, seen.organization) AS organization,
    payer, created_us, plan, email_domain, declared_use,
    coalesce(licensed_reseller, false) AS licensed_reseller,
    exchanges, first_us, last_us,
    coalesce(listed.payer, listed.organization, seen.organization) AS owner
FROM seen LEFT JOIN listed USING (account)
"""

_EXCHANGES = """
CREATE TABLE exchanges AS
SELECT kept.*, thread, family, owner, accounts.organization AS owner_organization
FROM kept JOIN thread_links USING (row) JOIN accounts USING (account)
"""


def _placed(table: str, columns: str) -> str:
    """A table of marks on rows, once a mark, with where and when it was seen."""
    return f"""
CREATE TABLE {table} AS
SELECT DISTINCT s.row, {columns}, e.account, e.ts_us, e.thread, e.family, e.root,
    e.exchange, e.owner, e.wire
FROM stored_{table} s JOIN exchanges e USING (row)
"""


# Every process writes down a text when it meets it for the first time.
_ANCHORS = """
CREATE TABLE anchors AS
SELECT block, any_value(words) AS words, any_value(intents) AS intents,
    any_value(anchors) AS anchors, any_value(vector) AS vector
FROM stored_anchors GROUP BY block
"""
_VECTORS = "CREATE TABLE vectors AS SELECT block, vector FROM anchors"
_BLOCKS = """
CREATE TABLE blocks AS
SELECT DISTINCT s.row, s.place, s.block, a.words, a.intents, e.account, e.ts_us, e.thread,
    e.family, e.root, e.exchange, e.owner, e.wire
FROM stored_blocks s JOIN anchors a USING (block) JOIN exchanges e USING (row)
"""
_PLACED = {
    "issued": "kind, artefact",
    "presented": "kind, artefact, shape",
    "facts": "kind, origin, value, label",
    "checks": '"check", held, detail',
}


def prepare(
    store: Store,
    engine: Engine,
    marks: Marks | None = None,
    key: bytes = b"",
    purchases: Purchases | None = None,
) -> tuple[Tables, pa.Table]:
    """Build the tables.

    Args:
        store: what was read.
        engine: where the tables are made.
        marks: keys and installs that marks are matched with, or None to leave marks out.
        key: with marks or purchases, the key for keyed hashing.
        purchases: test purchases to look for, or None.

    Returns:
        The tables, and everything that was left out: rows source, line, reason.

    Raises:
        EngineError: a stage failed.
    """
    for table in _STORED:
        engine.load(table, store.files(table))
    engine.run("duplicates", _KEPT)
    rejects = engine.rows("rejects", _REJECTS)
    engine.run("accounts", _ACCOUNTS)
    engine.put("thread_links", link(engine))
    engine.run("exchanges", _EXCHANGES)
    for table, columns in _PLACED.items():
        engine.run(table, _placed(table, columns))
    if marks is None:
        without_marks(engine)
    else:
        for table in ("seals", "sealed_ids"):
            engine.load(table, store.files(table))
        with_marks(engine, marks, key)
    engine.run("texts", _ANCHORS)
    engine.run("vectors", _VECTORS)
    engine.run("blocks", _BLOCKS)
    if purchases is None:
        without_purchases(engine)
    else:
        with_purchases(engine, purchases, key)
    for table, schema in LINKED.items():
        engine.put(table, schema.empty_table())
    names = [field.name for field in fields(Tables)]
    return Tables(**{name: engine.scan(name) for name in names}), rejects
