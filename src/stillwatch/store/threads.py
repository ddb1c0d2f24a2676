"""Threads: which exchanges belong to one conversation.

Two exchanges are of one thread when one shows what the other issued: its history ends at the same
point of the hash chain, or it presents a tool-call id, a message id or a long turn of the other, or
opens with what a summary quoted. That is a graph of exchanges and artefacts, and a thread is a
connected part of it. Nothing that a client claims (session ids) is used.

Between accounts only what is unmistakable joins: an artefact issued to one account alone, and a
chain of at least `CHAIN_CHARS` characters of answers. A `family` is a thread with the threads of
its sub-agents, whose first turn is an argument of a call that the thread received.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from stillwatch.store.engine import Engine

CHAIN_CHARS = 120
RETRY_US = 600 * 1_000_000
OPENINGS = 3

# Pairs of exchange and artefact. `hash` is the engine's own; its values live no longer than a run.
_CHAIN_PAIRS = f"""
WITH held AS (
    SELECT after, count(DISTINCT account) AS accounts FROM kept WHERE after IS NOT NULL GROUP BY after
)
SELECT row, hash('chain', after, account) AS node FROM kept WHERE after IS NOT NULL
UNION ALL
SELECT row, hash('chain', after) FROM kept JOIN held USING (after) WHERE held.accounts = 1
UNION ALL
SELECT p.row, hash('chain', p.after, k.account) FROM stored_prefixes p JOIN kept k USING (row)
UNION ALL
SELECT p.row, hash('chain', p.after) FROM stored_prefixes p JOIN kept k USING (row)
JOIN held ON held.after = p.after WHERE held.accounts = 1 AND p.chars >= {CHAIN_CHARS}
"""

# A long turn that was issued twice, as to equal questions, tells nothing about who presents it.
_ARTEFACT_PAIRS = """
WITH issued AS (
    SELECT DISTINCT i.row, i.kind, i.artefact, k.account
    FROM stored_issued i JOIN kept k USING (row) WHERE kind IN ('tool_call', 'message', 'turn')
), held AS (
    SELECT kind, artefact, count(DISTINCT account) AS accounts FROM issued
    GROUP BY ALL HAVING count(*) = 1 OR kind <> 'turn'
)
SELECT row, hash(kind, artefact, account) AS node FROM issued JOIN held USING (kind, artefact)
UNION ALL
SELECT row, hash(kind, artefact) FROM issued JOIN held USING (kind, artefact)
WHERE held.accounts = 1
UNION ALL
SELECT p.row, hash(p.kind, p.artefact, k.account)
FROM stored_presented p JOIN kept k USING (row) JOIN held USING (kind, artefact)
UNION ALL
SELECT p.row, hash(p.kind, p.artefact)
FROM stored_presented p JOIN kept k USING (row) JOIN held USING (kind, artefact)
WHERE held.accounts = 1
"""

# A request that was refused or never answered, and the same request again a little later.
_RETRY_PAIRS = f"""
WITH tries AS (
    SELECT row, after, ts_us,
        lead(row) OVER again AS next_row, lead(ts_us) OVER again AS next_us
    FROM kept WHERE messages > 0 WINDOW again AS (PARTITION BY account, head ORDER BY ts_us, row)
), pairs AS (
    SELECT row, next_row FROM tries WHERE after IS NULL AND next_us - ts_us <= {RETRY_US}
)
SELECT row, hash('retry', row) AS node FROM pairs
UNION ALL SELECT next_row, hash('retry', row) FROM pairs
"""


def _opening_pairs(kind: str) -> str:
    """Conversations that open with what one other answer of the account said, and few do so."""
    return f"""
WITH issued AS (
    SELECT k.account, i.artefact, min(i.row) AS row
    FROM stored_issued i JOIN kept k USING (row) WHERE i.kind = '{kind}'
    GROUP BY ALL HAVING count(DISTINCT i.row) = 1
), opened AS (
    SELECT k.account, p.artefact, list(DISTINCT p.row) AS opening
    FROM stored_presented p JOIN kept k USING (row) WHERE p.kind = '{kind}'
    GROUP BY ALL HAVING count(DISTINCT k.root) <= {OPENINGS}
), pairs AS (
    SELECT row, opening, hash('{kind}', artefact, account) AS node
    FROM issued JOIN opened USING (account, artefact)
)
SELECT row, node FROM pairs UNION ALL SELECT unnest(opening) AS row, node FROM pairs
"""


def link(engine: Engine) -> pa.Table:
    """Find threads and families over the table `kept`.

    Returns:
        Columns row, thread, family (int64). A thread is named by the smallest row in it, so that
        the order in which exchanges were read does not matter.
    """
    rows = engine.rows("threads", "SELECT row FROM kept ORDER BY row")["row"].to_numpy()
    same_thread = [_CHAIN_PAIRS, _ARTEFACT_PAIRS, _RETRY_PAIRS, _opening_pairs("quote")]
    pairs = [_pairs(engine, sql) for sql in same_thread]
    thread = _components(rows, pairs)
    family = _components(rows, [*pairs, _pairs(engine, _opening_pairs("brief"))])
    return pa.table({"row": rows, "thread": rows[thread], "family": rows[family]})


def _pairs(engine: Engine, sql: str) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    found = engine.rows("threads", sql)
    return found["row"].to_numpy(), found["node"].to_numpy()


def _components(
    rows: NDArray[np.int64], pairs: list[tuple[NDArray[np.int64], NDArray[np.uint64]]]
) -> NDArray[np.intp]:
    """For each row, the position of the first row of its component."""
    left = np.searchsorted(rows, np.concatenate([row for row, _ in pairs]))
    values, right = np.unique(np.concatenate([node for _, node in pairs]), return_inverse=True)
    size = len(rows) + len(values)
    edges = coo_array((np.ones(len(left), np.int8), (left, right + len(rows))), shape=(size, size))
    _, label = connected_components(edges, directed=False)
    _, first, inverse = np.unique(label[: len(rows)], return_index=True, return_inverse=True)
    return np.asarray(first[inverse], dtype=np.intp)
