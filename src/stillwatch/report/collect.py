"""What a report shows beside the verdicts, gathered from a hunt's tables."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import narwhals.stable.v2 as nw

from stillwatch.hunt import Hunt
from stillwatch.report.model import (
    CallMap,
    Edge,
    Node,
    PoolGraph,
    Reject,
    ReportInput,
    Span,
    StoreSummary,
    Timeline,
)
from stillwatch.store.frames import Frame, Tables, collect
from stillwatch.verdicts.model import Verdict

REJECTS_SHOWN = 200
THREADS_SHOWN = 60
CALLERS_SHOWN = 40
BINS = 96
LEAST_BIN_US = 60_000_000


def report_input(hunt: Hunt, label: str, *, now: datetime | None = None) -> ReportInput:
    """Everything that `report.page.render` needs.

    Args:
        hunt: an open hunt.
        label: what was looked at, in the person's words.
        now: when the hunt ran; the current time by default.
    """
    document, tables = hunt.document, hunt.tables
    shown = [one for one in document.verdicts if one.verdict != "ordinary" or one.grade]
    stays = _stays(tables, {account for one in shown for account in one.subject.accounts})
    by_id = {one.subject.id: one for one in document.verdicts}
    moment = now or datetime.now(UTC)
    return ReportInput(
        document=document,
        store=_summary(hunt),
        signals=hunt.asked,
        timelines={one.subject.id: _timeline(stays, one.subject.accounts) for one in shown},
        graphs={
            one.subject.id: _graph(one, by_id, stays)
            for one in shown
            if one.subject.kind == "campaign" and one.campaign is None
        },
        calls={one.subject.id: _calls(tables, one) for one in shown if one.campaign},
        input_label=label,
        hunted_at=moment.strftime("%d %B %Y, %H:%M UTC"),
    )


def _summary(hunt: Hunt) -> StoreSummary:
    exchanges = hunt.tables.exchanges
    whole = exchanges.select(
        nw.col("ts_us").min().alias("first_us"),
        nw.col("end_us").max().alias("last_us"),
        nw.col("thread").n_unique().alias("threads"),
    )
    row = collect(whole).to_pylist()[0]
    rejects = hunt.rejects.slice(0, REJECTS_SHOWN).to_pylist()
    return StoreSummary(
        exchanges=hunt.document.exchanges,
        accounts=hunt.document.accounts,
        threads=row["threads"],
        first_us=row["first_us"],
        last_us=row["last_us"],
        rejects=tuple(Reject(**reject) for reject in rejects),
    )


def _stays(tables: Tables, accounts: Iterable[str]) -> list[dict[str, Any]]:
    """Stretches of threads that stay on one account, of the named accounts, by time."""
    order = {"order_by": ["ts_us", "row"]}
    before = nw.col("account").shift(1).over("thread", **order)
    moved = (before.is_null() | (before != nw.col("account"))).cast(nw.Int64)
    steps: Frame = (
        tables.exchanges.filter(nw.col("account").is_in(sorted(accounts)))
        .select("thread", "account", "ts_us", "end_us", "row", moved=moved)
        .with_columns(stay=nw.col("moved").cum_sum().over("thread", **order))
    )
    stays = steps.group_by("thread", "stay", "account").agg(
        nw.col("ts_us").min().alias("start_us"),
        nw.col("end_us").max().alias("end_us"),
        nw.len().alias("exchanges"),
    )
    rows: list[dict[str, Any]] = collect(stays).to_pylist()
    return sorted(rows, key=lambda row: (row["start_us"], row["thread"]))


def _timeline(stays: list[dict[str, Any]], accounts: tuple[str, ...]) -> Timeline:
    """The threads with the most moves and the most exchanges, numbered by their start."""
    inside = [stay for stay in stays if stay["account"] in accounts]
    weight: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for stay in inside:
        weight[stay["thread"]][0] += 1
        weight[stay["thread"]][1] += stay["exchanges"]
    chosen = sorted(weight, key=lambda thread: (*weight[thread], thread), reverse=True)
    shown = set(chosen[:THREADS_SHOWN])
    numbers: dict[int, int] = {}
    spans = []
    for stay in inside:
        thread = stay["thread"]
        if thread in shown:
            number = numbers.setdefault(thread, len(numbers) + 1)
            spans.append(_span(stay, number, moved=weight[thread][0] > 1))
    return Timeline(tuple(spans), left_out=len(weight) - len(shown))


def _span(stay: Mapping[str, Any], number: int, *, moved: bool) -> Span:
    return Span(
        thread=number,
        account=stay["account"],
        start_us=stay["start_us"],
        end_us=stay["end_us"],
        exchanges=stay["exchanges"],
        moved=moved,
    )


def _calls(tables: Tables, group: Verdict) -> CallMap:
    """A group's calls in bins, of the members that called first."""
    made = group.campaign
    assert made is not None
    bin_us = max((made.last_us - made.first_us) // BINS + 1, LEAST_BIN_US)
    mine = tables.calls.filter(nw.col("group_id") == group.subject.id)
    counted = (
        mine.select("account", "row", place=(nw.col("ts_us") - made.first_us) // bin_us)
        .group_by("account", "place")
        .agg(nw.col("row").n_unique().alias("calls"))
    )
    rows = sorted(collect(counted).to_pylist(), key=lambda row: (row["place"], row["account"]))
    accounts = list(dict.fromkeys(row["account"] for row in rows))
    shown = {account: number for number, account in enumerate(accounts[:CALLERS_SHOWN])}
    return CallMap(
        accounts=tuple(shown),
        start_us=made.first_us,
        bin_us=bin_us,
        cells=tuple(
            (shown[row["account"]], row["place"], row["calls"])
            for row in rows
            if row["account"] in shown
        ),
        left_out=len(accounts) - len(shown),
    )


def _graph(pool: Verdict, by_id: Mapping[str, Verdict], stays: list[dict[str, Any]]) -> PoolGraph:
    """A pool's accounts, tied by the conversations that they share."""
    members = set(pool.subject.accounts)
    holders: dict[int, set[str]] = defaultdict(set)
    for stay in stays:
        if stay["account"] in members:
            holders[stay["thread"]].add(stay["account"])
    shared: dict[tuple[str, str], int] = defaultdict(int)
    for accounts in holders.values():
        ordered = sorted(accounts)
        for place, left in enumerate(ordered):
            for right in ordered[place + 1 :]:
                shared[left, right] += 1
    nodes = [by_id[member] for member in pool.subject.accounts]
    return PoolGraph(
        nodes=tuple(Node(one.subject.id, one.verdict, one.exchanges) for one in nodes),
        edges=tuple(Edge(a, b, threads=count) for (a, b), count in sorted(shared.items())),
    )
