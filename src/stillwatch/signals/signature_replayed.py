"""A reasoning signature that turns up in a conversation it does not belong to."""

import narwhals.stable.v2 as nw

from stillwatch.signals.doubling import doubled
from stillwatch.signals.model import Evidence, Exhibit, Frame, Parameter, Signal, Tables, collect

TWIN = "A client that copies a reasoning block into a new conversation, as some memory tools do."
PARAMETERS = {
    "one": Parameter(1.5, "log10", "assumption: fewer than 1 honest account in 30"),
    "each_doubling": Parameter(0.5, "log10", "assumption, for every doubling of conversations"),
    "most": Parameter(2.5, "log10", "cap: alone it never reaches a review"),
}


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for accounts that present their own signatures in other conversations."""
    rows = collect(_replays(tables)).to_pylist()
    return [
        Evidence(
            signal="signature-replayed",
            family="provenance",
            account=row["account"],
            log10_lr=doubled(PARAMETERS, "one", row["threads"]),
            says=(
                f"{row['signatures']} reasoning signatures came back in {row['threads']} "
                "conversations that they were not issued in, without the turn they belong to."
            ),
            innocent_twin=TWIN,
            exhibits=(Exhibit(row["exchange"], "presents a signature of another conversation"),),
            numbers={"signatures": row["signatures"], "threads": row["threads"]},
        )
        for row in sorted(rows, key=lambda row: str(row["account"]))
    ]


def _replays(tables: Tables) -> Frame:
    """By account, its own signatures in threads other than the one that issued them.

    Threads are joined by turns, tool calls and prefixes but never by signatures, so a fork or a
    compaction that keeps the turn stays inside its thread.
    """
    signatures = nw.col("kind") == "signature"
    issued = tables.issued.filter(signatures).select("artefact", "account", home=nw.col("thread"))
    return (
        tables.presented.filter(signatures)
        .join(issued, on=["artefact", "account"], how="inner")
        .filter(nw.col("thread") != nw.col("home"))
        .group_by("account")
        .agg(
            nw.col("artefact").n_unique().alias("signatures"),
            nw.col("thread").n_unique().alias("threads"),
            nw.col("exchange").min().alias("exchange"),
        )
    )


SIGNAL = Signal(
    id="signature-replayed",
    title="Reasoning signature in a new conversation",
    question="Are reasoning signatures taken out of their conversation and used in another?",
    family="provenance",
    exact=True,
    null_model="A signature belongs to one turn of one conversation; honest clients send both back.",
    innocent_twin=TWIN,
    gaps="Providers that bind signatures to their prefix refuse the replay before it shows here.",
    references=(
        "Cross-session replay of reasoning signatures, public threat reports of September 2026",
    ),
    ask=ask,
    parameters=PARAMETERS,
)
