"""From texts to linked groups: the tables `templates`, `calls`, `groups` and `links`."""

from dataclasses import replace
from hashlib import blake2b

import pyarrow as pa

from stillwatch.linking.edges import meetings, templates
from stillwatch.linking.groups import Grouping, communities, grouped
from stillwatch.linking.templates import mine, owners
from stillwatch.linking.ties import Ties, joined
from stillwatch.store.engine import Engine
from stillwatch.store.frames import Tables
from stillwatch.store.tables import LINKED

# Campaigns that judge or clean the same material carry each other's payload. A text that holds
# things of several communities counts for the one that its owner uses most.
_ONE_COMMUNITY = """
CREATE OR REPLACE TABLE link_hits AS
WITH held AS (
    SELECT h.*, coalesce(l.community, -1) AS community
    FROM link_hits h LEFT JOIN link_communities l USING (template)
), uses AS (
    SELECT owner, community, count(DISTINCT block) AS uses FROM held
    WHERE community >= 0 GROUP BY ALL
), sizes AS (
    SELECT community, sum(uses) AS texts FROM uses GROUP BY community
), best AS (
    SELECT block, owner, arg_max(community, (uses, texts, community)) AS community
    FROM held JOIN uses USING (owner, community) JOIN sizes USING (community) GROUP BY ALL
)
SELECT h.template, h.block, h.owner
FROM held h LEFT JOIN best b USING (block, owner)
WHERE h.community < 0 OR h.community = b.community
"""

_MEMBERS = """
CREATE TABLE link_accounts AS
SELECT m.number, o.account, m.stability
FROM link_members m JOIN link_owners o ON o.party = m.owner
"""

_CARRIERS = """
CREATE TABLE link_carriers AS
SELECT DISTINCT t.number, b.account
FROM blocks b JOIN (SELECT DISTINCT template, block FROM link_hits) h USING (block)
JOIN link_things t ON t.kind = 'template' AND t.name = h.template WHERE t.number >= 0
"""

# Of a member owner, only the accounts that took part, where that can be told.
_TAKING_PART = """
CREATE TABLE link_taking AS
SELECT m.number, m.account, m.stability
FROM link_accounts m LEFT JOIN (SELECT *, true AS carries FROM link_carriers) c
    USING (number, account)
WHERE c.carries OR m.number NOT IN (SELECT number FROM link_carriers)
"""

_TEMPLATES = """
CREATE TABLE templates AS
WITH texts AS (
    SELECT h.template, h.block, any_value(a.words) AS words, any_value(a.intents) AS intents
    FROM link_hits h JOIN anchors a USING (block) GROUP BY ALL
), sizes AS (
    SELECT template, count(*) AS blocks, CAST(quantile_disc(words, 0.5) AS INTEGER) AS words
    FROM texts GROUP BY template
), bits AS (
    SELECT template, bit, count(*) AS texts
    FROM (SELECT template, intents, unnest(range(63)) AS bit FROM texts WHERE intents <> 0)
    WHERE (intents >> bit) & 1 = 1 GROUP BY ALL
), asked AS (
    SELECT template, sum(1::BIGINT << bit) AS intents FROM bits JOIN sizes USING (template)
    WHERE 2 * texts >= blocks GROUP BY template
), used AS (
    SELECT template, mode(place ORDER BY place) AS place, count(DISTINCT row) AS calls,
        count(DISTINCT account) AS accounts
    FROM (SELECT DISTINCT template, block FROM link_hits) JOIN blocks USING (block)
    GROUP BY template
), lengths AS (
    SELECT template, CAST(count(*) AS INTEGER) AS anchors FROM link_skeleton GROUP BY template
), shared AS (
    SELECT template, count(DISTINCT owner) AS owners FROM link_hits GROUP BY template
)
SELECT template, place, anchors, words, blocks, calls, accounts, owners,
    CAST(coalesce(asked.intents, 0) AS BIGINT) AS intents
FROM sizes JOIN used USING (template) JOIN lengths USING (template) JOIN shared USING (template)
LEFT JOIN asked USING (template)
"""

