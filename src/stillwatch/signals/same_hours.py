"""Whether the accounts of a group begin, pause and stop together, hour by hour.

Everybody has hours of their own, and strangers' hours differ much more than chance. Accounts that
one list of work drives are active in the same hours, in the same proportions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
from scipy.special import gammaln, logsumexp

from stillwatch.signals.clockwork import PARAMETERS, clockwork
from stillwatch.signals.group_calls import (
    HOUR_US,
    Floats,
    GroupCalls,
    Ints,
    as_ints,
    group_calls,
    others,
)
from stillwatch.signals.model import Evidence, Frame, Parameter, Signal, Tables, collect
from stillwatch.signals.numbering import numbered
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered

TWIN = "Services that never rest, whose hours are alike; or a class that works in one evening."
AVOIDED = 0.3
STEADY = 12.0
"""Where others' hours are this alike, half of the honest groups are as alike as operated ones."""
LEAST_UNITS = 5
LEAST_EACH = 4
LEAST_HOURS = 6
LEAST_OTHERS = 20
USUAL = 2.0
NEVER_RESTS = 0.35
"""Services that run all day or as everybody's day goes: 5 of 17 honest groups on the range's tuning
scenario (2026-11) were of such."""
EVEN = 0.4
LOW, HIGH = 0.3, 30.0
OWN, ALIKE = np.geomspace(0.25, 4.0, 7), np.geomspace(8.0, 500.0, 7)
"""Concentrations of own hours and of common hours, as multiples of what is usual among others."""


