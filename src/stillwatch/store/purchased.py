"""From nonces to the exchanges that delivered them.

A delivery is a text of a request that is a nonce's prompt, or holds at least `LEAST_SHARE` of what
its anchors tell. Texts are sketched when they are read, so a store that was read before a nonce was
known needs no second reading.
"""

import math

import pyarrow as pa

from stillwatch.hashing import Hasher
from stillwatch.nonces import find
from stillwatch.nonces.file import Purchases
from stillwatch.store.engine import Engine
from stillwatch.store.tables import PLACED, PURCHASES

LEAST_SHARE = 0.4
"""Of what a prompt's anchors tell, how much a text must hold. It only spares work: what decides is how
seldom that happens by accident. Very long texts keep a part of their anchors only."""
MOST_LOG10_P = -2.0
"""A likeness that is not rarer than this by accident is none: 1 in 100 over the whole store."""
EARLY_US = 300_000_000
"""A delivery may be that much older than its nonce: clocks differ (5 minutes, assumption)."""

_NONCES = pa.schema(
    [
        ("nonce", pa.string()),
        ("purchase", pa.int64()),
        ("made_us", pa.int64()),
        ("bits", pa.float64()),
    ]
)

_CHANCES = pa.schema(
    [
        ("block", pa.int64()),
        ("nonce", pa.string()),
        ("share", pa.float64()),
        ("chance", pa.float64()),
    ]
)

_HITS = """
CREATE TABLE nonce_hits AS
SELECT block, anchor FROM (SELECT block, unnest(anchors) AS anchor FROM anchors)
WHERE anchor IN (SELECT anchor FROM nonce_anchors)
"""
_WEIGHTS = f"""
CREATE TABLE nonce_weights AS
WITH sizes AS (SELECT count(*) AS blocks FROM anchors),
seen AS (SELECT anchor, count(*) AS blocks FROM nonce_hits GROUP BY anchor)
SELECT nonce, form, anchor, first, last, -log2(greatest(share,
    (coalesce(seen.blocks, 0) + 1) / (sizes.blocks + {find.DECOYS}))) AS weight
FROM nonce_anchors LEFT JOIN seen USING (anchor), sizes
"""
# Texts that hold enough of a prompt, with the anchors that are there and how many it has.
_PARTS = f"""
WITH whole AS (
    SELECT nonce, form, sum(weight) AS weight, count(*) AS anchors
    FROM nonce_weights GROUP BY nonce, form
), held AS (
    SELECT block, nonce, form, sum(weight) AS weight, list([first, last]) AS words,
        list(weight) AS weights
    FROM nonce_hits JOIN nonce_weights USING (anchor) GROUP BY block, nonce, form
)
SELECT block, nonce, held.weight / whole.weight AS share, words, weights, whole.anchors
FROM held JOIN whole USING (nonce, form) WHERE held.weight >= {LEAST_SHARE} * whole.weight
"""
_PURCHASES = f"""
CREATE TABLE purchases AS
WITH sizes AS (SELECT count(*) AS blocks FROM anchors),
asked AS (SELECT count(*) AS nonces FROM nonces), found AS (
    SELECT block, nonce, 1.0 AS share, 'whole' AS matched, {-math.log10(2)} * bits AS chance
    FROM nonce_texts JOIN nonces USING (nonce)
    UNION ALL SELECT block, nonce, share, 'part', chance FROM nonce_parts
), best AS (
    SELECT * FROM found QUALIFY row_number() OVER (
        PARTITION BY block, nonce ORDER BY chance, share DESC) = 1
)
SELECT DISTINCT b.row, n.nonce, n.purchase, n.made_us, best.matched, best.share,
    log10(sizes.blocks * asked.nonces) + best.chance AS log10_p,
    CASE WHEN b.account IN (SELECT account FROM own_accounts) THEN 'own'
        WHEN b.ts_us < n.made_us - {EARLY_US} THEN 'early' ELSE 'delivered' END AS standing,
    b.account, b.ts_us, b.thread, b.family, b.root, b.exchange, b.owner, b.wire
FROM best JOIN blocks b USING (block) JOIN nonces n USING (nonce), sizes, asked
WHERE log10(sizes.blocks * asked.nonces) + best.chance <= {MOST_LOG10_P}
"""


def without_purchases(engine: Engine) -> None:
    """An empty table, where no nonces were given."""
    engine.put("purchases", pa.schema([*PURCHASES, *PLACED]).empty_table())


def with_purchases(engine: Engine, purchases: Purchases, key: bytes) -> None:
    """Find deliveries, and make the table.

    Args:
        engine: holds `anchors` and `blocks`.
        purchases: the nonces.
        key: the key for keyed hashing that the store was read with.

    Raises:
        EngineError: a stage failed.
    """
    hasher = Hasher(key)
    engine.put("nonces", _nonces(purchases, hasher))
    engine.put("own_accounts", pa.table({"account": pa.array(sorted(purchases.own), pa.string())}))
    engine.put("nonce_texts", find.texts(purchases.nonces, hasher))
    engine.put("nonce_anchors", find.anchors(purchases.nonces, hasher))
    engine.run("test purchases", _HITS)
    engine.run("test purchases", _WEIGHTS)
    engine.put("nonce_parts", _parts(engine))
    engine.run("test purchases", _PURCHASES)


def _parts(engine: Engine) -> pa.Table:
    """Texts that hold a good part of a prompt, and how seldom that happens by accident."""
    rows = []
    for row in engine.rows("test purchases", _PARTS).to_pylist():
        words = zip(row["words"], row["weights"], strict=True)
        spans = [(first, last, bits) for (first, last), bits in words]
        chance = find.log10_chance(spans, row["anchors"])
        rows.append({**row, "chance": chance})
    return pa.Table.from_pylist(rows, schema=_CHANCES)


def _nonces(purchases: Purchases, hasher: Hasher) -> pa.Table:
    """What later parts may know of nonces: no text, and of the note a keyed hash."""
    rows = [
        {
            "nonce": one.nonce,
            "purchase": hasher.of(f"purchase {one.about or one.nonce}"),
            "made_us": round(one.made.timestamp() * 1_000_000),
            "bits": one.bits,
        }
        for one in purchases.nonces
    ]
    return pa.Table.from_pylist(rows, schema=_NONCES)
