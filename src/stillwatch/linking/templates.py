"""Templates: wording that stays the same while the rest of a text changes.

A text (block) is known by its anchors, a sample of the hashes of its shingles. Anchors that stand
in nearly the same set of texts are the skeleton of one template; whatever lies between them is a
slot, of any length, at any place, in any language. So it is *anchors* that are compared, by the
sets of texts they stand in, and never pairs of texts. A text carries a template when it holds at
least half of its skeleton; it may carry several.

A text counts once for each owner that sends it. Wording of a single owner is no template, nor is
wording that more than `POPULAR` of all owners use: it could link nobody.

All of it is near-linear in pairs of text and anchor: the engine joins and spills, and NumPy sees
`PART_PAIRS` pairs at a time, at 60 bytes a pair, and keeps 192 bytes an anchor.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from stillwatch.linking.minhash import Ints, Sets, Signatures, mixed, nearly_equal, signatures
from stillwatch.store.engine import Engine

POPULAR = 0.2
"""Wording of more than this share of owners is common knowledge; see `edges` for the rest."""

POPULAR_LEAST = 30
"""So few owners are never too many, however small the store."""

LEAST_ANCHORS = 3
KEPT = 128
"""So many anchors are kept of a text; a test holds this to `traits/shingles.py`."""

PART_PAIRS = 4_000_000


@dataclass(frozen=True)
class Part:
    """One of several equal parts of all anchors."""

    number: int
    parts: int


# Who stands behind an account: its organisation. Several organisations that one payer pays for are
# not one owner here: that they share a template is what shows that they belong together, and the
# verdict sees who pays. What is known of nobody is an owner by itself.
_OWNERS = """
CREATE TABLE link_owners AS
SELECT account, coalesce(organization, owner, CAST(hash(account) >> 1 AS BIGINT)) AS party
FROM accounts
"""

_BEARERS = """
CREATE TABLE link_bearers AS
SELECT DISTINCT block, party AS owner FROM blocks JOIN link_owners USING (account)
"""

_SHINGLES = """
CREATE TABLE link_shingles AS
WITH each AS (SELECT block, unnest(anchors) AS anchor FROM anchors),
seen AS (SELECT e.anchor, b.block, b.owner FROM each e JOIN link_bearers b USING (block)),
kept AS (
    SELECT anchor, count(*) AS texts FROM seen GROUP BY anchor
    HAVING count(*) >= 3 AND min(owner) <> max(owner)
), popular AS (
    SELECT anchor FROM seen
    WHERE anchor IN (SELECT anchor FROM kept WHERE texts > {cap})
    GROUP BY anchor HAVING count(DISTINCT owner) > {cap}
)
SELECT s.anchor, s.block, s.owner FROM seen s
JOIN kept USING (anchor) ANTI JOIN popular USING (anchor)
"""

# Of a long text only the smallest anchors are kept; what was cut off is not held against it.
_HITS = f"""
CREATE TABLE link_hits AS
WITH skeletons AS (SELECT template, list(anchor) AS anchors FROM link_skeleton GROUP BY template),
reach AS (
    SELECT block, CASE WHEN len(anchors) < {KEPT} THEN NULL ELSE list_max(anchors) END AS last
    FROM anchors
), held AS (
    SELECT k.template, s.block, s.owner, count(*) AS found
    FROM link_shingles s JOIN link_skeleton k USING (anchor) GROUP BY ALL
    HAVING count(*) >= {LEAST_ANCHORS}
), carried AS (
    SELECT h.template, h.block, h.owner
    FROM held h JOIN skeletons k USING (template) JOIN reach r USING (block)
    WHERE 2 * h.found >= CASE WHEN r.last IS NULL THEN len(k.anchors)
        ELSE len(list_filter(k.anchors, lambda one: one <= r.last)) END
), shared AS (
    SELECT template FROM carried GROUP BY template HAVING min(owner) <> max(owner)
)
SELECT template, block, owner FROM carried SEMI JOIN shared USING (template)
"""


def mine(engine: Engine) -> None:
    """Find templates in the tables `blocks` and `anchors`.

    Makes the tables `link_owners` (account, party), `link_skeleton` (anchor, template) and
    `link_hits` (template, block, owner: the party). A template is named by the smallest of its
    anchors, so that it has the same name in every run.

    Raises:
        EngineError: a stage failed.
    """
    engine.run("owners", _OWNERS)
    engine.run("bearers of texts", _BEARERS)
    cap = max(POPULAR_LEAST, int(POPULAR * owners(engine)))
    engine.run("shared shingles", _SHINGLES.format(cap=cap))
    engine.put("link_skeleton", _skeletons(engine))
    engine.run("texts with templates", _HITS)


def owners(engine: Engine) -> int:
    """How many owners there are."""
    found = engine.rows("owners", "SELECT count(DISTINCT party) AS n FROM link_owners")
    return int(found["n"][0].as_py())


def _skeletons(engine: Engine) -> pa.Table:
    count = engine.rows("shingles", "SELECT count(*) AS n FROM link_shingles")["n"][0].as_py()
    parts = count // PART_PAIRS + 1
    found = [_part(engine, Part(number, parts)) for number in range(parts)]
    anchors = np.concatenate([anchor for anchor, _ in found])
    order = np.argsort(anchors)
    alike = nearly_equal(np.concatenate([one for _, one in found], axis=1)[:, order])
    anchors = anchors[order]
    sizes = np.bincount(alike, minlength=len(anchors))
    kept = sizes[alike] >= LEAST_ANCHORS
    return pa.table({"anchor": anchors[kept], "template": anchors[alike[kept]]})


def _part(engine: Engine, part: Part) -> tuple[Ints, Signatures]:
    """Anchors of a part, and the signatures of the sets of texts that they stand in."""
    rows = engine.rows(
        "signatures",
        f"SELECT * FROM link_shingles WHERE hash(anchor) % {part.parts} = {part.number} "
        "ORDER BY anchor",
    )
    anchors, starts = np.unique(rows["anchor"].to_numpy(), return_index=True)
    block, owner = (rows[name].to_numpy().view(np.uint64) for name in ("block", "owner"))
    texts = Sets(block + mixed(owner), starts.astype(np.int64))
    return anchors, signatures(texts)
