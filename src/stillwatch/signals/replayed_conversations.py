"""Whether members of a group send stored conversations again: old dates, or old questions.

Some operators keep their own users' conversations and replay them later to another model. The
replay carries the date of the original, and where it is done twice, two requests have the same
history word for word and are answered anew.
"""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.signals.betting import Rate, log10_mean, log10_odds
from stillwatch.signals.group_calls import HOUR_US, Ints, as_ints
from stillwatch.signals.model import Evidence, Exhibit, Parameter, Signal, Tables, collect
from stillwatch.signals.numbering import numbered
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered

TWIN = (
    "Retries after an error, answers that a person has written anew at once, and sessions that are "
    "left open for days with the date that they began with."
)
MODEL = Tempered(honest=0.02, avoided=0.85)
DAY_US = 24 * HOUR_US
STALE_DAYS = 3
ANEW_US = HOUR_US
HISTORY = 3
REPLAYED: Rate = (2.0, 2.0)
USUAL: Rate = (0.1, 6.0)
LEAST = 5
EXHIBITS = 4


@dataclass(frozen=True)
class _Counted:
    """By group: conversations looked at, those replayed, and exchanges that show it."""

    looked: dict[str, int]
    replayed: dict[str, int]
    shown: dict[str, list[str]]


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group in which anything looks replayed."""
    dates, histories = _dates(tables), _histories(tables)
    names = sorted(dates.replayed.keys() | histories.replayed.keys())
    return [_evidence(name, dates, histories) for name in names if _enough(name, dates, histories)]


def _enough(name: str, dates: _Counted, histories: _Counted) -> bool:
    return max(dates.looked.get(name, 0), histories.looked.get(name, 0)) >= LEAST


def _dates(tables: Tables) -> _Counted:
    """Conversations that declare a date; replayed where it lies days before they began."""
    members = tables.groups.select("group_id", "account").unique()
    facts = tables.facts.filter((nw.col("kind") == "date") & ~nw.col("label").is_null())
    began = tables.exchanges.group_by("thread").agg(nw.col("ts_us").min().alias("began_us"))
    seen = (
        facts.select("account", "thread", "label", "exchange")
        .unique()
        .join(members, on="account", how="inner")
        .join(began, on="thread", how="inner")
    )
    table = collect(seen).sort_by([("group_id", "ascending"), ("exchange", "ascending")])
    days = pc.strptime(table["label"], "%Y-%m-%d", "s", error_is_null=True)
    day = as_ints(days.cast(pa.int64()), missing=1 << 40) // 86_400
    stale = as_ints(table["began_us"]) // DAY_US - day >= STALE_DAYS
    return _count(table, as_ints(table["thread"]), stale)


def _histories(tables: Tables) -> _Counted:
    """Whole histories that were answered; replayed where they are answered anew much later.

    A second answer within the hour is a person's or a router's; one from another account, or much
    later, is not.
    """
    members = tables.groups.select("group_id", "account").unique()
    long = tables.exchanges.filter(
        (nw.col("messages") >= HISTORY)
        & ~nw.col("head").is_null()
        & ~nw.col("after").is_null()
        & nw.col("human_turn").fill_null(value=False)
    )
    seen = long.select("account", "head", "after", "ts_us", "exchange", "row").join(
        members, on="account", how="inner"
    )
    table = collect(seen).sort_by(
        [("group_id", "ascending"), ("ts_us", "ascending"), ("row", "ascending")]
    )
    group = _group(table)
    head, ts_us = numbered(group, as_ints(table["head"])), as_ints(table["ts_us"])
    answers = numbered(head.number, as_ints(table["after"]))
    several = np.bincount(head.number[answers.first], minlength=head.count) > 1
    later = ts_us - ts_us[head.first][head.number] > ANEW_US
    return _count(table, as_ints(table["head"]), several[head.number] & later)


def _group(table: pa.Table) -> Ints:
    names = np.array(table["group_id"].to_pylist(), dtype=np.str_)
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _count(table: pa.Table, unit: Ints, replayed: np.ndarray) -> _Counted:
    """Count units by group; a unit is replayed where any of its lines is."""
    names = np.unique(np.array(table["group_id"].to_pylist(), dtype=np.str_))
    group = _group(table)
    units = numbered(group, unit)
    marked = np.bincount(units.number, replayed, units.count) > 0
    of_group = group[units.first]
    looked = np.bincount(of_group, minlength=len(names))
    hits = np.bincount(of_group, marked, len(names))
    exchange = table["exchange"]
    shown = {
        str(name): exchange.take(pa.array(np.flatnonzero(replayed & (group == place))[:EXHIBITS]))
        for place, name in enumerate(names)
        if hits[place]
    }
    return _Counted(
        {str(name): int(count) for name, count in zip(names, looked, strict=True)},
        {str(name): int(count) for name, count in zip(names, hits, strict=True) if count},
        {name: found.to_pylist() for name, found in shown.items()},
    )


def log10_ratio(replayed: int, looked: int) -> float:
    """How much likelier so many replays are in a store that is replayed than elsewhere."""
    counts = np.array([float(replayed)]), np.array([float(looked)])
    return float(log10_odds(*counts, several=REPLAYED, one=USUAL)[0])


def _evidence(name: str, dates: _Counted, histories: _Counted) -> Evidence:
    old, dated = dates.replayed.get(name, 0), dates.looked.get(name, 0)
    again, long = histories.replayed.get(name, 0), histories.looked.get(name, 0)
    both = [np.array([log10_ratio(old, dated)]), np.array([log10_ratio(again, long)])]
    exhibits = [Exhibit(one, "declares a date days ago") for one in dates.shown.get(name, [])]
    exhibits += [
        Exhibit(one, "asks the same history anew") for one in histories.shown.get(name, [])
    ]
    return Evidence(
        signal=SIGNAL.id,
        family="extraction",
        account=name,
        log10_lr=MODEL.log10_lr(float(log10_mean(*both)[0])),
        says=(
            f"{old} of {dated} conversations that declare a date begin {STALE_DAYS} days after it "
            f"or later; {again} of {long} whole histories are answered anew more than an hour on."
        ),
        innocent_twin=TWIN,
        exhibits=tuple(exhibits),
        numbers={"old": old, "dated": dated, "again": again, "histories": long},
    )


SIGNAL = Signal(
    id="replayed-conversations",
    title="Stored conversations replayed",
    question="Do the accounts send conversations that were had before, with old dates or again?",
    family="extraction",
    exact=False,
    null_model=(
        "The share of conversations with an old date, and of histories asked anew after an hour, is "
        "beta-distributed: around 2% elsewhere, half in a replay. The mean of the two likelihood "
        "ratios counts. Most campaigns do not replay, so silence says nothing."
    ),
    innocent_twin=TWIN,
    gaps="Replays on the day itself; dates taken out; conversations replayed once from outside.",
    references=(
        "Anthropic, September 2026 report: conversations of own users stored and replayed",
        "Vovk and Wang, E-values: calibration, combination and applications, 2021",
    ),
    ask=ask,
    about="group",
    parameters={
        **MODEL.parameters(),
        "stale_days": Parameter(STALE_DAYS, "days; time zones explain one", ASSUMED),
        "anew_h": Parameter(ANEW_US / HOUR_US, "hours", ASSUMED),
        "history": Parameter(HISTORY, "turns of a whole history", ASSUMED),
        "replayed": Parameter(REPLAYED[0] / sum(REPLAYED), "mean share in a replay", ASSUMED),
        "usual": Parameter(USUAL[0] / sum(USUAL), "mean share elsewhere", ASSUMED),
        "least": Parameter(LEAST, "conversations or histories", ASSUMED),
    },
)
