"""A signature is refused, and at once the same history comes again without its reasoning."""

import narwhals.stable.v2 as nw

from stillwatch.signals.doubling import doubled
from stillwatch.signals.model import Evidence, Exhibit, Frame, Parameter, Signal, Tables, collect

TWIN = (
    "A client that was moved to another account or model by its user and repairs its history once."
)
PARAMETERS = {
    "once": Parameter(
        1.0, "log10", "assumption: about 1 honest account in 10 that meets the error"
    ),
    "each_doubling": Parameter(0.5, "log10", "assumption, for every doubling of repairs"),
    "most": Parameter(2.5, "log10", "cap: alone it never reaches a review"),
    "within": Parameter(
        120, "s", "retry delays of pool relays lie between 2 and 8 s (public issues, 2026)"
    ),
}


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for accounts that strip reasoning after a refused signature."""
    rows = collect(_repairs(tables)).to_pylist()
    return [
        Evidence(
            signal="signature-error",
            family="provenance",
            account=row["account"],
            log10_lr=doubled(PARAMETERS, "once", row["repairs"]),
            says=(
                f"{row['repairs']} times a reasoning signature was refused and the same history "
                "came again within seconds without its reasoning, as a relay does after it moved "
                "a conversation to another account."
            ),
            innocent_twin=TWIN,
            exhibits=(
                Exhibit(row["exchange"], "the signature is refused"),
                Exhibit(row["again"], "the same history, reasoning taken out"),
            ),
            numbers={"repairs": row["repairs"]},
        )
        for row in sorted(rows, key=lambda row: str(row["account"]))
    ]


def _repairs(tables: Tables) -> Frame:
    """By account, refused signatures whose next request has the history without reasoning."""
    following = {"order_by": ["ts_us", "row"]}
    within_us = int(PARAMETERS["within"].value * 1_000_000)
    steps = tables.exchanges.select(
        "account",
        "exchange",
        "error",
        "reasoning_parts",
        "ts_us",
        nw.col("exchange").shift(-1).over("account", "root", **following).alias("again"),
        nw.col("ts_us").shift(-1).over("account", "root", **following).alias("again_us"),
        nw.col("reasoning_parts").shift(-1).over("account", "root", **following).alias("left"),
    )
    return (
        steps.filter(
            (nw.col("error") == "signature")
            & (nw.col("reasoning_parts") > 0)
            & (nw.col("left") == 0)
            & (nw.col("again_us") - nw.col("ts_us") <= within_us)
        )
        .group_by("account")
        .agg(
            nw.len().alias("repairs"),
            nw.col("exchange").min().alias("exchange"),
            nw.col("again").min().alias("again"),
        )
    )


SIGNAL = Signal(
    id="signature-error",
    title="Reasoning stripped after a refused signature",
    question="Is a refused signature followed by the same history without reasoning?",
    family="provenance",
    exact=False,
    null_model=(
        "An honest history carries the signatures of its own account, which are accepted. A pool "
        "that moves a conversation meets the refusal and strips the reasoning."
    ),
    innocent_twin=TWIN,
    gaps="Relays that strip reasoning before they are asked to are not seen.",
    references=("Signature errors after failover, public issues of pool relays, 2026",),
    ask=ask,
    parameters=PARAMETERS,
)
