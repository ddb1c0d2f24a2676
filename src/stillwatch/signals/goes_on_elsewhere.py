"""Whether another account of the group goes on where one was refused, limited or shut out.

A stranger does not know that I was limited. Honest callers come as often just before a failure as
just after it; a balancer's next call comes after it, and often with the very same text.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from stillwatch.signals.betting import log10_odds
from stillwatch.signals.group_calls import (
    SECOND_US,
    GroupCalls,
    Ints,
    as_ints,
    customer_numbers,
    formed_by,
    group_calls,
    with_customers,
)
from stillwatch.signals.model import Evidence, Exhibit, Frame, Parameter, Signal, Tables, collect
from stillwatch.signals.numbering import numbered
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered

TWIN = (
    "An app that falls back to its user's second key; or a fault of the provider that many callers "
    "meet at once."
)
MODEL = Tempered(honest=0.02, avoided=0.6)
WITHIN_US = 10 * SECOND_US
AGAIN_US = 60 * SECOND_US
STATUSES = (401, 403, 429)
ERRORS = ("rate_limit", "auth")
AFTER, EITHER = (8.0, 1.5), (12.0, 12.0)
"""Beta distributions of the share of failures that are followed rather than preceded by a call."""
AGAIN_LOG10 = 1.0
POPULAR = 2
EXHIBITS = 3
MOST = 1.8

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Failovers:
    """What other customers of the group do around a failure.

    Attributes:
        failures: calls that failed for a reason of their account.
        after: failures with a call of another customer soon after and none soon before.
        before: the other way round.
        again: rare texts that failed and came again from another customer.
        shown: pairs of positions: a failure, and the call that goes on.
    """

    failures: int
    after: int
    before: int
    again: int
    shown: tuple[tuple[int, int], ...]


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group whose accounts fail now and then."""
    calls = group_calls(tables, "end_us", "status", "error", "value")
    failed = _failed(calls)
    rare = _rare(tables, calls)
    formed = formed_by(tables, "retry")
    found = [
        (name, _failovers(calls, part, failed[part], rare[part] & (name not in formed)))
        for name, part in calls.bounds()
        if failed[part].any()
    ]
    return [_evidence(calls, name, seen) for name, seen in found]


def _failed(calls: GroupCalls) -> Flags:
    """Failures that concern the account, not the provider: those hit everybody at once."""
    labels = pc.is_in(calls.table["error"], value_set=pa.array(ERRORS))
    failed: Flags = np.isin(calls.ints("status"), STATUSES) | (as_ints(labels) == 1)
    return failed


def _rare(tables: Tables, calls: GroupCalls) -> Flags:
    """Texts that at most two customers ever send, wherever.

    Where such texts formed the group (links of kind `retry`), they do not test it again.
    """
    table = collect(_senders(tables))
    pairs = numbered(as_ints(table["value"]), customer_numbers(table)).first
    values, customers = np.unique(as_ints(table["value"])[pairs], return_counts=True)
    rare: Flags = np.isin(calls.ints("value"), values[customers <= POPULAR])
    return rare


def _senders(tables: Tables) -> Frame:
    uses = tables.calls.select("value", "account", "owner").unique()
    return with_customers(uses, tables)


def _failovers(calls: GroupCalls, part: slice, failed: Flags, rare: Flags) -> Failovers:
    ts_us, unit = calls.ts_us[part], calls.unit[part]
    places = np.flatnonzero(failed)
    ended = np.maximum(calls.ints("end_us")[part], ts_us)[places]
    length = ended - ts_us[places] + WITHIN_US
    following = _next_of_another(unit)[places]
    leading = _last_of_another(unit)[places]
    after = (following < len(ts_us)) & (_at(ts_us, following) <= ts_us[places] + length)
    before = (leading >= 0) & (_at(ts_us, leading) >= ts_us[places] - length)
    again = _again(calls.ints("value")[part], ts_us, unit, places, rare)
    pairs = [(one, other) for one, other in zip(places, again, strict=True) if other >= 0]
    goes_on = np.flatnonzero(after & ~before)
    pairs += [(places[one], following[one]) for one in goes_on]
    return Failovers(
        failures=len(places),
        after=len(goes_on),
        before=int((before & ~after).sum()),
        again=int((again >= 0).sum()),
        shown=tuple((part.start + int(a), part.start + int(b)) for a, b in pairs[:EXHIBITS]),
    )


