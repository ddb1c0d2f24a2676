"""Whether the accounts of a group move to another model within hours of each other.

Around a release everybody moves. What counts is how many more of the group move in the same hours
than of those who used the same model before.
"""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from stillwatch.signals.commonness import LOOSE, log10_shared, share_of_others
from stillwatch.signals.group_calls import HOUR_US, GroupCalls, Ints, as_ints, group_calls, others
from stillwatch.signals.model import Evidence, Parameter, Signal, Tables, collect
from stillwatch.signals.numbering import numbered
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered

TWIN = "A release day on which everybody moves, or a tool whose new version changes its default."
MODEL = Tempered(honest=0.05, avoided=0.7)
WINDOW_US = 6 * HOUR_US
EACH_SIDE = 3
LEFT = 0.3
LEAST_UNITS = 3
EXHIBITS = 4


@dataclass(frozen=True)
class _Moves:
    """Customers of a group that could move from one model, and those that did in one window.

    `since_us` is when the window begins; `shown` holds positions of first calls of the new model.
    """

    able: int
    moved: int
    model: str
    since_us: int
    windows: float
    shown: tuple[int, ...]


@dataclass(frozen=True)
class _Uses:
    """Use of models by accounts in no group: account, model, six hours, exchanges."""

    account: Ints
    model: NDArray[np.str_]
    bin: Ints
    count: Ints


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group of which at least two customers move."""
    calls = group_calls(tables, "model")
    moves = [(name, _moves(calls, part)) for name, part in calls.bounds()]
    found = [(name, seen) for name, seen in moves if seen and seen.moved >= 2]
    if not found:
        return []
    uses = _uses(tables)
    return [_evidence(calls, name, seen, _rate(uses, seen)) for name, seen in found]


def _moves(calls: GroupCalls, part: slice) -> _Moves | None:
    """The six hours in which most customers leave the model that most began with."""
    words = np.array(calls.table["model"][part].fill_null("").to_pylist(), dtype=np.str_)
    if not len(words):
        return None
    models, model = np.unique(words, return_inverse=True)
    unit, ts_us = numbered(calls.unit[part]), calls.ts_us[part]
    old = np.bincount(model[unit.first]).argmax()
    place = np.arange(len(model))
    new = np.full(unit.count, len(model))
    np.minimum.at(new, unit.number, np.where(model == old, len(model), place))
    before = np.bincount(unit.number, place < new[unit.number])
    after = unit.size - before
    stays = np.bincount(unit.number, (place > new[unit.number]) & (model == old))
    able = (before >= EACH_SIDE) & ((new == len(model)) | (after >= EACH_SIDE))
    moved = np.sort(new[able & (new < len(model)) & (stays <= LEFT * after)])
    if able.sum() < LEAST_UNITS or not len(moved):
        return None
    reach = np.searchsorted(ts_us[moved], ts_us[moved] + WINDOW_US, side="right")
    best = int((reach - np.arange(len(moved))).argmax())
    chosen = moved[best : int(reach[best])]
    return _Moves(
        able=int(able.sum()),
        moved=len(chosen),
        model=str(models[old]),
        since_us=int(ts_us[chosen[0]]),
        windows=1.0 + float(ts_us[-1] - ts_us[0]) / WINDOW_US,
        shown=tuple(part.start + int(one) for one in chosen[:EXHIBITS]),
    )


def _uses(tables: Tables) -> _Uses:
    named = others(tables).filter(~nw.col("model").is_null())
    cells = named.select(
        "account", "model", bin=(nw.col("ts_us") // WINDOW_US).cast(nw.Int64)
    ).group_by("account", "model", "bin")
    table = collect(cells.agg(nw.len().cast(nw.Int64).alias("count")))
    account = table["account"].combine_chunks().dictionary_encode().indices.to_numpy()
    model = np.array(table["model"].to_pylist(), dtype=np.str_)
    return _Uses(account.astype(np.int64), model, as_ints(table["bin"]), as_ints(table["count"]))


def _rate(uses: _Uses, moves: _Moves) -> tuple[int, int]:
    """Of the accounts in no group that used the model before and anything after: who left it?"""
    first = moves.since_us // WINDOW_US
    earlier, later = uses.bin < first, uses.bin > first + 1
    same = uses.model == moves.model
    count = int(uses.account.max(initial=-1)) + 1
    before = np.bincount(uses.account, uses.count * (earlier & same), count)
    after = np.bincount(uses.account, uses.count * later, count)
    kept = np.bincount(uses.account, uses.count * (later & same), count)
    able = (before >= 1) & (after >= 1)
    return int((able & (kept <= LEFT * after)).sum()), int(able.sum())


def _evidence(calls: GroupCalls, name: str, seen: _Moves, rate: tuple[int, int]) -> Evidence:
    left, able = rate
    ratio = log10_shared(seen.moved, seen.able, share_of_others(left, able), tried=seen.windows)
    return Evidence(
        signal=SIGNAL.id,
        family="coordination",
        account=name,
        log10_lr=MODEL.log10_lr(ratio),
        says=(
            f"{seen.moved} of {seen.able} customers leave the model that they began with within "
            f"the same six hours; of others who used it before, {left} of {able} do."
        ),
        innocent_twin=TWIN,
        exhibits=tuple(calls.exhibit(place, "first call of another model") for place in seen.shown),
        numbers={"moved": seen.moved, "able": seen.able, "others_moved": left, "others": able},
    )


SIGNAL = Signal(
    id="moves-together",
    title="Models changed together",
    question="Do the accounts move to another model within hours of each other, unlike others?",
    family="coordination",
    exact=False,
    null_model=(
        "The share of honest customers that move in the six hours varies widely around that of "
        "everybody else that used the same model (beta-binomial, concentration 3). The weight is "
        "corrected for the search of the hours."
    ),
    innocent_twin=TWIN,
    gaps="Campaigns that stay with one model; groups of fewer than 3 calls on either side.",
    references=(
        "Anthropic, Detecting and preventing distillation attacks, 2026-02: a campaign's move",
    ),
    ask=ask,
    about="group",
    parameters={
        **MODEL.parameters(),
        "window_h": Parameter(WINDOW_US / HOUR_US, "hours", ASSUMED),
        "each_side": Parameter(EACH_SIDE, "calls before and after", ASSUMED),
        "left": Parameter(LEFT, "share of later calls that may be of the old model", ASSUMED),
        "loose": Parameter(LOOSE, "concentration of honest groups", ASSUMED),
    },
)