_CALLS = """
CREATE TABLE calls AS
SELECT DISTINCT b.row, h.template, b.block AS value, n.group_id, b.account, b.ts_us, b.thread,
    b.family, b.root, b.exchange, b.owner, b.wire
FROM blocks b JOIN (SELECT DISTINCT template, block FROM link_hits) h USING (block)
LEFT JOIN link_things t ON t.kind = 'template' AND t.name = h.template
LEFT JOIN link_named n USING (number)
"""

_GROUPS = """
CREATE TABLE groups AS
WITH members AS (
    SELECT group_id, account, max(stability) AS stability
    FROM link_taking JOIN link_named USING (number) GROUP BY ALL
), carried AS (
    SELECT group_id, account, count(DISTINCT row) AS calls FROM calls
    WHERE group_id IS NOT NULL GROUP BY ALL
)
SELECT m.group_id, m.account, a.owner, coalesce(c.calls, 0) AS calls, a.exchanges, m.stability
FROM members m JOIN accounts a USING (account) LEFT JOIN carried c USING (group_id, account)
"""

_LINKS = """
CREATE TABLE links AS
SELECT n.group_id, t.kind, t.name AS what, CAST(count(DISTINCT m.account) AS INTEGER) AS accounts,
    any_value(t.log10_lr) AS log10_lr
FROM link_things t JOIN link_named n USING (number)
JOIN link_ties s USING (kind, name)
JOIN (SELECT group_id, account, party FROM groups JOIN link_owners USING (account)) m
    ON m.group_id = n.group_id AND m.party = s.owner
GROUP BY ALL
"""


def linked(tables: Tables, engine: Engine) -> Tables:
    """Find templates and linked groups.

    Args:
        tables: what `prepare` made.
        engine: holds them; the tables `templates`, `calls`, `groups` and `links` are made anew.

    Returns:
        The tables with the new frames in place.

    Raises:
        EngineError: a stage failed.
    """
    mine(engine)
    _separate(engine, templates(engine))
    ties = joined([templates(engine), meetings(engine, "provenance"), meetings(engine, "retry")])
    _keep(engine, ties, grouped(ties, owners(engine)))
    for name in LINKED:
        engine.run(f"old {name}", f"DROP TABLE IF EXISTS {name}")
    for name, sql in zip(LINKED, (_TEMPLATES, _CALLS, _GROUPS, _LINKS), strict=True):
        engine.run(name, sql)
    return replace(tables, **{name: engine.scan(name) for name in LINKED})


def _separate(engine: Engine, ties: Ties) -> None:
    """Let each text count for one community."""
    community = communities(ties, owners(engine))
    engine.put("link_communities", pa.table({"template": ties.names, "community": community}))
    engine.run("texts of communities", _ONE_COMMUNITY)


def _keep(engine: Engine, ties: Ties, found: Grouping) -> None:
    """Things, ties and members as tables, and a name for each group."""
    things = {"kind": ties.kinds, "name": ties.names, "log10_lr": ties.log10_lr}
    engine.put("link_things", pa.table(things | {"number": found.thing}))
    shared = {"kind": ties.kinds[ties.thing], "name": ties.names[ties.thing], "owner": ties.owner}
    engine.put("link_ties", pa.table(shared))
    members = {"number": found.group, "owner": found.owner, "stability": found.stability}
    engine.put("link_members", pa.table(members))
    engine.run("accounts of members", _MEMBERS)
    engine.run("carriers of templates", _CARRIERS)
    engine.run("members", _TAKING_PART)
    taking = "SELECT number, account FROM link_taking ORDER BY ALL"
    engine.put("link_named", _named(engine.rows("members", taking)))


def _named(members: pa.Table) -> pa.Table:
    """A name for each group, made from its accounts: the same accounts have the same name."""
    accounts: dict[int, list[str]] = {}
    columns = (members[name].to_pylist() for name in ("number", "account"))
    for number, account in zip(*columns, strict=True):
        accounts.setdefault(number, []).append(account)
    names = [_name(held) for held in accounts.values()]
    return pa.table(
        {"number": pa.array(accounts, pa.int64()), "group_id": pa.array(names, pa.string())}
    )


def _name(accounts: list[str]) -> str:
    return "group-" + blake2b("\0".join(accounts).encode(), digest_size=6).hexdigest()