def _next_of_another(unit: Ints) -> Ints:
    """For each call, the position of the next one by another customer, or the number of calls."""
    count = len(unit)
    change = np.flatnonzero(unit[1:] != unit[:-1]) + 1
    place = np.searchsorted(change, np.arange(count), side="right")
    following: Ints = np.append(change, count)[place].astype(np.int64)
    return following


def _last_of_another(unit: Ints) -> Ints:
    """For each call, the position of the last one by another customer, or -1."""
    turned: Ints = len(unit) - 1 - _next_of_another(unit[::-1])[::-1]
    return turned


def _at(ts_us: Ints, place: Ints) -> Ints:
    at: Ints = ts_us[np.clip(place, 0, len(ts_us) - 1)]
    return at


def _again(value: Ints, ts_us: Ints, unit: Ints, places: Ints, rare: Flags) -> Ints:
    """For each failure, the position of the call that sends its rare text again, or -1."""
    order = np.lexsort((np.arange(len(value)), value))
    where = np.empty(len(value), np.int64)
    where[order] = np.arange(len(value))
    following = np.minimum(where[places] + 1, len(value) - 1)
    other = order[following]
    same = (value[other] == value[places]) & (unit[other] != unit[places]) & rare[places]
    soon = ts_us[other] - ts_us[places] <= AGAIN_US
    found: Ints = np.where(same & soon & (other > places), other, -1)
    return found


def log10_ratio(seen: Failovers) -> float:
    """How much likelier this is where somebody moves calls on than where nobody does."""
    counts = np.array([float(seen.after)]), np.array([float(seen.after + seen.before)])
    order = float(log10_odds(*counts, several=AFTER, one=EITHER)[0])
    return order + AGAIN_LOG10 * seen.again


def _evidence(calls: GroupCalls, name: str, seen: Failovers) -> Evidence:
    exhibits: list[Exhibit] = []
    for failure, goes_on in seen.shown:
        exhibits.append(calls.exhibit(failure, "fails for its account"))
        exhibits.append(calls.exhibit(goes_on, "another customer's account goes on"))
    return Evidence(
        signal=SIGNAL.id,
        family="coordination",
        account=name,
        log10_lr=min(MOST, MODEL.log10_lr(log10_ratio(seen))),
        says=(
            f"Of {seen.failures} calls that failed for their account, {seen.after} were followed "
            f"by another customer's within seconds with none just before, {seen.before} the other "
            f"way round; {seen.again} came again with the very same rare text from another customer."
        ),
        innocent_twin=TWIN,
        exhibits=tuple(exhibits),
        numbers={
            "failures": seen.failures,
            "after": seen.after,
            "before": seen.before,
            "again": seen.again,
        },
    )


SIGNAL = Signal(
    id="goes-on-elsewhere",
    title="Another account goes on",
    question="When one account is limited or shut out, does another of the group go on at once?",
    family="coordination",
    exact=False,
    null_model=(
        "Calls of strangers come as often just before a failure as just after it (an exact sign "
        "test, with a share that varies around one half). A rare text that failed and comes again "
        "from another customer within a minute counts tenfold each time. Both sides are mixed."
    ),
    innocent_twin=TWIN,
    gaps="Groups that are never limited; calls so dense that every failure has neighbours.",
    references=(
        "Failover on 403, 408, 429 and 5xx in CLIProxyAPI (source read 2026-10)",
        "Anthropic, report of September 2026: quick failover to a second pool after bans",
    ),
    ask=ask,
    about="group",
    parameters={
        **MODEL.parameters(),
        "within_s": Parameter(WITHIN_US / SECOND_US, "seconds after the answer", ASSUMED),
        "again_s": Parameter(AGAIN_US / SECOND_US, "seconds", ASSUMED),
        "again_log10": Parameter(AGAIN_LOG10, "log10 a text", ASSUMED),
        "popular": Parameter(POPULAR, "customers; what more send is popular", ASSUMED),
        "most": Parameter(MOST, "log10", "cap"),
    },
)
