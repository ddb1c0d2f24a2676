"""Requests come from installs that the account's own organisation enrolled."""

from collections import defaultdict
from typing import Any

from stillwatch.signals.installs import by_version
from stillwatch.signals.model import Evidence, Exhibit, Parameter, Signal, Tables, collect

TWIN = (
    "This speaks for the account. A reseller could show it too, by sending everything through one "
    "install of its own."
)
PARAMETERS = {
    "all_own": Parameter(-0.5, "log10", "assumption: a seal can be copied along with the text"),
    "least": Parameter(3, "conversations", "fewer say nothing"),
    "share": Parameter(0.8, "share of conversations", "assumption: below it nothing is said"),
}


def ask(tables: Tables) -> list[Evidence]:
    """A line for every account whose conversations mostly come from installs of its owner."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in collect(by_version(tables)).to_pylist():
        found[row["account"]].append(row)
    lines = (_evidence(account, rows) for account, rows in sorted(found.items()))
    return [line for line in lines if line is not None]


def _evidence(account: str, rows: list[dict[str, Any]]) -> Evidence | None:
    own, other, bare = (sum(row[name] for row in rows) for name in ("own", "other", "bare"))
    share = own / (own + bare) if own else 0.0
    if other or own < PARAMETERS["least"].value or share < PARAMETERS["share"].value:
        return None
    first = min(row["own_in"] for row in rows if row["own"])
    return Evidence(
        signal=SIGNAL.id,
        family="marks",
        account=account,
        log10_lr=round(PARAMETERS["all_own"].value * share, 2),
        says=(
            f"{own} of {own + bare} conversations carry seals of installs that this account or "
            "its organisation enrolled."
        ),
        innocent_twin=TWIN,
        exhibits=(Exhibit(first, "sealed by an install of the account's own"),),
        numbers={"own": own, "asked": own + bare},
    )


SIGNAL = Signal(
    id="seal-matches-owner",
    title="Sealed by installs of the account's own",
    question="Do the account's requests come from installs that its owner enrolled?",
    family="marks",
    exact=True,
    null_model=(
        "Honest accounts with a sealing client show installs of their own organisation. It weighs "
        "little for innocence, since whoever resells may send all requests through one genuine "
        "install; any install of a stranger takes it away."
    ),
    innocent_twin=TWIN,
    gaps="Accounts without an enrolled client, and calls that offer no tools.",
    references=("Exact binomial tail over exchangeable keys (docs/marks.md)",),
    ask=ask,
    parameters=PARAMETERS,
)
