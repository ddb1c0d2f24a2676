"""A prompt that was made for a test purchase comes in through this account."""

from collections import defaultdict
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from stillwatch.signals.model import Evidence, Exhibit, Parameter, Signal, Tables, collect

TWIN = (
    "An account of the analyst that the file of nonces does not name, a gateway or licensed reseller "
    "that the analyst bought from on purpose, a prompt that was published or sent to several "
    "places. The owner may also be the victim: shops sell stolen keys."
)
PARAMETERS = {
    "one_nonce": Parameter(
        6.0, "log10", "assumption: one purchase in 10^6 is noted down wrongly and never noticed"
    ),
    "more": Parameter(1.0, "log10", "assumption, for each further nonce of the account, to `most`"),
    "most": Parameter(8.0, "log10", "the cap of an exact family"),
    "late_us": Parameter(
        86_400_000_000.0, "us", "assumption: who delivers so long after the first passed it on"
    ),
    "late": Parameter(
        3.5, "log10", "assumption: who passed it on is not known; as for one artefact"
    ),
    "public_owners": Parameter(
        5, "owners", "assumption: a nonce that more than these deliver in time is public"
    ),
    "public": Parameter(0.5, "log10", "assumption: anybody may have copied it"),
}
VALUES = {name: parameter.value for name, parameter in PARAMETERS.items()}
EXHIBITS = 8
MOST_LINKED = 60
MINUTE_US, HOUR_US, DAY_US = 60_000_000, 3_600_000_000, 86_400_000_000


class _Delivery(NamedTuple):
    """The first time that an account delivered a nonce."""

    row: dict[str, Any]
    log10_lr: float
    late: bool
    public: bool


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account that delivered a nonce."""
    rows = collect(tables.purchases.filter(nw.col("standing") == "delivered")).to_pylist()
    rows.sort(key=lambda row: (row["ts_us"], row["account"], row["exchange"] or "", row["row"]))
    by_nonce: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        by_nonce[row["nonce"]].setdefault(row["account"], row)
    delivered: dict[str, list[_Delivery]] = defaultdict(list)
    for nonce in sorted(by_nonce):
        for one in _weighed(list(by_nonce[nonce].values())):
            delivered[one.row["account"]].append(one)
    shops = _shops(delivered)
    return [_evidence(account, delivered[account], shops) for account in sorted(delivered)]


def _weighed(rows: list[dict[str, Any]]) -> list[_Delivery]:
    """The deliveries of one nonce, one an account, in the order of time."""
    first_us = rows[0]["ts_us"]
    in_time = [row for row in rows if row["ts_us"] - first_us < VALUES["late_us"]]
    owners = {row["account"] if row["owner"] is None else row["owner"] for row in in_time}
    public = len(owners) > VALUES["public_owners"]
    found = []
    for row in rows:
        late = row["ts_us"] - first_us >= VALUES["late_us"]
        most = VALUES["public" if public else "late" if late else "one_nonce"]
        found.append(_Delivery(row, min(most, max(-row["log10_p"], 0.0)), late, public))
    return found


def _shops(delivered: dict[str, list[_Delivery]]) -> dict[int, set[str]]:
    """By purchase, the accounts that it came through."""
    shops: dict[int, set[str]] = defaultdict(set)
    for account, deliveries in delivered.items():
        for one in deliveries:
            if not (one.late or one.public):
                shops[one.row["purchase"]].add(account)
    return shops


def _evidence(account: str, deliveries: list[_Delivery], shops: dict[int, set[str]]) -> Evidence:
    deliveries = sorted(deliveries, key=lambda one: (-one.log10_lr, one.row["nonce"]))
    best = deliveries[0]
    firm = [one for one in deliveries if not (one.late or one.public)]
    weight = best.log10_lr + VALUES["more"] * max(len(firm) - 1, 0)
    others: set[str] = set()
    for one in firm:
        others |= shops[one.row["purchase"]]
    linked = sorted(others - {account})
    return Evidence(
        signal=SIGNAL.id,
        family="provenance",
        account=account,
        log10_lr=round(min(weight, VALUES["most"]), 2),
        says=_sentence(deliveries, linked),
        innocent_twin=TWIN,
        exhibits=tuple(Exhibit(one.row["exchange"], _shows(one)) for one in deliveries[:EXHIBITS]),
        linked=tuple(linked[:MOST_LINKED]),
        numbers={
            "nonces": len(deliveries),
            "share": round(best.row["share"], 3),
            "log10_p": round(best.row["log10_p"], 2),
            "after_s": round((best.row["ts_us"] - best.row["made_us"]) / 1_000_000),
            "accounts": len(linked) + 1,
        },
    )


def _sentence(deliveries: list[_Delivery], linked: list[str]) -> str:
    best, count = deliveries[0], len(deliveries)
    name, after = best.row["nonce"], _after(best.row)
    said = f"A prompt made for a test purchase ({name}) came in through this account {after}"
    if count > 1:
        said = (
            f"{count} prompts made for test purchases came in through this account, {name} {after}"
        )
    said += " after it was made"
    if best.public:
        said += "; but accounts of many owners sent it, so that it seems to be public"
    elif best.late:
        said += "; but another account had delivered it a day or more before"
    if linked:
        others = "1 other account" if len(linked) == 1 else f"{len(linked)} other accounts"
        said += f"; {others} delivered for the same purchase"
    return said + "."


def _shows(one: _Delivery) -> str:
    whole = one.row["matched"] == "whole"
    how = "word for word" if whole else f"{one.row['share']:.0%} of what tells it from others"
    return f"test purchase {one.row['nonce']}, {how}, {_after(one.row)} after it was made"


def _after(row: dict[str, Any]) -> str:
    passed_us = max(row["ts_us"] - row["made_us"], 0)
    for unit_us, name in ((DAY_US, "days"), (HOUR_US, "hours")):
        if passed_us >= 2 * unit_us:
            return f"{passed_us // unit_us} {name}"
    minutes = passed_us // MINUTE_US
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


SIGNAL = Signal(
    id="test-purchase",
    title="Delivery of a test purchase",
    question="Did a prompt that was made for a test purchase come in through this account?",
    family="provenance",
    exact=True,
    null_model=(
        "A nonce is a prompt with 60 and more bits of free choices, sent to one shop and nowhere "
        "else. The chance that any text of the store holds so much of it by accident is worked out "
        "from its bits, how much of it is there, and how many texts there are; the weight is never "
        "more than that chance allows. What is left is that the purchase was noted down wrongly or "
        "the prompt passed on. Deliveries by the analyst's own accounts and from before the nonce "
        "was made do not count."
    ),
    innocent_twin=TWIN,
    gaps=(
        "Shops that paraphrase prompts, or answer with another model. A prompt in the middle of a "
        "text of more than 512 words, or beside results of tools. It says that requests of the shop "
        "reach us through the account, not who runs the shop."
    ),
    references=(
        "Shops mix true and other models, so one nonce is few: Real Money, Fake Models (2603.01919)",
    ),
    ask=ask,
    parameters=PARAMETERS,
)
