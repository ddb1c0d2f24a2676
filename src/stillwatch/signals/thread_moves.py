"""A conversation that goes on in another account, and perhaps comes back."""

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from stillwatch.signals.model import Evidence, Exhibit, Frame, Parameter, Signal, Tables, collect
from stillwatch.signals.owners import strangers

TWIN = (
    "One person who changed from one account to another of their own and resumed what was open: "
    "such a move goes one way and happens once."
)
PARAMETERS = {
    "one_way": Parameter(3.5, "log10", "assumption: as for artefact-across-accounts"),
    "one_way_most": Parameter(4.5, "log10", "one change of account may move many conversations"),
    "there_and_back": Parameter(
        4.5, "log10", "assumption: honest moves do not return while the conversation is going on"
    ),
    "each_doubling": Parameter(0.75, "log10", "assumption, for every doubling of returns"),
    "most": Parameter(8.0, "log10", "cap"),
    "unknown_owner": Parameter(
        -1.0, "log10", "assumption, when nobody knows who owns the accounts"
    ),
}


@dataclass(frozen=True)
class _Moved:
    """An account's moves, added up over the accounts that it shares conversations with.

    Attributes:
        both_ways: pairs of accounts between which conversations moved in both directions.
    """

    threads: int
    moves: int
    returns: int
    both_ways: int
    known: bool


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account that a conversation left or reached."""
    ways = collect(_ways(_moves(tables))).to_pylist()
    sides: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for way in sorted(ways, key=lambda way: (way["before"], way["account"])):
        sides[way["before"]].append(way)
        sides[way["account"]].append(way)
    return [_evidence(account, found) for account, found in sorted(sides.items())]


def _moves(tables: Tables) -> Frame:
    """Steps of a thread whose account is a stranger to the account of the step before.

    `back` (int64) is 1 where the thread had been with the account earlier.
    """
    order = ["ts_us", "row"]
    steps = tables.exchanges.select(
        "thread",
        "account",
        "ts_us",
        "exchange",
        nw.col("account").shift(1).over("thread", order_by=order).alias("before"),
        nw.col("exchange").shift(1).over("thread", order_by=order).alias("exchange_before"),
        nw.col("ts_us").min().over("thread", "account").alias("since_us"),
    )
    moves = steps.filter(
        ~nw.col("before").is_null() & (nw.col("before") != nw.col("account"))
    ).with_columns(back=(nw.col("ts_us") > nw.col("since_us")).cast(nw.Int64))
    return strangers(moves, tables, "account", "before")


def _ways(moves: Frame) -> Frame:
    """One row for every two accounts and direction, with its earliest move as the exhibit."""
    way = ["before", "account", "known"]
    sums = moves.group_by(way).agg(
        nw.len().alias("moves"),
        nw.col("back").sum().alias("returns"),
        nw.col("thread").n_unique().alias("threads"),
        nw.col("ts_us").min().alias("first_us"),
    )
    return (
        moves.join(sums, on=way, how="inner")
        .filter(nw.col("ts_us") == nw.col("first_us"))
        .group_by([*way, "moves", "returns", "threads"])
        .agg(
            nw.col("exchange").min().alias("exchange"),
            nw.col("exchange_before").min().alias("exchange_before"),
        )
    )


def _evidence(account: str, ways: list[dict[str, Any]]) -> Evidence:
    pairs = {(way["before"], way["account"]) for way in ways}
    moved = _Moved(
        threads=max(way["threads"] for way in ways),
        moves=sum(way["moves"] for way in ways),
        returns=sum(way["returns"] for way in ways),
        both_ways=sum((after, before) in pairs for before, after in pairs) // 2,
        known=any(way["known"] for way in ways),
    )
    others = sorted({one for pair in pairs for one in pair} - {account})
    return Evidence(
        signal="thread-moves",
        family="provenance",
        account=account,
        log10_lr=round(_weight(moved), 2),
        says=_sentence(moved, others),
        innocent_twin=TWIN,
        exhibits=tuple(exhibit for way in ways[:3] for exhibit in _exhibits(way)),
        linked=tuple(others),
        numbers={"threads": moved.threads, "moves": moved.moves, "returns": moved.returns},
    )


def _exhibits(way: dict[str, Any]) -> tuple[Exhibit, Exhibit]:
    return (
        Exhibit(way["exchange_before"], f"the conversation is with {way['before']}"),
        Exhibit(way["exchange"], f"it goes on with {way['account']}"),
    )


def _weight(moved: _Moved) -> float:
    value = {name: parameter.value for name, parameter in PARAMETERS.items()}
    weight = min(value["one_way"] + 0.5 * math.log2(moved.threads), value["one_way_most"])
    # Both directions between two accounts, even if in different conversations, are no single
    # change of account either.
    returns = moved.returns + moved.both_ways
    if returns:
        weight = value["there_and_back"] + value["each_doubling"] * math.log2(returns)
    weight = min(weight, value["most"])
    return weight if moved.known else weight + value["unknown_owner"]


def _sentence(moved: _Moved, others: list[str]) -> str:
    talks = "1 conversation" if moved.threads == 1 else f"At least {moved.threads} conversations"
    who = f"account {others[0]}" if len(others) == 1 else f"{len(others)} accounts"
    owners = "of other owners" if moved.known else "whose owner is not known"
    times = "once" if moved.moves == 1 else f"{moved.moves} times"
    back = f", {moved.returns} times back to where it had been" if moved.returns else ""
    return f"{talks} moved between this account and {who} {owners}, {times} in all{back}."


SIGNAL = Signal(
    id="thread-moves",
    title="Conversation that moves between accounts",
    question="Does one conversation go on in several strangers' accounts?",
    family="provenance",
    exact=True,
    null_model=(
        "An honest conversation stays in one account. It may move once, one way, when its owner "
        "changes account. A pool moves conversations to and fro whenever its balance asks for it."
    ),
    innocent_twin=TWIN,
    gaps="A pool with perfect stickiness moves nothing until an account fails.",
    references=(
        (
            "Sticky routing and failover of pool relays (sub2api, claude-relay-service, CLIProxyAPI, "
            "source read 2026-08)"
        ),
    ),
    ask=ask,
    parameters=PARAMETERS,
)
