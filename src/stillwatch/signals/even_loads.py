"""Whether the accounts of a group carry near-equal loads, as a balancer would deal them.

Strangers use the same tool once or a thousand times. Whoever deals a list of prompts out over
accounts gives each about as many.
"""

import numpy as np
from scipy.special import gammaln, logsumexp

from stillwatch.signals.clockwork import PARAMETERS, clockwork
from stillwatch.signals.group_calls import GroupCalls, Ints, group_calls, sizes
from stillwatch.signals.model import Evidence, Parameter, Signal, Tables
from stillwatch.signals.numbering import numbered
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered

TWIN = (
    "A class with an assignment of fixed length, or strangers' jobs that the same clock starts: "
    "their loads are equal without anybody dealing them."
)
MODEL = Tempered(honest=0.12, avoided=0.3)
LEAST_UNITS = 3
LEAST_MEAN = 6.0
EDGE = 0.25
UNEVEN = tuple(np.geomspace(0.3, 4.0, 8))
EVEN = tuple(np.geomspace(8.0, 2000.0, 8))


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group with enough accounts that stay to its end."""
    calls = group_calls(tables)
    found = [
        (name, part, _loads(calls, part))
        for name, part in calls.bounds()
        if part.stop - part.start >= LEAST_UNITS
    ]
    return [
        _evidence(calls, name, part, loads)
        for name, part, loads in found
        if len(loads) >= LEAST_UNITS and loads.mean() >= LEAST_MEAN
    ]


def _loads(calls: GroupCalls, part: slice) -> Ints:
    """Calls of each customer who is there from the first quarter of the group's time to the last.

    Who comes late or is cut off has fewer calls for a reason of its own.
    """
    units = numbered(calls.unit[part])
    ts_us = calls.ts_us[part]
    first, last = np.full(units.count, ts_us[-1]), np.full(units.count, ts_us[0])
    np.minimum.at(first, units.number, ts_us)
    np.maximum.at(last, units.number, ts_us)
    edge = EDGE * (ts_us[-1] - ts_us[0])
    stays = (first <= ts_us[0] + edge) & (last >= ts_us[-1] - edge)
    # Who stays is busier than who does not; where few stay, that alone makes them alike.
    loads: Ints = sizes(units.number)[stays if 2 * stays.sum() >= units.count else []]
    return loads


def log10_ratio(loads: Ints) -> float:
    """How much likelier the loads are when dealt out than when everybody has a load of his own.

    Args:
        loads: calls of each customer, at least 2 each: who stays to the end has called twice, so
            the loads beyond that are compared. Shares are Dirichlet-distributed, and the counts
            Dirichlet-multinomial, given their sum.
    """
    beyond = np.maximum(loads - 2, 0)
    even = logsumexp([_log(beyond, each) for each in EVEN]) - np.log(len(EVEN))
    uneven = logsumexp([_log(beyond, each) for each in UNEVEN]) - np.log(len(UNEVEN))
    return float((even - uneven) / np.log(10))


def _log(loads: Ints, each: float) -> float:
    """Log probability of counts given their sum, without what does not depend on `each`."""
    total, every = loads.sum(), each * len(loads)
    return float(
        gammaln(every) - gammaln(every + total) + (gammaln(each + loads) - gammaln(each)).sum()
    )


def _evidence(calls: GroupCalls, name: str, part: slice, loads: Ints) -> Evidence:
    clocked = clockwork(numbered(calls.unit[part]).number, calls.ts_us[part])
    note = " Clocks start their calls, so equal loads say nothing." if clocked else ""
    spread = float(loads.std(ddof=1) / loads.mean())
    low, middle, high = (round(float(load)) for load in np.quantile(loads, [0.1, 0.5, 0.9]))
    return Evidence(
        signal=SIGNAL.id,
        family="coordination",
        account=name,
        log10_lr=0.0 if clocked else MODEL.log10_lr(log10_ratio(loads)),
        says=(
            f"The {len(loads)} customers that stay from begin to end make {middle} calls in the "
            f"median, four in five of them between {low} and {high}; "
            f"the spread is {spread:.0%} of the mean.{note}"
        ),
        innocent_twin=TWIN,
        exhibits=(
            calls.exhibit(part.start, "first call of the group"),
            calls.exhibit(part.stop - 1, "last call of the group"),
        ),
        numbers={
            "customers": len(loads),
            "mean": round(float(loads.mean()), 3),
            "spread": round(spread, 4),
            "clocked": int(clocked),
        },
    )


SIGNAL = Signal(
    id="even-loads",
    title="Near-equal loads",
    question="Do the accounts of the group make about as many calls each?",
    family="coordination",
    exact=False,
    null_model=(
        "Loads of unrelated users are Dirichlet-multinomial with shape 0.3 to 4 (a spread of half "
        "the mean to twice the mean); dealt loads have shape 8 and more. Each side is mixed with "
        "the other, for fixed tasks and for operators who vary loads."
    ),
    innocent_twin=TWIN,
    gaps="Loads varied on purpose; accounts that come and go; fewer than 6 calls each.",
    references=(
        "Anthropic, Detecting and preventing distillation attacks, 2026-02: load balancing",
        "Round robin and least-loaded choice in CLIProxyAPI and sub2api (source read 2026-10)",
    ),
    ask=ask,
    about="group",
    parameters={
        **MODEL.parameters(),
        **PARAMETERS,
        "least_units": Parameter(LEAST_UNITS, "customers", ASSUMED),
        "least_mean": Parameter(LEAST_MEAN, "calls each", "short tasks are equal by nature"),
        "edge": Parameter(EDGE, "share of the group's time", ASSUMED),
        "uneven": Parameter(UNEVEN[-1], "highest shape of honest loads", ASSUMED),
        "even": Parameter(EVEN[0], "lowest shape of dealt loads", ASSUMED),
    },
)
