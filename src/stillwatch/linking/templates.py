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
PART_PAIRS = 4_000_000

OWNER = "coalesce(owner, CAST(hash(account) >> 1 AS BIGINT))"
"""Who stands behind an account; without a known owner an account is its own."""


@dataclass(frozen=True)
class Part:
    """One of several equal parts of all anchors."""

    number: int
    parts: int


_BEARERS = f"CREATE TABLE link_bearers AS SELECT DISTINCT block, {OWNER} AS owner FROM blocks"

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

# A text with a thousand wordings around one phrase is still one text of one owner.
_HITS = f"""
CREATE TABLE link_hits AS
WITH sized AS (SELECT *, count(*) OVER (PARTITION BY template) AS size FROM link_skeleton),
held AS (
    SELECT k.template, s.block, s.owner FROM link_shingles s JOIN sized k USING (anchor)
    GROUP BY k.template, s.block, s.owner
    HAVING count(*) >= greatest({LEAST_ANCHORS}, ceil(any_value(k.size) / 2))
), shared AS (
    SELECT template FROM held GROUP BY template HAVING min(owner) <> max(owner)
)
SELECT template, block, owner FROM held SEMI JOIN shared USING (template)
"""


def mine(engine: Engine) -> None:
    """Find templates in the tables `blocks` and `anchors`.

    Makes the tables `link_skeleton` (anchor, template) and `link_hits` (template, block, owner). A
    template is named by the smallest of its anchors, so that it has the same name in every run.

    Raises:
        EngineError: a stage failed.
    """
    engine.run("bearers of texts", _BEARERS)
    owners = engine.rows("owners", "SELECT count(DISTINCT owner) AS n FROM link_bearers")
    cap = max(POPULAR_LEAST, int(POPULAR * owners["n"][0].as_py()))
    engine.run("shared shingles", _SHINGLES.format(cap=cap))
    engine.put("link_skeleton", _skeletons(engine))
    engine.run("texts with templates", _HITS)


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
