"""Whether the customers of a group call their template from one and the same rare set-up.

Parameters, user agent, tools, HTTP library and order of headers are each common. The five together
differ between strangers, even between users of one framework, who have versions and settings.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from stillwatch.signals.commonness import LOOSE, log10_shared, share_of_others
from stillwatch.signals.group_calls import (
    GroupCalls,
    Ints,
    as_ints,
    customer_numbers,
    formed_by,
    group_calls,
    others,
)
from stillwatch.signals.model import Evidence, Parameter, Signal, Tables, collect
from stillwatch.signals.numbering import numbered
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered

TWIN = "Users of one framework or app, who have its parameters, tools and headers in common."
MODEL = Tempered(honest=0.05, avoided=0.85)
PARTS = ("header_order", "library", "params", "tools", "user_agent")
LEAST_KNOWN = 2
LEAST_UNITS = 3
LEAST_OTHERS = 20
EXHIBITS = 4


@dataclass(frozen=True)
class _Shared:
    """The set-up that most customers of a group mainly use, and how common it is elsewhere."""

    customers: int
    sharers: int
    elsewhere: int
    others: int
    kinds: int
    shown: tuple[int, ...]


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group that was not formed by set-ups itself."""
    calls = group_calls(tables, *PARTS)
    if not len(calls.ts_us):
        return []
    users = collect(others(tables).select("account", "customer", *PARTS).unique())
    setup = _numbered(pa.concat_tables([calls.table.select(PARTS), users.select(PARTS)]))
    ours, theirs = setup[: len(calls.ts_us)], setup[len(calls.ts_us) :]
    uses = numbered(customer_numbers(users), theirs)
    elsewhere = np.bincount(theirs[uses.first][theirs[uses.first] >= 0], minlength=len(setup))
    count = len(np.unique(customer_numbers(users)))
    formed = formed_by(tables, "setup")
    found = [
        (name, _shared(calls, part, ours[part], elsewhere, count))
        for name, part in calls.bounds()
        if name not in formed and count >= LEAST_OTHERS
    ]
    return [_evidence(calls, name, seen) for name, seen in found if seen.customers >= LEAST_UNITS]


def _numbered(table: pa.Table) -> Ints:
    """A number for each set-up, or -1 where too little of it is known."""
    library = table["library"].combine_chunks().dictionary_encode().indices
    parts = [as_ints(table[name]) for name in PARTS if name != "library"]
    parts.append(as_ints(pa.chunked_array([library]), missing=-1))
    known = sum((1 - as_ints(table[name].is_null()) for name in PARTS), np.zeros(len(table)))
    setup: Ints = np.where(known >= LEAST_KNOWN, numbered(*parts).number, -1)
    return setup


def _shared(calls: GroupCalls, part: slice, setup: Ints, elsewhere: Ints, count: int) -> _Shared:
    """Count customers by the set-up that each uses most; of equals, the one that is used first."""
    known = np.flatnonzero(setup >= 0)
    if not len(known):
        return _Shared(0, 0, 0, count, 0, ())
    pairs = numbered(calls.unit[part][known], setup[known])
    unit = calls.unit[part][known][pairs.first]
    order = np.lexsort((pairs.first, -pairs.size, unit))
    main = order[np.append(True, np.diff(unit[order]) != 0)]
    chosen = setup[known][pairs.first][main]
    places = np.sort(known[pairs.first][main])
    kinds, first, sharers = np.unique(setup[places], return_index=True, return_counts=True)
    best = np.lexsort((first, -sharers))[0]
    shown = places[setup[places] == kinds[best]][:EXHIBITS]
    return _Shared(
        customers=len(chosen),
        sharers=int(sharers[best]),
        elsewhere=int(elsewhere[kinds[best]]),
        others=count,
        kinds=len(kinds),
        shown=tuple(part.start + int(place) for place in shown),
    )


def _evidence(calls: GroupCalls, name: str, seen: _Shared) -> Evidence:
    everybody = share_of_others(seen.elsewhere, seen.others)
    ratio = log10_shared(seen.sharers, seen.customers, everybody, tried=seen.kinds)
    return Evidence(
        signal=SIGNAL.id,
        family="coordination",
        account=name,
        log10_lr=MODEL.log10_lr(ratio),
        says=(
            f"{seen.sharers} of {seen.customers} customers call the template with one set-up of "
            f"parameters, tools, headers and library, which {seen.elsewhere} of {seen.others} "
            f"other customers ever use."
        ),
        innocent_twin=TWIN,
        exhibits=tuple(calls.exhibit(place, "has the shared set-up") for place in seen.shown),
        numbers={
            "customers": seen.customers,
            "sharers": seen.sharers,
            "elsewhere": seen.elsewhere,
            "others": seen.others,
        },
    )


SIGNAL = Signal(
    id="same-setup",
    title="One rare set-up",
    question="Do the group's customers call their template from one and the same rare set-up?",
    family="coordination",
    exact=False,
    null_model=(
        "The share of honest customers with one set-up varies widely around its share among "
        "everybody else (beta-binomial, concentration 3); one honest group in ten shares it "
        "because their tool does. What everybody uses weighs nothing."
    ),
    innocent_twin=TWIN,
    gaps="Set-ups varied for each account; SDK defaults; logs without headers and parameters.",
    references=(
        "Pinned headers and bodies in sub2api and CLIProxyAPI (source read 2026-10)",
        "Hooi et al., FRAUDAR: what is popular weighs little, KDD 2016",
    ),
    ask=ask,
    about="group",
    parameters={
        **MODEL.parameters(),
        "least_known": Parameter(LEAST_KNOWN, "parts of five that must be known", ASSUMED),
        "least_units": Parameter(LEAST_UNITS, "customers", ASSUMED),
        "least_others": Parameter(
            LEAST_OTHERS, "customers elsewhere, to judge what is rare", ASSUMED
        ),
        "loose": Parameter(LOOSE, "concentration of honest groups", ASSUMED),
    },
)
