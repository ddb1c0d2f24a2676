"""Groups of linked accounts as verdicts show them: their members, wordings and ties."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import narwhals.stable.v2 as nw

from stillwatch.store.frames import Tables, collect
from stillwatch.traits.intents import names_of
from stillwatch.verdicts.model import Campaign, Member, Tie, Wording

MOST_TIES = 40
"""Ties and wordings that a verdict lists; the strongest and the most used."""

EACH_DOUBLING = 0.5
"""log10 by which a doubling of calls makes a stranger less likely; an assumption."""

MOST = 8.0
_OTHER_TIES = frozenset({"retry", "provenance"})

Row = dict[str, Any]
T = TypeVar("T")


class _Crowd(NamedTuple):
    """How many accounts there are, and how many groups were formed."""

    accounts: int
    groups: int


def groups(tables: Tables) -> Mapping[str, Campaign]:
    """Every linked group by its id."""
    members = _by_group(collect(tables.groups).to_pylist())
    if not members:
        return {}
    links = _by_group(collect(tables.links).to_pylist())
    carried = _by_group(collect(_carried(tables)).to_pylist())
    wordings = {row["template"]: row for row in collect(tables.templates).to_pylist()}
    seen = tables.accounts.select(nw.col("account").n_unique().alias("accounts"))
    crowd = _Crowd(collect(seen)["accounts"][0].as_py(), len(members))
    return {
        name: _campaign(rows, links[name], carried[name], wordings, crowd)
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
    crowd: _Crowd,
) -> Campaign:
    calls: dict[str, dict[int, int]] = defaultdict(dict)
    for row in carried:
        calls[row["account"]][row["template"]] = row["calls"]
    inside = Counter(template for held in calls.values() for template in held)
    strangers = {
        template: _stranger(wordings[template]["accounts"] - held, crowd.accounts - len(members))
        for template, held in inside.items()
        if template in wordings
    }
    other = max((row["log10_lr"] for row in links if row["kind"] in _OTHER_TIES), default=0.0)
    sure = {row["account"]: _membership(calls[row["account"]], strangers, other) for row in members}
    return Campaign(
        ties=_largest(map(_tie, links), lambda tie: (-tie.log10_lr, tie.what)),
        wordings=_largest(
            (_wording(wordings[template]) for template in strangers),
            lambda one: (-one.calls, one.template),
        ),
        members=tuple(
            sorted(
                (_member(row, sure[row["account"]]) for row in members),
                key=lambda one: (-one.log10_e, one.account),
            )
        ),
        first_us=min((row["first_us"] for row in carried), default=0),
        last_us=max((row["last_us"] for row in carried), default=0),
        tested=crowd.groups,
    )


def _stranger(outside: int, strangers: int) -> float:
    """How unlikely a stranger is to send a wording by chance, log10; the rule of succession."""
    return math.log10((strangers + 2) / (max(outside, 0) + 1))


def _membership(calls: Mapping[int, int], strangers: Mapping[int, float], other: float) -> float:
    """How sure it is that an account belongs to its group, log10.

    A stranger may come by the wording once, and seldom again and again: every doubling of the
    calls makes that `EACH_DOUBLING` less likely. Wordings of one group come from one hand, so only
    the one that says most counts.
    """
    by_wording = [
        strangers[template] + EACH_DOUBLING * math.log2(number)
        for template, number in calls.items()
        if template in strangers
    ]
    return min(max(by_wording, default=other), MOST)


def _largest(found: Iterable[T], key: Callable[[T], Any]) -> tuple[T, ...]:
    return tuple(sorted(found, key=key))[:MOST_TIES]


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
