"""Whether the group's next call lands on another account, as if somebody dealt the calls out.

People work in sittings: who has just asked is likely to ask again. A balancer forgets who was
last (random choice) or avoids him (round robin, least loaded).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp

from stillwatch.signals.clockwork import PARAMETERS, clockwork
from stillwatch.signals.group_calls import GroupCalls, Ints, group_calls, sizes
from stillwatch.signals.model import Evidence, Parameter, Signal, Tables
from stillwatch.signals.numbering import numbered
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered

TWIN = "Many people who each ask once in a while, or strangers' jobs that clocks start."
MODEL = Tempered(honest=0.01, avoided=0.2)
LEAST_UNITS = 3
LEAST_CALLS = 20
LEAST_EXPECTED = 2.0
LAGS = 8
ROUND, RANDOM, SITTINGS = "avoids", "forgets", "returns"
_RETURNS = {
    ROUND: np.linspace(0.02, 0.5, 9),
    RANDOM: np.linspace(0.85, 1.15, 5),
    SITTINGS: np.geomspace(1.2, 60.0, 16),
}
OPERATED = {ROUND: 0.5, RANDOM: 0.4, SITTINGS: 0.1}
HONEST = {ROUND: 0.01, RANDOM: 0.2, SITTINGS: 0.79}


@dataclass(frozen=True)
class Returns:
    """How often a caller comes back soon.

    Attributes:
        units: customers with calls.
        calls: conversations that were begun.
        lags: a return within this many calls is soon.
        seen: soon returns for each lag, on average.
        expected: the same when the calls are in random order, given everybody's load.
        deviation: standard deviation of `seen` in random order, for one lag.
        clocked: clocks start the calls, so that their order says nothing.
        shown: positions of two calls next to each other.
    """

    units: int
    calls: int
    lags: int
    seen: float
    expected: float
    deviation: float
    clocked: bool
    shown: int


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group with enough conversations for a return to be expected."""
    calls = _openings(group_calls(tables, "thread"))
    found = [
        (name, _returns(calls, part))
        for name, part in calls.bounds()
        if part.stop - part.start >= LEAST_UNITS
    ]
    return [
        _evidence(calls, name, seen)
        for name, seen in found
        if seen.units >= LEAST_UNITS
        and seen.calls >= LEAST_CALLS
        and seen.expected >= LEAST_EXPECTED
    ]


def _openings(calls: GroupCalls) -> GroupCalls:
    """The first call of each conversation: what follows it belongs to it."""
    thread, known = calls.ints("thread"), ~calls.table["thread"].is_null().to_numpy()
    alone = np.where(known, thread, np.arange(len(thread)))
    first = numbered(calls.group, calls.account, known.astype(np.int64), alone).first
    kept = np.zeros(len(thread), bool)
    kept[first] = True
    return calls.where(kept)


def _returns(calls: GroupCalls, part: slice) -> Returns:
    unit = numbered(calls.unit[part]).number
    loads = sizes(unit)
    count = len(unit)
    chance = float((loads * (loads - 1)).sum() / (count * (count - 1)))
    lags = int(min(LAGS, max(1, 1 / max(chance, 1 / count) / 4), count - 1))
    pairs = [unit[lag:] == unit[:-lag] for lag in range(1, lags + 1)]
    return Returns(
        units=len(loads),
        calls=count,
        lags=lags,
        seen=sum(int(same.sum()) for same in pairs) / lags,
        expected=chance * sum(len(same) for same in pairs) / lags,
        deviation=successor_deviation(loads),
        clocked=clockwork(unit, calls.ts_us[part]),
        shown=part.start,
    )


