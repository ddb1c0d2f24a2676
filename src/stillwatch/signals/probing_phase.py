"""Whether a group tries many ways of asking first, and then sends one template in bulk.

A published campaign sent 12,000 requests that each tried another extraction technique; most were
refused, and what worked was scaled. Honest users of a tool ask unusual things at any time.
"""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa

from stillwatch.signals.asks import PRIOR_WEIGHT, RARE
from stillwatch.signals.betting import Rate, log10_mean, log10_odds
from stillwatch.signals.commonness import LOOSE, log10_shared
from stillwatch.signals.group_calls import (
    as_ints,
    calls_in_groups,
    customer_numbers,
    others,
    with_customers,
)
from stillwatch.signals.model import Evidence, Exhibit, Frame, Parameter, Signal, Tables, collect
from stillwatch.signals.numbering import numbered
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered
from stillwatch.traits.intents import Intent

TWIN = "A team that tries prompts before it builds on one, or testers of a model's safety."
MODEL = Tempered(honest=0.03, avoided=0.8)
EARLY: Rate = (6.0, 1.0)
ANY_TIME: Rate = (2.0, 2.0)
OPERATED: Rate = (1.0, 1.0)
TESTERS = 0.01
"""Prior share of honest customers that try several kinds of rare request."""
LEAST_TRIES = 5
LEAST_KINDS = 2
LEAST_CALLS = 20
EXHIBITS = 4


