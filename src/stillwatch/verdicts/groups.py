"""Groups of linked accounts as verdicts show them: their members, wordings and ties."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import narwhals.stable.v2 as nw

from stillwatch.store.frames import Tables, collect
from stillwatch.traits.intents import names_of
from stillwatch.verdicts.model import Campaign, Member, Tie, Wording

MOST_TIES = 40
"""Ties and wordings that a verdict lists; the strongest and the most used."""

Row = dict[str, Any]


def groups(tables: Tables) -> Mapping[str, Campaign]:
    """Every linked group by its id."""
    members = _by_group(collect(tables.groups).to_pylist())
    if not members:
        return {}
    links = _by_group(collect(tables.links).to_pylist())
    carried = _by_group(collect(_carried(tables)).to_pylist())
    wordings = {row["template"]: row for row in collect(tables.templates).to_pylist()}
    return {
        name: _campaign(rows, links[name], carried[name], wordings, len(members))
        for name, rows in members.items()
    }


def _carried(tables: Tables) -> Any:
    """By group, template and account: how many calls, and when."""
    return (
        tables.calls.filter(~nw.col("group_id").is_null())
        .group_by("group_id", "template", "account")
        .agg(
            nw.len().alias("calls"),
            nw.col("ts_us").min().alias("first_us"),
            nw.col("ts_us").max().alias("last_us"),
        )
    )


def _by_group(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["group_id"]].append(row)
    return found


def _campaign(
    members: list[Row],
    links: list[Row],
    carried: list[Row],
    wordings: Mapping[int, Row],
    tested: int,
) -> Campaign:
    weights = {row["what"]: row["log10_lr"] for row in links if row["kind"] == "template"}
    shared: dict[str, float] = defaultdict(float)
    for row in carried:
        shared[row["account"]] += weights.get(row["template"], 0.0)
    used = dict.fromkeys(row["template"] for row in carried if row["template"] in wordings)
    return Campaign(
        ties=tuple(sorted(map(_tie, links), key=lambda tie: (-tie.log10_lr, tie.what)))[:MOST_TIES],
        wordings=tuple(
            sorted(
                (_wording(wordings[template]) for template in used),
                key=lambda one: (-one.calls, one.template),
            )
        )[:MOST_TIES],
        members=tuple(
            sorted(
                (_member(row, shared[row["account"]]) for row in members),
                key=lambda one: (-one.log10_e, one.account),
            )
        ),
        first_us=min((row["first_us"] for row in carried), default=0),
        last_us=max((row["last_us"] for row in carried), default=0),
        tested=tested,
    )


def _tie(row: Row) -> Tie:
    return Tie(row["kind"], _hex(row["what"]), row["accounts"], round(row["log10_lr"], 2))


def _wording(row: Row) -> Wording:
    return Wording(
        template=_hex(row["template"]),
        place=row["place"],
        words=row["words"],
        anchors=row["anchors"],
        texts=row["blocks"],
        calls=row["calls"],
        accounts=row["accounts"],
        asks=names_of(row["intents"]),
    )


def _member(row: Row, shared: float) -> Member:
    return Member(
        account=row["account"],
        calls=row["calls"],
        exchanges=row["exchanges"],
        stability=round(row["stability"], 2),
        log10_e=round(shared, 2),
    )


def _hex(value: int) -> str:
    return f"{value & (2**64 - 1):016x}"
