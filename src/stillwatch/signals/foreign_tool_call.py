"""Tool-call ids in a history that this provider never issued."""

from typing import Any

import narwhals.stable.v2 as nw

from stillwatch.signals.model import Evidence, Exhibit, Frame, Parameter, Signal, Tables, collect

TWIN = "An honest router that falls back to another provider when this one is busy or refuses."
PARAMETERS = {
    "other_shape": Parameter(0.5, "log10", "assumption: fallback routers are about as common"),
    "our_shape": Parameter(
        1.2, "log10", "assumption: ids in our shape that we never issued are made up by translators"
    ),
}


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for accounts whose own conversations carry foreign ids."""
    rows = collect(_by_account(_marked(tables))).to_pylist()
    return [_evidence(row) for row in sorted(rows, key=lambda row: str(row["account"]))]


def _whole_threads(tables: Tables) -> Frame:
    """Threads whose beginning was seen and whose answers were all recorded.

    Only there is an unknown id foreign; elsewhere it may be older than the capture.
    """
    silent = (nw.col("after").is_null() & nw.col("error").is_null()).cast(nw.Int64)
    return (
        tables.exchanges.with_columns(silent=silent)
        .group_by("thread")
        .agg(nw.col("messages").min().alias("least"), nw.col("silent").sum().alias("gaps"))
        .filter((nw.col("least") <= 1) & (nw.col("gaps") == 0))
        .select("thread")
    )


def _marked(tables: Tables) -> Frame:
    """Presented tool calls in whole threads; `known` (int64) where this provider issued them."""
    ids = nw.col("kind") == "tool_call"
    issued = tables.issued.filter(ids).select("artefact").unique().with_columns(known=nw.lit(1))
    return (
        tables.presented.filter(ids)
        .join(_whole_threads(tables), on="thread", how="inner")
        .join(issued, on="artefact", how="left")
        .with_columns(known=nw.col("known").fill_null(0).cast(nw.Int64))
    )


def _by_account(marked: Frame) -> Frame:
    """Counts of known and foreign ids by account.

    An id has our own shape if ids of that shape were issued here over the same format.
    """
    ours = (
        marked.filter(nw.col("known") == 1)
        .group_by("wire", "shape")
        .agg(nw.len().alias("our_shape"))
    )
    shaped = marked.join(ours, on=["wire", "shape"], how="left").with_columns(
        ours=((nw.col("known") == 0) & ~nw.col("our_shape").is_null()).cast(nw.Int64)
    )
    counts = shaped.group_by("account").agg(
        nw.len().alias("ids"),
        nw.col("known").sum().alias("known"),
        nw.col("ours").sum().alias("our_shape"),
        nw.col("thread").n_unique().alias("threads"),
    )
    foreign = (
        shaped.filter(nw.col("known") == 0)
        .group_by("account")
        .agg(
            nw.col("thread").n_unique().alias("foreign_threads"),
            nw.col("exchange").min().alias("exchange"),
        )
    )
    return counts.join(foreign, on="account", how="inner")


def _evidence(row: dict[str, Any]) -> Evidence:
    value = {name: parameter.value for name, parameter in PARAMETERS.items()}
    foreign = row["ids"] - row["known"]
    weight = value["our_shape"] if row["our_shape"] else value["other_shape"]
    shape = "some in our own shape" if row["our_shape"] else "in another provider's shape"
    return Evidence(
        signal="foreign-tool-call",
        family="provenance",
        account=row["account"],
        log10_lr=weight,
        says=(
            f"{foreign} of {row['ids']} tool-call ids in conversations that began here were never "
            f"issued here ({shape}), in {row['foreign_threads']} of {row['threads']} conversations."
        ),
        innocent_twin=TWIN,
        exhibits=(Exhibit(row["exchange"], "presents a tool-call id that was never issued here"),),
        numbers={"foreign": foreign, "ids": row["ids"], "threads": row["foreign_threads"]},
    )


SIGNAL = Signal(
    id="foreign-tool-call",
    title="Tool-call id never issued here",
    question="Do conversations that began here carry tool-call ids that we never issued?",
    family="provenance",
    exact=False,
    null_model=(
        "Membership decides: an id is foreign only if the conversation's beginning and all its "
        "answers were recorded and the id is in none of them. Honest fallback between providers "
        "does the same, so the weight stays far below a review."
    ),
    innocent_twin=TWIN,
    gaps=(
        "Conversations that began before the capture are left out. So are "
        "those with an unrecorded answer. The weight cannot tell an honest router from a pool that mixes providers."
    ),
    references=(
        "Ids minted by translating relays (source of CLIProxyAPI and sub2api, read 2026-08)",
    ),
    ask=ask,
    parameters=PARAMETERS,
)
