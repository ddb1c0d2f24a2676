"""What rules would have done on the traffic of a store.

DuckDB groups the requests by the facts that the rules read; the rules decide once for each
combination that occurs, and DuckDB counts. So the work for the rules grows with the variety of the
traffic, not with its length.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter

import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from stillwatch.policy.engine import Policy
from stillwatch.policy.facts import Facts, read_version
from stillwatch.policy.folder import Folder
from stillwatch.policy.rules import Rule
from stillwatch.store.engine import Engine
from stillwatch.store.store import Store

INNOCENT = ("ordinary", "undecided", "none")
UNSEEN = ("sealed", "region", "network", "mark", "busy")
"""Facts that no store holds."""

JUDGED = ("verdict", "grade", "level")
"""Facts that stand in the file of a hunt."""

_TRAFFIC = """
CREATE TABLE traffic AS
WITH kept AS (
    SELECT account, organization, client, client_version, model, wire, ts_us
    FROM stored_exchanges
    QUALIFY row_number() OVER (PARTITION BY id_hash ORDER BY ts_us, row) = 1
), listed AS (
    SELECT * FROM stored_accounts QUALIFY row_number() OVER (PARTITION BY account) = 1
)
SELECT e.account AS who, 0 AS fixed,
    CASE WHEN n.account IS NULL THEN '' ELSE e.account END AS account,
    coalesce(o.name, '') AS organisation,
    coalesce(l.plan, '') AS plan,
    coalesce(l.declared_use, '') AS declared_use,
    coalesce(v.verdict, 'none') AS verdict,
    coalesce(v.grade, '') AS grade,
    coalesce(v.level, 'none') AS level,
    coalesce(e.client, '') AS client,
    coalesce(e.client_version, '') AS version,
    coalesce(e.model, '') AS model,
    coalesce(e.wire, 'unknown') AS wire
FROM kept e
LEFT JOIN listed l USING (account)
LEFT JOIN judged v USING (account)
LEFT JOIN named n USING (account)
LEFT JOIN owners o ON o.hash = coalesce(l.organization, e.organization)
WHERE e.ts_us >= {since_us} AND e.ts_us < {until_us}
"""
_COMBINATIONS = """
CREATE TABLE combinations AS
SELECT row_number() OVER () - 1 AS combination, {names} FROM (SELECT DISTINCT {names} FROM traffic)
"""
_COUNTS = """
SELECT count(*) AS requests, count(DISTINCT who) AS accounts,
    count(*) FILTER (WHERE client = 'other') AS nameless
FROM traffic
"""
_APPLIED = """
SELECT rule, t.who AS account, coalesce(v.verdict, 'none') AS verdict,
    count(*) AS requests, count(*) FILTER (WHERE decides) AS decided
