"""Strangers' accounts behind one address, one rare TLS fingerprint or one payment instrument.

This only supports what other families say. Addresses are shared by offices, schools and exit nodes,
and a popular value ties nobody together.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import narwhals.stable.v2 as nw

from stillwatch.signals.model import Evidence, Exhibit, Frame, Parameter, Signal, Tables, collect
from stillwatch.signals.share_model import ASSUMED

TWIN = "Colleagues, classmates or neighbours behind one address; one client's common fingerprint."
MOST = 0.5
EACH_DECADE = 0.2
CROWD = 50
LINKED = 20
NAMES = {
    "payer": "the payment instrument",
    "address": "an address",
    "network": "network and TLS fingerprint together",
}


@dataclass
class _Shared:
    """What an account shares: for each kind, the fewest accounts that share a value with it."""

    fewest: dict[str, int] = field(default_factory=dict)
    exchanges: dict[str, str] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account that shares something with a stranger's account."""
    total = len(collect(tables.accounts.select("account").unique()))
    shared: dict[str, _Shared] = defaultdict(_Shared)
    for kind, frame in _uses(tables).items():
        for users in _crowds(frame).values():
            _note(shared, kind, users)
    return [_evidence(account, one, total) for account, one in sorted(shared.items())]


def _uses(tables: Tables) -> dict[str, Frame]:
    """By kind of thing: who uses which value (columns account, owner, first, second, exchange)."""
    seen = tables.exchanges
    known = {
        "address": (nw.col("address"), nw.lit(0)),
        "network": (nw.col("asn"), nw.col("ja4")),
    }
    uses = {
        kind: seen.select("account", "owner", "exchange", first=first, second=second)
        for kind, (first, second) in known.items()
    }
    payers = tables.accounts.select(
        "account", "owner", first=nw.col("payer"), second=nw.col("organization")
    ).filter(~nw.col("first").is_null() & ~nw.col("second").is_null())
    # A payer is an owner, so payers are compared by organisation: one payer of many customers.
    uses["payer"] = payers.select(
        "account", "first", owner=nw.col("second"), second=nw.lit(0), exchange=nw.lit("")
    )
    return uses


def _crowds(uses: Frame) -> dict[tuple[Any, Any], list[dict[str, Any]]]:
    """Users of each value that a few accounts share."""
    value = ["first", "second"]
    users = (
        uses.filter(~nw.col("first").is_null() & ~nw.col("second").is_null())
        .group_by("account", *value)
        .agg(nw.col("owner").max(), nw.col("exchange").min())
    )
    sizes = users.group_by(*value).agg(nw.len().cast(nw.Int64).alias("size"))
    few = sizes.filter((nw.col("size") >= 2) & (nw.col("size") <= CROWD))
    crowds: dict[tuple[Any, Any], list[dict[str, Any]]] = defaultdict(list)
    for row in collect(users.join(few, on=value, how="inner")).to_pylist():
        crowds[row["first"], row["second"]].append(row)
    return crowds


def _note(shared: dict[str, _Shared], kind: str, users: list[dict[str, Any]]) -> None:
    for user in users:
        strangers = {other["account"] for other in users if _are_strangers(user, other)}
        if not strangers:
            continue
        one = shared[user["account"]]
        best = one.fewest.get(kind)
        if best is None or len(users) < best:
            one.fewest[kind] = len(users)
        one.exchanges[kind] = min(user["exchange"], one.exchanges.get(kind, user["exchange"]))
        one.others |= strangers


def _are_strangers(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if one["account"] == other["account"]:
        return False
    return one["owner"] is None or one["owner"] != other["owner"]


def _evidence(account: str, shared: _Shared, total: int) -> Evidence:
    """The rarer the value among all accounts, the more it ties; never much."""
    rarest = min(shared.fewest.values())
    weight = min(MOST, EACH_DECADE * math.log10(max(total / rarest, 1.0)))
    ties = ", ".join(f"{NAMES[kind]} ({count} accounts)" for kind, count in _sorted(shared))
    return Evidence(
        signal=SIGNAL.id,
        family="infrastructure",
        account=account,
        log10_lr=round(weight, 2),
        says=f"This account shares with strangers, among {total} accounts: {ties}.",
        innocent_twin=TWIN,
        exhibits=tuple(
            Exhibit(shared.exchanges[kind], f"shares {NAMES[kind]}")
            for kind, _ in _sorted(shared)
            if shared.exchanges[kind]
        ),
        linked=tuple(sorted(shared.others)[:LINKED]),
        numbers=dict(_sorted(shared)) | {"accounts": total},
    )


def _sorted(shared: _Shared) -> list[tuple[str, int]]:
    return sorted(shared.fewest.items())


SIGNAL = Signal(
    id="shared-infrastructure",
    title="Shared address, fingerprint or payer",
    question="Do strangers' accounts share what few accounts share?",
    family="infrastructure",
    exact=False,
    null_model=(
        "Two honest accounts of different owners share a value about as often as it is common: the "
        "weight grows with the logarithm of all accounts over those that share it, and is capped "
        "low because offices and exit nodes do the same."
    ),
    innocent_twin=TWIN,
    gaps="Proxies of one's own for every account, which pool relays use by default.",
    references=("Pool relays' proxy per account (source read 2026-08 to 2026-10)",),
    ask=ask,
    parameters={
        "most": Parameter(MOST, "log10", "cap: support only"),
        "each_decade": Parameter(EACH_DECADE, "log10 for each factor of ten", ASSUMED),
        "crowd": Parameter(CROWD, "accounts; what more share ties nobody", ASSUMED),
    },
)
