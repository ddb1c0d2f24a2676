"""What the templates of a group ask for, weighed by how rare it is that anybody asks for it.

Reasoning written out whole, grades by a rubric, traces cleaned, rows of training data: each has
honest uses, and a framework that grades has many honest users. So all customers who share a
wording count as one draw, whose weight is how rare such a request is in the same store.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from stillwatch.signals.asks import ASKS, parameters, shrunk
from stillwatch.signals.commonness import LOOSE, log10_shared
from stillwatch.signals.declared_purposes import covered_by_account
from stillwatch.signals.group_calls import (
    GroupCalls,
    Ints,
    customer_numbers,
    group_calls,
    others,
)
from stillwatch.signals.model import Evidence, Parameter, Signal, Tables, collect
from stillwatch.signals.numbering import numbered
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered
from stillwatch.traits.intents import Intent

TWIN = (
    "Users of one framework for evaluation, audits that keep reasoning, and makers of synthetic "
    "data under licence; accounts whose declared use covers what they ask are left out."
)
MODEL = Tempered(honest=0.008, avoided=0.45)
MOST = 2.0
LEAST_UNITS = 3
SEARCHED = 2.4
"""Eight intents, each with a ratio of at most 0.3 over its share: the sum that chance expects."""
NOTHING = -0.3
"""Of a group that asks for nothing of the kind: packs know about half of all such requests."""
TOLD = 3
EXHIBITS = 2
INTENTS = tuple(ASKS)
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class _Asking:
    """One intent in a group.

    Attributes:
        intent: what is asked for.
        holders: customers of the group who ask for it.
        customers: customers of the group.
        elsewhere: other groups and customers in no group that ask for it.
        others: other groups, and customers in no group.
        shown: positions of calls that ask for it.
    """

    intent: Intent
    holders: int
    customers: int
    elsewhere: int
    others: int
    shown: tuple[int, ...]

    @property
    def log10(self) -> float:
        """How much this weighs by itself; that most don't ask for it speaks for nobody."""
        share = shrunk(self.elsewhere, self.others, self.intent)
        return max(0.0, log10_shared(self.holders, self.customers, share))


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group of enough customers."""
    calls = group_calls(tables)
    if not len(calls.ts_us):
        return []
    asking = collect(
        tables.blocks.filter(nw.col("intents") != 0).select("row", "account", "intents")
    )
    covered = covered_by_account(tables)
    bits = _bits(_of_rows(calls, asking) & ~_of_accounts(calls, covered))
    groups = [_customers(calls.unit[part], bits[part]) for _, part in calls.bounds()]
    holders = np.array([held for held, _ in groups])
    sizes = np.array([size for _, size in groups])
    half = 2 * holders >= sizes[:, None]
    single, customers = _ungrouped(tables, asking, covered)
    elsewhere = single + half.sum(axis=0) - half
    found = []
    for place, (name, part) in enumerate(calls.bounds()):
        if sizes[place] < LEAST_UNITS:
            continue
        seen = [
            _Asking(
                intent=intent,
                holders=int(holders[place, bit]),
                customers=int(sizes[place]),
                elsewhere=int(elsewhere[place, bit]),
                others=customers + len(groups) - 1,
                shown=tuple(part.start + np.flatnonzero(bits[part, bit])[:EXHIBITS]),
            )
            for bit, intent in enumerate(INTENTS)
        ]
        found.append(_evidence(calls, name, seen))
    return found


def _of_rows(calls: GroupCalls, asking: pa.Table) -> Ints:
    """For each call, all that the texts of its exchange ask for."""
    rows, place = np.unique(asking["row"].to_numpy(), return_inverse=True)
    masks = np.zeros(len(rows) + 1, np.int64)
    np.bitwise_or.at(masks, place, asking["intents"].to_numpy())
    row = calls.ints("row")
    found = np.searchsorted(rows, row)
    known = found < len(rows)
    known[known] = rows[found[known]] == row[known]
    asked: Ints = masks[np.where(known, found, len(rows))]
    return asked


def _of_accounts(calls: GroupCalls, covered: Mapping[str, int]) -> Ints:
    masks = np.array([covered.get(account, 0) for account in calls.accounts], np.int64)
    explained: Ints = masks[calls.account]
    return explained


def _bits(masks: Ints) -> Flags:
    """A column for each intent."""
    values = np.array([int(intent) for intent in INTENTS])
    flags: Flags = (masks[:, None] & values) != 0
    return flags


def _customers(unit: Ints, bits: Flags) -> tuple[Ints, int]:
    """By intent, how many customers ask for it, and how many customers there are."""
    number = numbered(unit)
    held = np.zeros((number.count, len(INTENTS)), bool)
    np.logical_or.at(held, number.number, bits)
    counts: Ints = held.sum(axis=0)
    return counts, number.count


def _ungrouped(tables: Tables, asking: pa.Table, covered: Mapping[str, int]) -> tuple[Ints, int]:
    """The same for customers that are in no group."""
    accounts = collect(others(tables).select("account", "customer").unique())
    if not len(accounts):
        return np.zeros(len(INTENTS), np.int64), 0
    names = accounts["account"].to_pylist()
    place = {name: number for number, name in enumerate(names)}
    whose = asking["account"].dictionary_encode().combine_chunks()
    at = np.array([place.get(name, -1) for name in whose.dictionary.to_pylist()], np.int64)
    masks = np.zeros(len(names), np.int64)
    if len(asking):
        where = at[whose.indices.to_numpy()]
        inside = where >= 0
        np.bitwise_or.at(masks, where[inside], asking["intents"].to_numpy()[inside])
    masks &= ~np.array([covered.get(name, 0) for name in names], np.int64)
    return _customers(customer_numbers(accounts), _bits(masks))


def log10_ratio(seen: list[_Asking]) -> float:
    """The weights of all intents: the strongest counts whole, the next by half, and so on.

    What one wording asks for hangs together; and of so many intents the strongest was looked for.
    """
    weights = sorted((one.log10 for one in seen), reverse=True)
    searched = np.log10(SEARCHED) if weights[0] else 0.0
    together = sum(weight * 0.5**place for place, weight in enumerate(weights))
    return float(max(0.0, together - searched) if weights[0] else NOTHING)


def _evidence(calls: GroupCalls, name: str, seen: list[_Asking]) -> Evidence:
    telling = sorted((one for one in seen if one.log10 > 0), key=lambda one: -one.log10)
    parts = [
        f"{one.holders} of {one.customers} customers ask {ASKS[one.intent].says} (of "
        f"{one.others} other groups and customers, {one.elsewhere} do)"
        for one in telling[:TOLD]
    ]
    nothing = (
        f"The {seen[0].customers} customers ask for none of the things that training data are made "
        "of, or for no more than many others do"
    )
    shown = [(place, one.intent) for one in telling[:TOLD] for place in one.shown[:EXHIBITS]]
    return Evidence(
        signal=SIGNAL.id,
        family="extraction",
        account=name,
        log10_lr=min(MOST, MODEL.log10_lr(log10_ratio(seen))),
        says=f"{'; '.join(parts) or nothing}.",
        innocent_twin=TWIN,
        exhibits=tuple(
            calls.exhibit(place, f"asks {ASKS[intent].says}") for place, intent in shown
        ),
        numbers={"customers": seen[0].customers, "others": seen[0].others}
        | {str(one.intent.name).lower(): one.holders for one in seen if one.holders},
    )


SIGNAL = Signal(
    id="asks-for-training-data",
    title="Asks for training data",
    question="Do the group's texts ask for what training data are made of, and who else does?",
    family="extraction",
    exact=False,
    null_model=(
        "The share of an honest group's customers that ask for a thing varies widely around that of "
        "other groups and customers (beta-binomial, concentration 3), shrunk to stated priors. A "
        "shared wording is one draw: it weighs no more than the request is rare. Several requests "
        "add with falling weight, corrected for the search over intents."
    ),
    innocent_twin=TWIN,
    gaps="Requests worded as no pack knows; answers that are collected to ordinary questions.",
    references=(
        "Anthropic, Detecting and preventing distillation attacks, 2026-02",
        "CISA, AA26-251A, 2026-09: indicators and their honest twins",
    ),
    ask=ask,
    about="group",
    parameters={
        **MODEL.parameters(),
        **parameters(),
        "most": Parameter(MOST, "log10", "cap"),
        "least_units": Parameter(LEAST_UNITS, "customers", ASSUMED),
        "searched": Parameter(SEARCHED, "sum of ratios that chance expects", "8 intents times 0.3"),
        "loose": Parameter(LOOSE, "concentration of honest groups", ASSUMED),
    },
)