FROM traffic t JOIN combinations c USING ({columns}) JOIN answers a USING (combination)
LEFT JOIN judged v ON v.account = t.who
GROUP BY ALL ORDER BY rule, requests DESC, t.who
"""


class Known(Struct, frozen=True):
    """What is known besides the store.

    Attributes:
        verdicts: verdict, grade and level by account; None where no hunt's file is given.
        organisations: hashes, as the store has them, of organisations that rules name.
        since_us, until_us: which part of the traffic counts, microseconds since 1970 UTC.
    """

    verdicts: Mapping[str, tuple[str, str, str]] | None
    organisations: Mapping[str, int]
    since_us: int
    until_us: int


class Touched(Struct, frozen=True):
    """An account to which a rule would have applied, and how often."""

    account: str
    verdict: str
    requests: int


class Effect(Struct, frozen=True):
    """What a rule would have done.

    Attributes:
        requests: to which it would have applied.
        decided: of them, those for which no stricter rule of the folder applied as well.
        accounts: to which it would have applied, the busiest first.
        innocent: how many of the accounts have a verdict of `INNOCENT`.
    """

    rule: str
    outcome: str
    requests: int
    decided: int
    accounts: tuple[Touched, ...]
    innocent: int


class Untried(Struct, frozen=True):
    """A rule that cannot be tried, and the facts that it reads and nothing here holds."""

    rule: str
    unknown: tuple[str, ...]


class Trial(Struct, frozen=True):
    """What the rules of a folder would have done.

    Attributes:
        requests, accounts: of the traffic that was looked at.
        combinations: of facts that occur in it.
        effects: of each rule that could be tried, the strictest first.
        untried: rules that could not be.
        nameless: requests of clients that the store knows as `other` only, where a rule reads the
            client.
        judged: verdicts were given.
    """

    requests: int
    accounts: int
    combinations: int
    effects: tuple[Effect, ...]
    untried: tuple[Untried, ...]
    nameless: int
    judged: bool


def try_rules(folder: Folder, store: Store, engine: Engine, known: Known) -> Trial:
    """Try the rules of a folder, each as if it were enforced for every account at any time.

    Args:
        folder: without problems.
        store: of a hunt.
        engine: where tables are made.
        known: what is known besides.

    Raises:
        EngineError: a stage failed.
    """
    unseen = {*UNSEEN, *(() if known.verdicts is not None else JUDGED)}
    untried = [
        Untried(rule.id, tuple(sorted(rule.reads.names & unseen)))
        for rule in folder.rules
        if rule.reads.names & unseen
    ]
    tried = [rule for rule in folder.rules if not rule.reads.names & unseen]
    policy = Policy([_always(rule) for rule in tried], folder.settings, folder.targets, -math.inf)
    _put_known(engine, tried, known)
    for table in ("exchanges", "accounts"):
        engine.load(table, store.files(table))
    engine.run("traffic", _TRAFFIC.format(since_us=known.since_us, until_us=known.until_us))
    columns = ["fixed", *sorted(policy.names_used)]
    combinations = _combine(engine, columns)
    engine.put("answers", _answers(policy, combinations))
    rows = engine.rows("effects", _APPLIED.format(columns=", ".join(columns))).to_pylist()
    reads_client = "client" in policy.names_used
    requests, accounts, nameless = _counts(engine)
    return Trial(
        requests=requests,
        accounts=accounts,
        combinations=combinations.num_rows,
        effects=_effects(tried, rows),
        untried=tuple(untried),
        nameless=nameless if reads_client else 0,
        judged=known.verdicts is not None,
    )


def _always(rule: Rule) -> Rule:
    return replace(rule, enforces=True, from_s=-math.inf, until_s=math.inf, review_s=math.inf)


def _put_known(engine: Engine, rules: Sequence[Rule], known: Known) -> None:
    """Tables of verdicts, of the accounts and of the organisations that rules name."""
    verdicts = known.verdicts or {}
    found = [pa.array(column, pa.string()) for column in zip(*verdicts.values(), strict=True)]
    columns = found or [pa.array([], pa.string())] * 3
    accounts = pa.array(list(verdicts), pa.string())
    engine.put("judged", pa.table([accounts, *columns], names=["account", *JUDGED]))
    named = sorted({name for rule in rules for name in rule.reads.accounts})
    engine.put("named", pa.table({"account": pa.array(named, pa.string())}))
    owners = {
        "name": pa.array(list(known.organisations), pa.string()),
        "hash": pa.array(list(known.organisations.values()), pa.int64()),
    }
    engine.put("owners", pa.table(owners))


def _combine(engine: Engine, columns: Sequence[str]) -> pa.Table:
    """The combinations of facts that occur, numbered."""
    names = ", ".join(columns)
    engine.run("combinations", _COMBINATIONS.format(names=names))
    return engine.rows("combinations", "SELECT * FROM combinations ORDER BY combination")


def _answers(policy: Policy, combinations: pa.Table) -> pa.Table:
    """Which rules apply to which combination, and which one decides."""
    rows: dict[str, list[object]] = {"combination": [], "rule": [], "decides": []}
    facts = [(row["combination"], _facts(row)) for row in combinations.to_pylist()]
    facts.sort(key=lambda one: one[1].organisation)
    # An account belongs to one organisation in a batch, so each organisation has its own.
    for _, batch in groupby(facts, key=lambda one: one[1].organisation):
        several = list(batch)
        applying = policy.applying([one for _, one in several])
        for (combination, _), places in zip(several, applying, strict=True):
            for place in places:
                rows["combination"].append(combination)
                rows["rule"].append(policy.live[place].id)
                rows["decides"].append(place == places[0])
    types = {"combination": pa.int64(), "rule": pa.string(), "decides": pa.bool_()}
    return pa.table({name: pa.array(rows[name], kind) for name, kind in types.items()})


def _facts(row: Mapping[str, object]) -> Facts:
    values = {name: value for name, value in row.items() if name not in {"combination", "fixed"}}
    version = read_version(str(values.pop("version", "")))
    return Facts(**{"account": "", **values, "version": version})  # type: ignore[arg-type]


def _counts(engine: Engine) -> tuple[int, int, int]:
    row = engine.rows("counts", _COUNTS).to_pylist()[0]
    return row["requests"], row["accounts"], row["nameless"]


def _effects(rules: Sequence[Rule], rows: Sequence[Mapping[str, object]]) -> tuple[Effect, ...]:
    touched: dict[str, list[Touched]] = {rule.id: [] for rule in rules}
    decided = dict.fromkeys(touched, 0)
    for row in rows:
        rule, requests, own = str(row["rule"]), row["requests"], row["decided"]
        assert isinstance(requests, int)
        assert isinstance(own, int)
        touched[rule].append(Touched(str(row["account"]), str(row["verdict"]), requests))
        decided[rule] += own
    return tuple(
        Effect(
            rule=rule.id,
            outcome=rule.outcome,
            requests=sum(map(attrgetter("requests"), touched[rule.id])),
            decided=decided[rule.id],
            accounts=tuple(touched[rule.id]),
            innocent=sum(one.verdict in INNOCENT for one in touched[rule.id]),
        )
        for rule in rules
    )
