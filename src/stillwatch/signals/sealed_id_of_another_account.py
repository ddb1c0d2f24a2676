"""An id that says by itself that it was issued to another account."""

import math
from collections import defaultdict
from typing import Any

import narwhals.stable.v2 as nw

from stillwatch.signals.model import Evidence, Exhibit, Frame, Parameter, Signal, Tables, collect

TWIN = (
    "One person with two accounts who went on with a conversation after changing account, "
    "or a published transcript that many people paste."
)
PARAMETERS = {
    "one_conversation": Parameter(3.5, "log10", "assumption: as for artefact-across-accounts"),
    "each_doubling": Parameter(0.5, "log10", "assumption, for every doubling of conversations"),
    "most": Parameter(4.5, "log10", "more conversations add little: one person may move them all"),
    "unknown_owner": Parameter(
        -1.0, "log10", "assumption, when nobody knows who owns the accounts"
    ),
    "public_roots": Parameter(
        3, "conversations", "presented in more openings than this, an id counts as published"
    ),
}


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for accounts that present ids of strangers."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in collect(_by_issuer(tables)).to_pylist():
        found[row["account"]].append(row)
    issuers = {row["issuer"] for rows in found.values() for row in rows} - {None}
    here = tables.accounts.filter(nw.col("account").is_in(sorted(issuers)))
    seen = set(collect(here.select("account"))["account"].to_pylist()) if issuers else set()
    return [_evidence(account, rows, seen) for account, rows in sorted(found.items())]


def _by_issuer(tables: Tables) -> Frame:
    """One row an account and issuer; the issuer is null where no known account has the tag."""
    roots = tables.sealed_ids.group_by("kind", "artefact").agg(
        nw.col("root").n_unique().alias("roots")
    )
    kept = (
        tables.sealed_ids.filter(~nw.col("related"))
        .join(roots, on=["kind", "artefact"], how="inner")
        .filter(nw.col("roots") <= int(PARAMETERS["public_roots"].value))
    )
    return kept.group_by("account", "issuer").agg(
        nw.col("known").cast(nw.Int64).max().alias("known"),
        nw.col("artefact").n_unique().cast(nw.Int64).alias("ids"),
        nw.col("thread").n_unique().cast(nw.Int64).alias("threads"),
        nw.col("exchange").min(),
        nw.col("issued_us").min(),
    )


def _evidence(account: str, rows: list[dict[str, Any]], seen: set[str]) -> Evidence:
    rows = sorted(rows, key=lambda row: (-row["threads"], row["issuer"] or ""))
    value = {name: parameter.value for name, parameter in PARAMETERS.items()}
    threads = max(row["threads"] for row in rows)
    known = any(row["known"] for row in rows)
    weight = min(
        value["one_conversation"] + value["each_doubling"] * math.log2(threads), value["most"]
    )
    ids = sum(row["ids"] for row in rows)
    others = [row["issuer"] for row in rows if row["issuer"] is not None]
    return Evidence(
        signal=SIGNAL.id,
        family="marks",
        account=account,
        log10_lr=round(weight + (0.0 if known else value["unknown_owner"]), 2),
        says=_sentence(ids, threads, others, known=known),
        innocent_twin=TWIN,
        exhibits=tuple(_exhibit(row) for row in rows[:4]),
        linked=tuple(sorted(seen.intersection(others) - {account})),
        numbers={"ids": ids, "threads": threads, "accounts": len(rows)},
    )


def _sentence(ids: int, threads: int, others: list[str], *, known: bool) -> str:
    things = "1 id" if ids == 1 else f"{ids} ids"
    talks = "1 conversation" if threads == 1 else f"at least {threads} conversations"
    whom = "an account that is not on record"
    if others:
        whom = others[0] if len(others) == 1 else f"{len(others)} other accounts"
    owners = "" if known else "; who owns them is not known"
    return f"{things} that we issued to {whom} came back in {talks} of this account{owners}."


def _exhibit(row: dict[str, Any]) -> Exhibit:
    whom = row["issuer"] or "an account that is not on record"
    return Exhibit(row["exchange"], f"presents an id that says it was issued to {whom}")


SIGNAL = Signal(
    id="sealed-id-of-another-account",
    title="Sealed id of another account",
    question="Does this account present ids that say they were issued to a stranger?",
    family="marks",
    exact=True,
    null_model=(
        "An id that we did not issue is taken for ours at most once in 10^11 (one enciphered block "
        "with 32 zeros and a time within the key's span), so what is left is how ids come to a "
        "stranger honestly. Ids of the same payer or organisation do not count, nor those presented "
        "in more than a few openings."
    ),
    innocent_twin=TWIN,
    gaps=(
        "Relays that mint ids of their own both ways. Unlike artefact-across-accounts it needs no "
        "record of the answer that issued the id; where there is one, both see the same fact, and "
        "families are counted once each."
    ),
    references=(
        "Encode-then-encipher (Bellare and Rogaway, ASIACRYPT 2000)",
        (
            "Relays keep tool-call ids, since their customers' agents break otherwise (source of "
            "sub2api, claude-relay-service and CLIProxyAPI, read 2026-08)"
        ),
    ),
    ask=ask,
    parameters=PARAMETERS,
)
