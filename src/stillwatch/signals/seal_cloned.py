"""One enrolled install is at work behind many accounts that have nothing to do with each other."""

import math
from collections import defaultdict
from typing import Any

from stillwatch.signals.installs import by_install, strange_installs
from stillwatch.signals.model import Evidence, Exhibit, Parameter, Signal, Tables, collect

TWIN = (
    "A machine image that was made with an enrolled client in it, or a computer in a class room: "
    "everybody who starts it signs in with an account of their own."
)
LEAST = 3
PARAMETERS = {
    "least": Parameter(LEAST, "owners", "fewer are weighed by seal-behind-another-account alone"),
    "three_owners": Parameter(
        3.0, "log10", "assumption: fewer than 1 in 1,000 installs are shared by strangers"
    ),
    "each_doubling": Parameter(0.5, "log10", "assumption, for every further doubling of owners"),
    "most": Parameter(4.5, "log10", "cap: images and class rooms are shared by any number"),
    "unknown_owner": Parameter(
        -1.0, "log10", "assumption, when nobody knows who owns the accounts"
    ),
}


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account that shows an install which many strangers show."""
    shared: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in collect(by_install(strange_installs(tables))).to_pylist():
        shared[row["install"]].append(row)
    best: dict[str, Evidence] = {}
    for install, rows in sorted(shared.items()):
        parties = {row["account"] if row["owner"] is None else row["owner"] for row in rows}
        if len(parties) < LEAST:
            continue
        for row in rows:
            found = _evidence(row, rows, len(parties), install)
            known = best.get(found.account)
            if known is None or found.log10_lr > known.log10_lr:
                best[found.account] = found
    return [best[account] for account in sorted(best)]


def _evidence(
    row: dict[str, Any], rows: list[dict[str, Any]], parties: int, install: str
) -> Evidence:
    known = all(one["known"] for one in rows)
    weight = min(
        PARAMETERS["three_owners"].value
        + PARAMETERS["each_doubling"].value * math.log2(parties / LEAST),
        PARAMETERS["most"].value,
    )
    others = sorted({one["account"] for one in rows} - {row["account"]})
    return Evidence(
        signal=SIGNAL.id,
        family="marks",
        account=row["account"],
        log10_lr=round(weight + (0.0 if known else PARAMETERS["unknown_owner"].value), 2),
        says=(
            f"Install {install} of {row['install_account']} stands behind this account and behind "
            f"those of {parties - 1} other owners."
        ),
        innocent_twin=TWIN,
        exhibits=tuple(
            Exhibit(one["exchange"], f"install {install} behind {one['account']}")
            for one in [row, *(one for one in _in_order(rows) if one is not row)][:4]
        ),
        linked=tuple(others),
        numbers={"owners": parties, "accounts": len(others) + 1, "threads": row["threads"]},
    )


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["first_us"], row["account"]))


SIGNAL = Signal(
    id="seal-cloned",
    title="One install behind many strangers' accounts",
    question="Is an install whose seal this account shows also seen behind many strangers?",
    family="marks",
    exact=True,
    null_model=(
        "An install belongs to one machine, and few machines are used by people who have nothing "
        "to do with each other. The account that enrolled it and those of the same owner do not "
        "count. A match is chance at most once in 10^9."
    ),
    innocent_twin=TWIN,
    gaps=(
        "Installs that were never enrolled. It cannot tell a customer whose relay spreads the "
        "requests over its pool from an image that many people start, so it stops at review."
    ),
    references=(
        "Counting devices that attest for many accounts (Apple, Assessing fraud risk, read 2026-08)",
    ),
    ask=ask,
    parameters=PARAMETERS,
)
