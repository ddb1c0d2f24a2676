"""An artefact that was issued to one account comes back from a stranger's account."""

import math
from collections import defaultdict
from typing import Any

import narwhals.stable.v2 as nw

from stillwatch.signals.model import Evidence, Exhibit, Frame, Parameter, Signal, Tables, collect
from stillwatch.signals.owners import strangers

EXACT_KINDS = ("tool_call", "message", "signature", "turn")
TWIN = (
    "One person with two accounts who went on with a conversation after changing account, "
    "or a published transcript that many people paste."
)
PARAMETERS = {
    "one_conversation": Parameter(
        3.5, "log10", "assumption: fewer than 1 in 3,000 accounts go on in a stranger's account"
    ),
    "unknown_owner": Parameter(
        -1.0, "log10", "assumption, when nobody knows who owns the accounts"
    ),
    "most": Parameter(4.5, "log10", "more conversations add little: one person may move them all"),
    "public_roots": Parameter(
        3, "conversations", "presented in more openings than this, an artefact counts as published"
    ),
    "clock_skew": Parameter(300, "s", "how far clocks of two recorders may disagree"),
}


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for both sides of every crossing."""
    pairs = collect(_pairs(_crossings(tables))).to_pylist()
    sides: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for pair in sorted(pairs, key=lambda pair: (pair["issuer"], pair["account"])):
        sides[pair["account"]].append(pair)
        sides[pair["issuer"]].append(pair)
    return [_evidence(account, found) for account, found in sorted(sides.items())]


def _crossings(tables: Tables) -> Frame:
    """Presentations of artefacts that were issued to one other account and to nobody else."""
    kinds = nw.col("kind").is_in(EXACT_KINDS)
    issued = (
        tables.issued.filter(kinds)
        .group_by("kind", "artefact")
        .agg(
            nw.col("account").n_unique().alias("holders"),
            nw.col("account").min().alias("issuer"),
            nw.col("ts_us").min().alias("issued_us"),
            nw.col("exchange").min().alias("issued_in"),
        )
        .filter(nw.col("holders") == 1)
    )
    presented = tables.presented.filter(kinds)
    roots = presented.group_by("kind", "artefact").agg(nw.col("root").n_unique().alias("roots"))
    skew_us = int(PARAMETERS["clock_skew"].value * 1_000_000)
    crossing = (
        presented.join(issued, on=["kind", "artefact"], how="inner")
        .join(roots, on=["kind", "artefact"], how="inner")
        .filter(
            (nw.col("account") != nw.col("issuer"))
            & (nw.col("ts_us") >= nw.col("issued_us") - skew_us)
            & (nw.col("roots") <= int(PARAMETERS["public_roots"].value))
        )
    )
    return strangers(crossing, tables, "account", "issuer")


def _pairs(crossings: Frame) -> Frame:
    """One row for every two accounts, with its earliest crossing as the exhibit."""
    pair = ["account", "issuer", "known"]
    sums = crossings.group_by(pair).agg(
        nw.col("artefact").n_unique().alias("artefacts"),
        nw.col("thread").n_unique().alias("threads"),
        nw.col("ts_us").min().alias("first_us"),
    )
    return (
        crossings.join(sums, on=pair, how="inner")
        .filter(nw.col("ts_us") == nw.col("first_us"))
        .group_by([*pair, "artefacts", "threads"])
        .agg(
            nw.col("exchange").min().alias("presented_in"),
            nw.col("issued_in").min().alias("issued_in"),
        )
    )


def _evidence(account: str, pairs: list[dict[str, Any]]) -> Evidence:
    others = sorted({pair["issuer"] for pair in pairs} | {pair["account"] for pair in pairs})
    others.remove(account)
    artefacts = sum(pair["artefacts"] for pair in pairs)
    threads = max(pair["threads"] for pair in pairs)
    known = any(pair["known"] for pair in pairs)
    value = {name: parameter.value for name, parameter in PARAMETERS.items()}
    weight = min(value["one_conversation"] + 0.5 * math.log2(threads), value["most"])
    return Evidence(
        signal="artefact-across-accounts",
        family="provenance",
        account=account,
        log10_lr=round(weight if known else weight + value["unknown_owner"], 2),
        says=_sentence(artefacts, threads, others, known=known),
        innocent_twin=TWIN,
        exhibits=tuple(exhibit for pair in pairs[:3] for exhibit in _exhibits(pair)),
        linked=tuple(others),
        numbers={"artefacts": artefacts, "threads": threads, "accounts": len(others)},
    )


def _sentence(artefacts: int, threads: int, others: list[str], *, known: bool) -> str:
    things = "1 artefact" if artefacts == 1 else f"{artefacts} artefacts"
    talks = "1 conversation" if threads == 1 else f"at least {threads} conversations"
    who = f"account {others[0]}" if len(others) == 1 else f"{len(others)} accounts"
    owners = "of other owners" if known else "whose owner is not known"
    return f"{things} in {talks} came back through another account than they were issued to, shared with {who} {owners}."


def _exhibits(pair: dict[str, Any]) -> tuple[Exhibit, Exhibit]:
    return (
        Exhibit(pair["issued_in"], f"issued here to {pair['issuer']}"),
        Exhibit(pair["presented_in"], f"presented here by {pair['account']}"),
    )


SIGNAL = Signal(
    id="artefact-across-accounts",
    title="Artefact of one account presented by another",
    question="Does a stranger's account bring back what was issued to this one?",
    family="provenance",
    exact=True,
    null_model=(
        "An honest account presents only what was issued to it, to its payer or to its "
        "organisation. Artefacts issued to two accounts, or presented in more than a few "
        "conversations, are left out, so that equal answers and published transcripts do not count."
    ),
    innocent_twin=TWIN,
    gaps=(
        "A relay that keeps each conversation on one account, or that mints ids of its own both "
        "ways, is not seen. Answers shorter than 200 characters without ids are not artefacts."
    ),
    references=(
        (
            "Relays keep tool-call ids, signatures and assistant turns, since their customers' agents "
            "break otherwise (source of sub2api, claude-relay-service and CLIProxyAPI, read 2026-08)"
        ),
    ),
    ask=ask,
    parameters=PARAMETERS,
)