@dataclass(frozen=True)
class _Probing:
    """Tries of a group's members: different texts with a rare request that carry no template.

    Attributes:
        tries: texts.
        early: those of them before the middle call of the group.
        kinds: different rare requests among them.
        calls: calls of the group.
        testers: customers of the group that try several kinds.
        customers: customers of the group.
        shown: exchanges with a try.
    """

    tries: int
    early: int
    kinds: int
    calls: int
    testers: int
    customers: int
    shown: tuple[Exhibit, ...]


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group whose members try enough different things."""
    tries = _tries(tables)
    if not len(tries):
        return []
    called = _by_group(collect(calls_in_groups(tables).select("group_id", "row", "ts_us").unique()))
    members = _by_group(collect(with_customers(_members(tables), tables)))
    found = [
        (name, _probing(mine, called[name], members[name]))
        for name, mine in _by_group(tries).items()
        if len(called.get(name, ())) >= LEAST_CALLS
    ]
    share = _share(tables)
    return [
        _evidence(name, seen, share)
        for name, seen in found
        if seen.tries >= LEAST_TRIES and seen.kinds >= LEAST_KINDS
    ]


def _by_group(table: pa.Table) -> dict[str, pa.Table]:
    names = np.array(table["group_id"].to_pylist(), dtype=np.str_)
    return {str(name): table.filter(pa.array(names == name)) for name in np.unique(names)}


def _members(tables: Tables) -> Frame:
    return tables.groups.select("group_id", "account", "owner").unique()


def _asking(tables: Tables) -> Frame:
    return tables.blocks.filter((nw.col("intents") != 0) & (nw.col("place") == "user")).select(
        "account", "owner", "block", "intents", "ts_us", "exchange", "row"
    )


def _tries(tables: Tables) -> pa.Table:
    """Rare requests of members in texts that carry no template of their group; once a text."""
    members = tables.groups.select("group_id", "account").unique()
    sent = _asking(tables).join(members, on="account", how="inner")
    carried = tables.calls.filter(~nw.col("group_id").is_null()).select("group_id", block="value")
    loose = sent.join(carried.unique(), on=["group_id", "block"], how="anti")
    table = _rare(collect(with_customers(loose.unique(), tables)))
    table = table.sort_by([(name, "ascending") for name in ("group_id", "ts_us", "row")])
    group = np.unique(np.array(table["group_id"].to_pylist(), np.str_), return_inverse=True)[1]
    return table.take(pa.array(np.sort(numbered(group, as_ints(table["block"])).first)))


def _rare(table: pa.Table) -> pa.Table:
    return table.filter(pa.array((as_ints(table["intents"]) & int(RARE)) != 0))


def _testers(asking: pa.Table) -> int:
    """Customers that try several kinds of rare request."""
    customer = customer_numbers(asking)
    kinds = np.zeros(int(customer.max(initial=-1)) + 1, np.int64)
    for intent in Intent:
        if intent & RARE:
            holds = (as_ints(asking["intents"]) & int(intent)) != 0
            kinds[np.unique(customer[holds])] += 1
    return int((kinds >= LEAST_KINDS).sum())


def _share(tables: Tables) -> float:
    """Share of customers in no group that try several kinds, shrunk to a stated prior."""
    grouped = tables.groups.select("account").unique()
    loose = _asking(tables).join(grouped, on="account", how="anti")
    testers = _testers(_rare(collect(with_customers(loose, tables))))
    everybody = customer_numbers(collect(others(tables).select("account", "customer").unique()))
    count = int(everybody.max(initial=-1)) + 1
    return (testers + PRIOR_WEIGHT * TESTERS) / (count + PRIOR_WEIGHT)


def _probing(tries: pa.Table, called: pa.Table, members: pa.Table) -> _Probing:
    early = as_ints(tries["ts_us"]) < np.median(as_ints(called["ts_us"]))
    masks = as_ints(tries["intents"]) & int(RARE)
    shown = tries.slice(0, EXHIBITS)["exchange"].to_pylist()
    return _Probing(
        tries=len(tries),
        early=int(early.sum()),
        kinds=sum(bool((masks & int(intent)).any()) for intent in Intent),
        calls=len(called),
        testers=_testers(tries),
        customers=int(customer_numbers(members).max(initial=-1)) + 1,
        shown=tuple(Exhibit(name, "tries a way of asking") for name in shown),
    )


def log10_ratio(seen: _Probing, share: float) -> float:
    """How much likelier this is where somebody probes: tries come early, or from many members.

    Args:
        seen: the tries of a group.
        share: of other customers, how many try several kinds.
    """
    counts = np.array([float(seen.early)]), np.array([float(seen.tries)])
    early = log10_odds(*counts, several=EARLY, one=ANY_TIME)
    many = np.array([log10_shared(seen.testers, seen.customers, share, operated=OPERATED)])
    return float(log10_mean(early, many)[0])


def _evidence(name: str, seen: _Probing, share: float) -> Evidence:
    return Evidence(
        signal=SIGNAL.id,
        family="extraction",
        account=name,
        log10_lr=MODEL.log10_lr(log10_ratio(seen, share)),
        says=(
            f"Members try {seen.kinds} rare kinds of request in {seen.tries} texts of their own, "
            f"{seen.early} of them before the middle one of {seen.calls:,} calls of the template; "
            f"{seen.testers} of {seen.customers} customers try several kinds (elsewhere "
            f"{share:.1%})."
        ),
        innocent_twin=TWIN,
        exhibits=seen.shown,
        numbers={
            "tries": seen.tries,
            "early": seen.early,
            "kinds": seen.kinds,
            "calls": seen.calls,
            "testers": seen.testers,
            "customers": seen.customers,
        },
    )


SIGNAL = Signal(
    id="probing-phase",
    title="Probing before bulk",
    question="Do the members try many ways of asking first, and then send one template in bulk?",
    family="extraction",
    exact=False,
    null_model=(
        "Honest members send unusual requests at any time: the share before the middle call of the "
        "template is beta-distributed around a half, around six in seven after probing; and few "
        "honest customers try several kinds at all. The mean of both likelihood ratios counts. "
        "Most campaigns probe elsewhere, so nothing is said where nobody tries."
    ),
    innocent_twin=TWIN,
    gaps="Probing from other accounts or before the traffic begins; techniques that no pack knows.",
    references=("Anthropic, September 2026 report: a sweep of 12,000 techniques before bulk",),
    ask=ask,
    about="group",
    parameters={
        **MODEL.parameters(),
        "early": Parameter(EARLY[0] / sum(EARLY), "mean share of early tries", ASSUMED),
        "any_time": Parameter(ANY_TIME[0] / sum(ANY_TIME), "mean share of early tries", ASSUMED),
        "testers": Parameter(TESTERS, "prior share of honest customers", ASSUMED),
        "loose": Parameter(LOOSE, "concentration of honest groups", ASSUMED),
        "least_tries": Parameter(LEAST_TRIES, "texts", ASSUMED),
        "least_kinds": Parameter(LEAST_KINDS, "kinds of request", ASSUMED),
        "least_calls": Parameter(LEAST_CALLS, "calls of the template", ASSUMED),
    },
)