@dataclass(frozen=True)
class Hours:
    """In which hours the customers of a group call: one entry for each customer and active hour.

    Attributes:
        unit: number of the customer.
        hour: number of the hour, from 0.
        since: the first of these hours, counted from 1970.
        count: calls of the customer in the hour.
    """

    unit: Ints
    hour: Ints
    count: Ints
    since: int = 0


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group whose customers call often enough over several hours."""
    calls = group_calls(tables)
    if not len(calls.ts_us):
        return []
    usual, everybody = _usual(tables), _everybody(tables)
    found = [(name, part, _hours(calls, part)) for name, part in calls.bounds()]
    return [
        _evidence(calls, name, part, hours, usual, log10_ratio(hours, usual, everybody))
        for name, part, hours in found
        if len(np.unique(hours.unit)) >= LEAST_UNITS and len(np.unique(hours.hour)) >= LEAST_HOURS
    ]


def _hours(calls: GroupCalls, part: slice) -> Hours:
    unit = numbered(calls.unit[part])
    often = unit.size[unit.number] >= LEAST_EACH
    hour = calls.ts_us[part][often] // HOUR_US
    cells = numbered(unit.number[often], hour)
    since = int(hour.min()) if len(hour) else 0
    return Hours(
        numbered(unit.number[often][cells.first]).number,
        hour[cells.first] - since,
        cells.size,
        since,
    )


def _usual(tables: Tables) -> float:
    """How alike the hours of accounts in no group are: a concentration, by their moments."""
    cells = collect(_cells_of_others(tables))
    account = cells["account"].combine_chunks().dictionary_encode().indices.to_numpy()
    order = np.lexsort((as_ints(cells["hour"]), account))
    hours = Hours(account[order], as_ints(cells["hour"])[order], as_ints(cells["count"])[order])
    total = np.bincount(hours.unit, hours.count) if len(order) else np.zeros(0)
    enough = total >= LEAST_EACH
    if enough.sum() < LEAST_OTHERS:
        return USUAL
    pairs = np.bincount(hours.unit, hours.count * (hours.count - 1))[enough]
    same = float(np.mean(np.sort(pairs / (total[enough] * (total[enough] - 1)))))
    everybody = np.bincount(numbered(hours.hour).number, hours.count) / total.sum()
    chance = float((everybody**2).sum())
    return float(np.clip((1 - same) / max(same - chance, 1e-9), LOW, HIGH))


def _cells_of_others(tables: Tables) -> Frame:
    hour = (nw.col("ts_us") // HOUR_US).cast(nw.Int64)
    cells = others(tables).select("account", hour=hour).group_by("account", "hour")
    return cells.agg(nw.len().cast(nw.Int64).alias("count"))


def _everybody(tables: Tables) -> dict[int, int]:
    """Exchanges of everybody, by hour counted from 1970."""
    hour = (nw.col("ts_us") // HOUR_US).cast(nw.Int64)
    hours = tables.exchanges.select(hour=hour).group_by("hour")
    table = collect(hours.agg(nw.len().cast(nw.Int64).alias("count")))
    return dict(zip(table["hour"].to_pylist(), table["count"].to_pylist(), strict=True))


def log10_ratio(hours: Hours, usual: float, everybody: Mapping[int, int]) -> float:
    """How much likelier the hours are when common to all customers than when everybody has theirs.

    Args:
        hours: active hours; each customer's are Dirichlet-multinomial around common ones.
        usual: concentration of honest accounts around the hours of others in their group.
        everybody: exchanges of everybody by hour. Services that never rest are steady around
            these, or around an even day.
    """
    total: Floats = np.bincount(hours.unit, hours.count).astype(np.float64)
    each = np.bincount(hours.hour, hours.count)
    # Around the others' hours, so that nobody is compared with himself; half a call an hour more.
    of_others = each[hours.hour] - hours.count + 0.5
    common = of_others / (each.sum() - total + 0.5 * len(each))[hours.unit]
    day = np.array([everybody.get(hours.since + hour, 0) for hour in range(len(each))])
    day = np.maximum(day - each, 0) + 0.5  # the group itself is no measure of everybody
    bases = [common, (day / day.sum())[hours.hour], np.full(len(hours.hour), 1 / len(each))]
    alike, restless, even = (
        [_log(hours, total, base, usual * factor) for factor in ALIKE] for base in bases
    )
    own = [_log(hours, total, common, usual * factor) for factor in OWN]
    never = np.log(NEVER_RESTS / 2) + logsumexp(restless + even) - np.log(len(ALIKE))
    rests = np.log(1 - NEVER_RESTS) + logsumexp(own) - np.log(len(OWN))
    steady = np.log(EVEN) + logsumexp(even)
    operated = np.logaddexp(np.log(1 - EVEN) + logsumexp(alike), steady) - np.log(len(ALIKE))
    return float((operated - np.logaddexp(never, rests)) / np.log(10))


def _log(hours: Hours, total: Floats, expected: Floats, concentration: float) -> float:
    prior = concentration * expected
    cells = (gammaln(prior + hours.count) - gammaln(prior)).sum()
    return float(cells + (gammaln(concentration) - gammaln(concentration + total)).sum())


def _evidence(
    calls: GroupCalls, name: str, part: slice, hours: Hours, usual: float, ratio: float
) -> Evidence:
    unit, ts_us = numbered(calls.unit[part]), calls.ts_us[part]
    model = Tempered(honest=usual / (usual + STEADY), avoided=AVOIDED)
    clocked = clockwork(unit.number, ts_us)
    note = " Clocks start their calls, so equal hours say nothing." if clocked else ""
    begins, ends = _spread_h(ts_us[unit.first]), _spread_h(_last(ts_us, unit.number))
    customers = len(np.unique(hours.unit))
    active = len(np.unique(hours.hour))
    return Evidence(
        signal=SIGNAL.id,
        family="coordination",
        account=name,
        log10_lr=0.0 if clocked else model.log10_lr(ratio),
        says=(
            f"{customers} customers with {LEAST_EACH} calls or more share {active} active hours; "
            f"the middle four fifths of first calls lie within {begins:.1f} hours and those of last "
            f"calls within {ends:.1f}.{note}"
        ),
        innocent_twin=TWIN,
        exhibits=(
            calls.exhibit(part.start, "first call of the group"),
            calls.exhibit(part.stop - 1, "last call of the group"),
        ),
        numbers={
            "customers": customers,
            "hours": active,
            "begins_h": round(begins, 3),
            "ends_h": round(ends, 3),
            "usual": round(usual, 4),
            "clocked": int(clocked),
        },
    )


def _last(ts_us: Ints, unit: Ints) -> Ints:
    last = np.zeros(int(unit.max()) + 1, np.int64)
    np.maximum.at(last, unit, ts_us)
    return last


def _spread_h(ts_us: Ints) -> float:
    low, high = np.quantile(ts_us - ts_us.min(), [0.1, 0.9])
    return float((high - low) / HOUR_US)


SIGNAL = Signal(
    id="same-hours",
    title="Same hours",
    question="Do the accounts of the group begin, pause and stop together?",
    family="coordination",
    exact=False,
    null_model=(
        "Each customer's active hours are Dirichlet-multinomial around those of the others in the "
        "group, or, for services that never rest, around everybody's day. How far honest "
        "accounts stray is estimated from accounts in no group: the less, the less it weighs."
    ),
    innocent_twin=TWIN,
    gaps="Operators who give each account waking hours; fewer than 4 calls an account.",
    references=(
        "Cao et al., Uncovering large groups of active malicious accounts (SynchroTrap), CCS 2014",
        "Anthropic, Detecting and preventing distillation attacks, 2026-02: synchronised traffic",
    ),
    ask=ask,
    about="group",
    parameters={
        **PARAMETERS,
        "avoided": Parameter(AVOIDED, "share of operators that avoid it", ASSUMED),
        "steady": Parameter(STEADY, "concentration at which hours tell half", ASSUMED),
        "least_units": Parameter(LEAST_UNITS, "customers", ASSUMED),
        "least_each": Parameter(LEAST_EACH, "calls of a customer", ASSUMED),
        "least_hours": Parameter(LEAST_HOURS, "hours with calls", ASSUMED),
        "never_rests": Parameter(NEVER_RESTS, "share of honest groups", "tuning scenario, 2026-11"),
        "even": Parameter(EVEN, "share of operated groups that work evenly all day", ASSUMED),
        "usual": Parameter(USUAL, "concentration where too few others are seen", ASSUMED),
    },
)
