"""How much it tells that two accounts share a thing.

Each kind of thing has a likelihood ratio: how often two accounts of one operator share such a
thing, against how often two unrelated honest accounts do. Owners count, not accounts; an owner is
an organisation (see `templates`). What a group's set-ups and payers have in common forms no group:
signals ask it, as a test.

`template`. Null: two honest owners are drawn at random from the `n` owners of the store. For a
template of `a` anchors that `d` owners use in two conversations or more, the expected number of
templates that such a pair shares and that are at least as long and no more popular is

    e(a, d) = sum of d'(d' - 1) / (n(n - 1)) over templates with log2(a') >= log2(a), d' <= d

(logarithms in whole steps; templates with nearly the same owners count as one), taken from the
store itself. It counts the template in question and those of other campaigns, so it errs on the
innocent's side; popular wording weighs down to nothing by itself. The ratio is `SHARED` / e.

`provenance`. An artefact that was issued to one owner alone is presented by another.

`retry`. A text failed at one account, and within `RETRY_S` another owner sent the very same text.
Null: the other owner's sending falls anywhere in the time that the store covers.
"""

import numpy as np

from stillwatch.linking.communities import Edges, communities
from stillwatch.linking.minhash import Ints, Sets, nearly_equal, signatures
from stillwatch.linking.templates import owners
from stillwatch.linking.ties import KIND, Floats, Ties
from stillwatch.store.engine import Engine

SHARED = 0.5
"""Two accounts of one operator share a given thing of theirs half of the time: our assumption."""

MOST = 3.0
"""No single thing says more than this, in log10."""

PROVENANCE = 2.0
"""Assumption: one pair of honest owners in 200 hands over a conversation, as a shared export."""

RETRY_S = 60

LEADING = 6
PART = 12
"""Wording of fewer anchors than `LEADING`, and than one for `PART` words of its texts, joins
nothing: two campaigns of one method share many a phrase."""


_TEMPLATES = """
SELECT template, any_value(anchors) AS anchors, any_value(words) AS words,
    count(*) FILTER (first < last) AS owners
FROM link_template_ties JOIN (
    SELECT template, count(*) AS anchors FROM link_skeleton GROUP BY template
) USING (template) JOIN (
    SELECT template, quantile_disc(words, 0.5) AS words
    FROM link_hits JOIN anchors USING (block) GROUP BY template
) USING (template) GROUP BY template ORDER BY template
"""
_TEMPLATE_TIES = """
CREATE OR REPLACE TABLE link_template_ties AS
SELECT h.template, b.owner, min(b.root) AS first, max(b.root) AS last
FROM (
    SELECT DISTINCT block, coalesce(root, row) AS root, party AS owner
    FROM blocks JOIN link_owners USING (account)
) b JOIN link_hits h ON h.block = b.block AND h.owner = b.owner
GROUP BY ALL
"""

_PROVENANCE = f"""
WITH minted AS (
    SELECT kind, artefact, min(party) AS issuer FROM issued JOIN link_owners USING (account)
    WHERE kind IN ('tool_call', 'message', 'signature')
    GROUP BY ALL HAVING min(party) = max(party)
)
SELECT p.artefact AS name, m.issuer AS one, o.party AS other, {PROVENANCE}::DOUBLE AS log10_lr
FROM presented p JOIN link_owners o USING (account) JOIN minted m USING (kind, artefact)
WHERE m.issuer <> o.party
"""

_RETRY = f"""
WITH span AS (
    SELECT greatest(max(ts_us) - min(ts_us), {2 * RETRY_S} * 1000000) AS us FROM exchanges
), sent AS (
    SELECT DISTINCT block, row, ts_us, party AS owner,
        row IN (SELECT row FROM exchanges WHERE status >= 400 OR error IS NOT NULL) AS failed
    FROM blocks JOIN link_owners USING (account) WHERE place = 'user'
), asked AS (
    SELECT block, count(*) AS times FROM sent GROUP BY block
    HAVING bool_or(failed) AND min(owner) <> max(owner)
)
SELECT f.block AS name, f.owner AS one, s.owner AS other,
    log10({SHARED} / least(1, a.times * {RETRY_S} * 1000000.0 / span.us)) AS log10_lr
FROM sent f JOIN asked a USING (block) JOIN sent s USING (block), span
WHERE f.failed AND s.owner <> f.owner AND s.ts_us >= f.ts_us
    AND s.ts_us - f.ts_us <= {RETRY_S} * 1000000
"""

