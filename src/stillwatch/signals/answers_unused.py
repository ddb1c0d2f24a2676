"""Whether the answers to a group's calls are never followed up: an open loop.

A person reads an answer and goes on; an agent goes on after each tool call. A harvest stores the
answer and asks the next thing in a new conversation. So do batch programs, which is why a group
is compared with everybody else in the same store.
"""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np

from stillwatch.signals.betting import Rate
from stillwatch.signals.commonness import LOOSE, log10_shared, share_of_others
from stillwatch.signals.group_calls import (
    GroupCalls,
    Ints,
    as_ints,
    customer_numbers,
    group_calls,
    others,
)
from stillwatch.signals.model import Evidence, Parameter, Signal, Tables, collect
from stillwatch.signals.numbering import numbered
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered

TWIN = "Batch programs of unrelated users: classification, extraction, nightly jobs, all one-shot."
MODEL = Tempered(honest=0.4, avoided=0.25)
OPERATED: Rate = (20.0, 1.0)
LEAST_THREADS = 5
OPEN = 0.05
LEAST_UNITS = 3
LEAST_OTHERS = 20
EXHIBITS = 4


@dataclass(frozen=True)
class _Loops:
    """Customers with enough conversations, and how many of them hardly ever go on."""

    open: int
    customers: int


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group with enough customers who have enough conversations."""
    last = tables.exchanges.group_by("thread").agg(nw.col("ts_us").max().alias("last_us"))
    calls = group_calls(tables, "thread")
    everybody = _everybody(tables)
    if everybody.customers < LEAST_OTHERS or not len(calls.ts_us):
        return []
    ends = collect(last)
    order = np.argsort(as_ints(ends["thread"]))
    threads, ended = as_ints(ends["thread"])[order], as_ints(ends["last_us"])[order]
    place = np.searchsorted(threads, calls.ints("thread"))
    goes_on = ended[place] > calls.ts_us
    found = [
        (
            name,
            part,
            _loops(calls.unit[part], calls.ints("thread")[part], goes_on[part].astype(np.int64)),
        )
        for name, part in calls.bounds()
    ]
    return [
        _evidence(calls, part, name, seen, everybody)
        for name, part, seen in found
        if seen.customers >= LEAST_UNITS
    ]


def _everybody(tables: Tables) -> _Loops:
    """The same of customers that are in no group."""
    ended = others(tables).group_by("account", "customer", "thread")
    table = collect(ended.agg(nw.len().alias("exchanges")))
    goes_on = as_ints(table["exchanges"]) > 1
    return _loops(customer_numbers(table), as_ints(table["thread"]), goes_on.astype(np.int64))


def _loops(unit: Ints, thread: Ints, goes_on: Ints) -> _Loops:
    """Count customers by their conversations; one that ever goes on is no open loop."""
    pairs = numbered(unit, thread)
    went_on = np.bincount(pairs.number, goes_on, pairs.count) > 0
    customer = numbered(unit[pairs.first])
    share = np.bincount(customer.number, went_on, customer.count) / np.maximum(customer.size, 1)
    enough = customer.size >= LEAST_THREADS
    return _Loops(int((enough & (share <= OPEN)).sum()), int(enough.sum()))


def _evidence(
    calls: GroupCalls, part: slice, name: str, seen: _Loops, everybody: _Loops
) -> Evidence:
    share = share_of_others(everybody.open, everybody.customers)
    ratio = log10_shared(seen.open, seen.customers, share, operated=OPERATED)
    return Evidence(
        signal=SIGNAL.id,
        family="extraction",
        account=name,
        log10_lr=MODEL.log10_lr(ratio),
        says=(
            f"{seen.open} of {seen.customers} customers never go on after the answer to a call of "
            f"the template; of everybody else {everybody.open} of {everybody.customers} never do."
        ),
        innocent_twin=TWIN,
        exhibits=tuple(
            calls.exhibit(place, "call of the template")
            for place in range(part.start, min(part.stop, part.start + EXHIBITS))
        ),
        numbers={
            "open": seen.open,
            "customers": seen.customers,
            "others_open": everybody.open,
            "others": everybody.customers,
        },
    )


SIGNAL = Signal(
    id="answers-unused",
    title="Answers never used again",
    question="Are the answers to the group's calls never followed up in their conversations?",
    family="extraction",
    exact=False,
    null_model=(
        "The share of an honest group's customers that never go on varies widely around that of "
        "everybody else (beta-binomial, concentration 3); where most of everybody run one-shot "
        "programs it weighs nothing. Four in ten honest templates belong to one-shot programs."
    ),
    innocent_twin=TWIN,
    gaps="Harvests of whole agent sessions, which go on; answers copied into new conversations.",
    references=(
        "No measurement is published; that harvests are open loops is an assumption (2026-11)",
        "Baseline of programs and people: the range's tuning scenarios, 2026-11",
    ),
    ask=ask,
    about="group",
    parameters={
        **MODEL.parameters(),
        "operated": Parameter(
            OPERATED[0] / sum(OPERATED), "mean share of customers in a harvest", ASSUMED
        ),
        "least_threads": Parameter(LEAST_THREADS, "conversations a customer", ASSUMED),
        "open": Parameter(OPEN, "share of conversations that may go on", ASSUMED),
        "least_units": Parameter(LEAST_UNITS, "customers", ASSUMED),
        "least_others": Parameter(LEAST_OTHERS, "other customers", ASSUMED),
        "loose": Parameter(LOOSE, "concentration of honest groups", ASSUMED),
    },
)
