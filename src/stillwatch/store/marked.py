"""From readings of marks to whom they belong: the tables that signals read.

Here, and nowhere above, keys and readings meet: readings are compared with the seals of the
enrolled installs, tags of sealed ids with the accounts that are known. What comes out names
installs and accounts and says how sure the match is; it holds no bits and no keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from stillwatch.hashing import Hasher
from stillwatch.marks.enrolled import Install
from stillwatch.marks.grammar import Grammar
from stillwatch.marks.ids import IdReader
from stillwatch.marks.secrets import DAY_S, MarkKeys
from stillwatch.store.engine import Engine
from stillwatch.store.tables import MATCHED_IDS, MATCHED_SEALS, PLACED
from stillwatch.traits.words import Words

_PLACE = "e.account, e.ts_us, e.thread, e.family, e.root, e.exchange, e.owner, e.wire"

# Everybody of whom an owner may be known: accounts in the traffic, in the list, in the register.
_PARTIES = """
CREATE TABLE parties AS
WITH named AS (
    SELECT account, payer, organization FROM accounts
    UNION ALL SELECT account, payer, organization FROM stored_accounts
    UNION ALL SELECT install_account, NULL, organization FROM installs
)
SELECT account, max(payer) AS payer, max(organization) AS organization
FROM named GROUP BY account
"""

# An organisation in the register says more about an install than what is known of its account.
_RELATED = """
    coalesce({other} = e.account, false) OR coalesce(o.payer = p.payer, false)
        OR coalesce({organization} = p.organization, false) AS related,
    coalesce(o.payer, {organization}) IS NOT NULL
        AND coalesce(p.payer, p.organization) IS NOT NULL AS known
"""

_SEALS = f"""
CREATE TABLE seals AS
SELECT DISTINCT s.row, s.sites, m.agree, m.log10_p, m.install, i.install_account,
    coalesce(CAST(coalesce(o.payer, i.organization, o.organization) AS VARCHAR),
        i.install_account) AS install_owner,
    {_RELATED.format(other="i.install_account", organization="coalesce(i.organization, o.organization)")},
    {_PLACE}
FROM stored_seals s JOIN exchanges e USING (row)
JOIN parties p ON p.account = e.account
LEFT JOIN matches m ON m.bits = s.bits AND m.known = s.known
    AND m.span = e.ts_us // {{span_us}}
LEFT JOIN installs i ON i.install = m.install
LEFT JOIN parties o ON o.account = i.install_account
"""

_SEALED_IDS = f"""
CREATE TABLE sealed_ids AS
SELECT DISTINCT s.row, s.kind, s.artefact, s.issued_us, t.issuer,
    {_RELATED.format(other="t.issuer", organization="o.organization")},
    {_PLACE}
FROM stored_sealed_ids s JOIN exchanges e USING (row)
JOIN parties p ON p.account = e.account
LEFT JOIN tags t ON t.key = s.key AND t.tag = s.tag
LEFT JOIN parties o ON o.account = t.issuer
"""


@dataclass(frozen=True)
class Marks:
    """What a hunt is given to read marks with.

    Attributes:
        file: the key file, for workers.
        keys: its keys.
        installs: the enrolled installs.
        grammar: the texts of the client and the name or file that they come from, or None.
    """

    file: Path
    keys: MarkKeys
    installs: tuple[Install, ...] = ()
    grammar: Grammar | None = None
    grammar_name: str | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """What is read, as a store's manifest notes it."""
        return ("ids",) if self.grammar is None else ("ids", self.grammar.name)


def without_marks(engine: Engine) -> None:
    """Empty tables, where no keys were given."""
    for name, schema in (("seals", MATCHED_SEALS), ("sealed_ids", MATCHED_IDS)):
        engine.put(name, pa.schema([*schema, *PLACED]).empty_table())


def with_marks(engine: Engine, marks: Marks, key: bytes) -> None:
    """Match what was read, and make the tables.

    Args:
        engine: holds the stored tables, `accounts` and `exchanges`.
        marks: keys and installs.
        key: the key for keyed hashing, for organisations in the register.

    Raises:
        EngineError: a stage failed.
    """
    engine.put("installs", _installs(marks.installs, Words(Hasher(key))))
    engine.run("owners", _PARTIES)
    span_us = marks.keys.keys[0].epoch_days * DAY_S * 1_000_000
    engine.put(
        "matches",
        _MATCHES.empty_table()
        if marks.grammar is None
        else _matches(engine, marks, marks.grammar, span_us),
    )
    engine.run("seals", _SEALS.format(span_us=span_us))
    engine.put("tags", _tags(engine, IdReader(marks.keys)))
    engine.run("sealed ids", _SEALED_IDS)


def _installs(installs: Sequence[Install], words: Words) -> pa.Table:
    return pa.table(
        {
            "install": pa.array([one.install for one in installs], pa.string()),
            "install_account": pa.array([one.account for one in installs], pa.string()),
            "organization": pa.array(
                [words.maybe("organization", one.organization) for one in installs], pa.int64()
            ),
        }
    )


_MATCHES = pa.schema(
    [
        ("bits", pa.binary()),
        ("known", pa.binary()),
        ("span", pa.int64()),
        ("install", pa.string()),
        ("agree", pa.int32()),
        ("log10_p", pa.float64()),
    ]
)


def _matches(engine: Engine, marks: Marks, grammar: Grammar, span_us: int) -> pa.Table:
    """The install of every distinct reading, span by span; readings of none are left out."""
    # What reads and searches seals is loaded only where seals are read.
    from stillwatch.store.matching import SealMatcher  # noqa: PLC0415

    readings = engine.rows(
        "readings",
        f"""SELECT DISTINCT bits, known, ts_us // {span_us} AS span
        FROM stored_seals JOIN exchanges USING (row) WHERE sites > 0 ORDER BY span""",
    )
    matcher = SealMatcher(marks.keys, grammar, marks.installs)
    rows = []
    for reading in readings.to_pylist():
        match = matcher.find(reading["bits"], reading["known"], reading["span"])
        if match is not None:
            rows.append({**reading, **match._asdict()})
    return pa.Table.from_pylist(rows, schema=_MATCHES)


def _tags(engine: Engine, reader: IdReader) -> pa.Table:
    """The account of every tag that is asked about; none where two accounts share it."""
    asked = engine.rows("tags", "SELECT DISTINCT key, tag FROM stored_sealed_ids").to_pylist()
    wanted = {(row["key"], row["tag"]) for row in asked}
    names = engine.rows("parties", "SELECT account FROM parties")["account"].to_pylist()
    owners = reader.owners(names) if wanted else {}
    found = [(*place, owners[place][0]) for place in wanted if len(owners.get(place, ())) == 1]
    schema = pa.schema([("key", pa.string()), ("tag", pa.int64()), ("issuer", pa.string())])
    return pa.Table.from_pylist(
        [dict(zip(schema.names, row, strict=True)) for row in found], schema
    )