_PAIRS = """
SELECT least(one, other) AS one, greatest(one, other) AS other, min(name) AS name,
    max(log10_lr) AS log10_lr
FROM ({meetings}) GROUP BY ALL ORDER BY ALL
"""


def templates(engine: Engine) -> Ties:
    """Ties of owners to templates."""
    engine.run("who shares templates", _TEMPLATE_TIES)
    found = engine.rows("templates", _TEMPLATES)
    ties = engine.rows(
        "ties to templates", "SELECT * FROM link_template_ties ORDER BY template, owner"
    )
    names = found["template"].to_numpy()
    thing = np.searchsorted(names, ties["template"].to_numpy()).astype(np.int64)
    owner = ties["owner"].to_numpy()
    starts = np.searchsorted(thing, np.arange(len(names)))
    same = nearly_equal(signatures(Sets(owner.view(np.uint64), starts)))
    degree = found["owners"].to_numpy()
    anchors = found["anchors"].to_numpy()
    log10_lr = rarity(anchors, degree, same, owners(engine))
    first, last = ties["first"].to_numpy(), ties["last"].to_numpy()
    kinds = np.full(len(names), "template", dtype=KIND)
    leads = (anchors >= LEADING) | (anchors * PART >= found["words"].to_numpy())
    return Ties(kinds, names, log10_lr, leads, thing, owner, first, last)


def rarity(anchors: Ints, degree: Ints, same: Ints, total: int) -> Floats:
    """The log10 likelihood ratio of each template, as in this module's head.

    Args:
        anchors: how long each template is.
        degree: how many owners use it in two conversations or more.
        same: a label for each template; those of one label have nearly the same owners.
        total: how many owners there are.
    """
    pairs = max(1, total * (total - 1))
    length = np.log2(np.maximum(anchors, 1)).astype(np.int64)
    expected = np.zeros(len(anchors))
    for step in np.unique(length):
        longer = length >= step
        shares = np.bincount(same[longer], minlength=len(anchors))[same[longer]]
        by_owners = np.bincount(degree[longer], degree[longer] * (degree[longer] - 1.0) / shares)
        expected[length == step] = np.cumsum(by_owners)[degree[length == step]]
    ratio = np.log10(SHARED * pairs / np.maximum(expected, 1.0))
    return np.asarray(np.minimum(ratio, MOST))


def meetings(engine: Engine, kind: str) -> Ties:
    """Ties of owners who met over artefacts (`provenance`) or failed texts (`retry`).

    Each community of owners that met is one thing.
    """
    sql = {"provenance": _PROVENANCE, "retry": _RETRY}[kind]
    found = engine.rows(f"owners that met: {kind}", _PAIRS.format(meetings=sql))
    names = found["name"].to_numpy()
    ends = np.stack([found["one"].to_numpy(), found["other"].to_numpy()])
    people, place = np.unique(ends, return_inverse=True)
    place = place.reshape(ends.shape)
    weight = np.maximum(found["log10_lr"].to_numpy(), 0.0)
    label = communities(Edges(place[0], place[1], weight), len(people))
    thing = np.unique(label, return_inverse=True)[1].astype(np.int64)
    order = np.lexsort((people, thing))
    things = int(thing.max(initial=-1)) + 1
    meeting = thing[place[0]]
    within = meeting == thing[place[1]]
    first = np.full(things, np.iinfo(np.int64).max)
    np.minimum.at(first, meeting[within], names[within])
    strength = np.zeros(things)
    np.maximum.at(strength, meeting[within], weight[within])
    return Ties(
        np.full(things, kind, dtype=KIND),
        first,
        np.minimum(strength, MOST),
        np.ones(things, dtype=bool),
        thing[order],
        people[order],
        np.zeros(len(people), np.int64),
        np.ones(len(people), np.int64),
    )
