"""An install that one owner enrolled is at work behind another owner's account."""

import math
from collections import defaultdict
from typing import Any

import narwhals.stable.v2 as nw

from stillwatch.signals.installs import by_install, strange_installs
from stillwatch.signals.model import Evidence, Exhibit, Frame, Parameter, Signal, Tables, collect

TWIN = (
    "Somebody who signed in with an own account on a friend's machine, or on a customer's: few "
    "machines, one at a time."
)
PARAMETERS = {
    "one_owner": Parameter(
        3.5, "log10", "assumption: fewer than 1 in 3,000 accounts work on a stranger's machine"
    ),
    "each_doubling": Parameter(1.0, "log10", "assumption, for every doubling of strange owners"),
    "one_at_a_time": Parameter(
        4.9, "log10", "cap unless installs alternate as one person's work does not"
    ),
    "alternations": Parameter(
        3, "returns", "assumption: so often within an hour is no change of seat"
    ),
    "window": Parameter(3600, "s", "an install, another owner's, and the first again in that time"),
    "unknown_owner": Parameter(
        -1.0, "log10", "assumption, when nobody knows who owns the accounts"
    ),
    "most": Parameter(8.0, "log10", "cap"),
}
SHOWN = 4


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account that shows an install of another owner."""
    strange = strange_installs(tables)
    returns = {
        row["account"]: row["returns"] for row in collect(_alternations(strange)).to_pylist()
    }
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in collect(by_install(strange)).to_pylist():
        found[row["account"]].append(row)
    return [_evidence(one, rows, returns.get(one, 0)) for one, rows in sorted(found.items())]


def _alternations(strange: Frame) -> Frame:
    """How often seals of a strange owner come back within an hour, another's in between."""
    order = ["ts_us", "row"]
    window_us = int(PARAMETERS["window"].value * 1_000_000)
    seen = strange.select("account", "row", "ts_us", "install_owner").unique()
    last = nw.col("ts_us").shift(1).over("account", "install_owner", order_by=order)
    steps = seen.select(
        "account",
        "ts_us",
        "install_owner",
        nw.col("install_owner").shift(1).over("account", order_by=order).alias("before"),
        last.alias("last_us"),
    )
    back = steps.filter(
        (nw.col("before") != nw.col("install_owner"))
        & (nw.col("ts_us") - nw.col("last_us") <= window_us)
    )
    return back.group_by("account").agg(nw.len().cast(nw.Int64).alias("returns"))


def _evidence(account: str, rows: list[dict[str, Any]], returns: int) -> Evidence:
    rows = sorted(rows, key=lambda row: (-row["threads"], row["install"]))
    owners = len({row["install_owner"] for row in rows})
    known = any(row["known"] for row in rows)
    threads = sum(row["threads"] for row in rows)
    return Evidence(
        signal=SIGNAL.id,
        family="marks",
        account=account,
        log10_lr=_weight(owners, returns, known=known),
        says=_sentence(rows, owners, returns, known=known),
        innocent_twin=TWIN,
        exhibits=tuple(_exhibit(row) for row in rows[:SHOWN]),
        numbers={
            "owners": owners,
            "installs": len(rows),
            "threads": threads,
            "returns": returns,
            "log10_p": max(row["log10_p"] for row in rows),
        },
    )


def _weight(owners: int, returns: int, *, known: bool) -> float:
    value = {name: parameter.value for name, parameter in PARAMETERS.items()}
    weight = value["one_owner"] + value["each_doubling"] * math.log2(owners)
    most = value["most" if returns >= value["alternations"] else "one_at_a_time"]
    return round(min(weight, most) + (0.0 if known else value["unknown_owner"]), 2)


def _sentence(rows: list[dict[str, Any]], owners: int, returns: int, *, known: bool) -> str:
    first = rows[0]
    which = f"Install {first['install']} of {first['install_account']}"
    if len(rows) > 1:
        which = f"{len(rows)} installs of {owners} owner{'s' * (owners > 1)}, first of all {which[0].lower()}{which[1:]},"
    verb = "stands" if len(rows) == 1 else "stand"
    whose = "" if known else "; who owns them is not known"
    turns = f" They alternate within an hour {returns} times." if returns else ""
    sure = f"{first['agree']} of {first['sites']} sites agree"
    return f"{which} {verb} behind this account ({sure}){whose}.{turns}"


def _exhibit(row: dict[str, Any]) -> Exhibit:
    shows = (
        f"sealed by install {row['install']} of {row['install_account']}: "
        f"{row['agree']} of {row['sites']} sites agree, chance 10^{row['log10_p']:.0f}"
    )
    return Exhibit(row["exchange"], shows)


SIGNAL = Signal(
    id="seal-behind-another-account",
    title="Install of one owner behind another's account",
    question="Do requests of this account carry seals of installs that others enrolled?",
    family="marks",
    exact=True,
    null_model=(
        "A text that was not made with an install's key agrees with its seal as fair coins do, so a "
        "match is chance at most once in 10^9 (binomial tail times codewords tried). That leaves "
        "honest reasons for a machine of others: one machine, or a few one after another. Several "
        "strangers' machines that alternate within the hour are no one person's."
    ),
    innocent_twin=TWIN,
    gaps=(
        "A relay that strips or replaces the sealed texts (see `seal-missing`), and one whose "
        "customers never enrolled. Seals that somebody copied from another's request look like the "
        "copied install. A pool account with a single customer stays at review."
    ),
    references=(
        "Survival of phrase choices through relays' rewriting (source of eight relays, read 2026-08)",
        "Exact binomial tail over exchangeable keys (docs/marks.md)",
    ),
    ask=ask,
    parameters=PARAMETERS,
)
