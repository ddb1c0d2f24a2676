"""Whether the accounts of a group begin, pause and stop together, hour by hour.

Everybody has hours of their own, and strangers' hours differ much more than chance. Accounts that
one list of work drives are active in the same hours, in the same proportions.
"""

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
LOW, HIGH = 0.3, 30.0
OWN, ALIKE = np.geomspace(0.25, 4.0, 7), np.geomspace(8.0, 500.0, 7)
"""Concentrations of own hours and of common hours, as multiples of what is usual among others."""


@dataclass(frozen=True)
class Hours:
    """In which hours the customers of a group call: one entry for each customer and active hour.

    Attributes:
        unit: number of the customer.
        hour: number of the hour.
        count: calls of the customer in the hour.
    """

    unit: Ints
    hour: Ints
    count: Ints


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group whose customers call often enough over several hours."""
    calls = group_calls(tables)
    if not len(calls.ts_us):
        return []
    usual = _usual(tables)
    found = [(name, part, _hours(calls, part)) for name, part in calls.bounds()]
    return [
        _evidence(calls, name, part, hours, usual)
        for name, part, hours in found
        if len(np.unique(hours.unit)) >= LEAST_UNITS and len(np.unique(hours.hour)) >= LEAST_HOURS
    ]


def _hours(calls: GroupCalls, part: slice) -> Hours:
    unit = numbered(calls.unit[part])
    often = unit.size[unit.number] >= LEAST_EACH
    cells = numbered(unit.number[often], calls.ts_us[part][often] // HOUR_US)
    return Hours(
        numbered(unit.number[often][cells.first]).number,
        numbered((calls.ts_us[part][often] // HOUR_US)[cells.first]).number,
        cells.size,
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


def log10_ratio(hours: Hours, usual: float) -> float:
    """How much likelier the hours are when common to all customers than when everybody has theirs.

    Args:
        hours: active hours; each customer's are Dirichlet-multinomial around those of the others.
        usual: concentration of honest accounts around common hours.
    """
    total: Floats = np.bincount(hours.unit, hours.count).astype(np.float64)
    each = np.bincount(hours.hour, hours.count)
    # Around the others' hours, so that nobody is compared with himself; half a call an hour more.
    of_others = each[hours.hour] - hours.count + 0.5
    expected = of_others / (each.sum() - total + 0.5 * len(each))[hours.unit]
    alike = [_log(hours, total, expected, usual * factor) for factor in ALIKE]
    own = [_log(hours, total, expected, usual * factor) for factor in OWN]
    return float((logsumexp(alike) - logsumexp(own)) / np.log(10))


def _log(hours: Hours, total: Floats, expected: Floats, concentration: float) -> float:
    prior = concentration * expected
    cells = (gammaln(prior + hours.count) - gammaln(prior)).sum()
    return float(cells + (gammaln(concentration) - gammaln(concentration + total)).sum())


def _evidence(calls: GroupCalls, name: str, part: slice, hours: Hours, usual: float) -> Evidence:
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
        log10_lr=0.0 if clocked else model.log10_lr(log10_ratio(hours, usual)),
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
        "group, so that a rhythm which all of them share weighs nothing by itself. How far honest "
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
        "usual": Parameter(USUAL, "concentration where too few others are seen", ASSUMED),
    },
)