def successor_deviation(loads: Ints) -> float:
    """Standard deviation of how many calls follow one of the same caller, in random order.

    Exact given the loads: over all orders, the variance of the number of equal neighbours.
    """
    n = float(loads.sum())
    if n < 4:
        return 0.0
    pairs = (loads * (loads - 1)).astype(np.float64)
    triples = float((pairs * (loads - 2)).sum())
    fours = float((pairs * (loads - 2) * (loads - 3)).sum())
    mean = float(pairs.sum()) / n
    touching = 2 * triples / (n * (n - 1))
    apart = (fours + float(pairs.sum()) ** 2 - float((pairs**2).sum())) / (n * (n - 1))
    return float(np.sqrt(max(mean + touching + apart - mean * mean, 0.0)))


def log10_ratio(seen: float, expected: float) -> float:
    """How much likelier the number of soon returns is when calls are dealt out than when not.

    Args:
        seen: soon returns.
        expected: soon returns in random order. Their number is Poisson around this, times a
            factor below 1 (round robin), about 1 (random) or above 1 (people in sittings).
    """
    logs = {
        kind: float(logsumexp(seen * np.log(factor * expected) - factor * expected))
        - np.log(len(factor))
        - gammaln(seen + 1)
        for kind, factor in _RETURNS.items()
    }
    operated = logsumexp([logs[kind] + np.log(share) for kind, share in OPERATED.items()])
    honest = logsumexp([logs[kind] + np.log(share) for kind, share in HONEST.items()])
    return float((operated - honest) / np.log(10))


def _evidence(calls: GroupCalls, name: str, seen: Returns) -> Evidence:
    weight = 0.0 if seen.clocked else MODEL.log10_lr(log10_ratio(seen.seen, seen.expected))
    note = " Clocks start them, so their order says nothing." if seen.clocked else ""
    lags = "call after" if seen.lags == 1 else f"{seen.lags} calls after"
    return Evidence(
        signal=SIGNAL.id,
        family="coordination",
        account=name,
        log10_lr=weight,
        says=(
            f"Over {seen.calls} conversations of {seen.units} customers, the caller is the same in "
            f"the {lags} {seen.seen:.1f} times on average; random order would give "
            f"{seen.expected:.1f} (standard deviation {seen.deviation:.1f}).{note}"
        ),
        innocent_twin=TWIN,
        exhibits=tuple(
            calls.exhibit(seen.shown + step, f"call {step + 1} in the group's order")
            for step in range(3)
        ),
        numbers={
            "customers": seen.units,
            "conversations": seen.calls,
            "seen": round(seen.seen, 4),
            "expected": round(seen.expected, 4),
            "deviation": round(seen.deviation, 4),
            "clocked": int(seen.clocked),
        },
    )


SIGNAL = Signal(
    id="interleaved-calls",
    title="Calls dealt out",
    question="Does the group's next call land elsewhere as often as if somebody dealt them out?",
    family="coordination",
    exact=False,
    null_model=(
        "In random order, given the loads, the number of soon returns to one caller is known "
        "exactly. Honest callers mostly return more often (factor 1.2 to 60: sittings); 20% of "
        "honest groups have callers as steady as chance, 1% avoid each other. Operated groups "
        "avoid (50%), forget (40%) or stay (10%)."
    ),
    innocent_twin=TWIN,
    gaps="Operators who keep each worker on one account for a sitting; groups of rare callers.",
    references=(
        "Wald and Wolfowitz, On a test whether two samples are from the same population, 1940",
        "Round robin with failover in CLIProxyAPI and sub2api (source read 2026-10)",
    ),
    ask=ask,
    about="group",
    parameters={
        **MODEL.parameters(),
        **PARAMETERS,
        "least_units": Parameter(LEAST_UNITS, "customers", ASSUMED),
        "least_calls": Parameter(LEAST_CALLS, "conversations", ASSUMED),
        "least_expected": Parameter(LEAST_EXPECTED, "returns in random order", ASSUMED),
        "lags": Parameter(LAGS, "calls; at most a quarter of a round", ASSUMED),
        "honest_random": Parameter(
            HONEST[RANDOM], "share of honest groups", "28 of 188 in tuning, 2026-11, rounded up"
        ),
    },
)
