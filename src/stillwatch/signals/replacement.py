"""Whether new accounts begin just after others of the group stop for good.

An operator whose account is shut out brings the next one. Strangers leave and come without knowing
of each other: as many begin just before somebody's last call as just after it.
"""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np

from stillwatch.signals.betting import log10_odds
from stillwatch.signals.group_calls import HOUR_US, GroupCalls, Ints, as_ints, group_calls
from stillwatch.signals.model import Evidence, Exhibit, Parameter, Signal, Tables, collect
from stillwatch.signals.numbering import numbered
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered

TWIN = "A team that moves to new keys, or testers who each try a new model for an hour."
MODEL = Tempered(honest=0.02, avoided=0.8)
WITHIN_US = HOUR_US
SILENCE_US = 3 * HOUR_US
GAPS = 3
LEAST_CALLS = 3
AFTER, EITHER = (6.0, 1.5), (10.0, 10.0)
"""Beta distributions of the share of ends with a new account after rather than before them."""
EXHIBITS = 3


@dataclass(frozen=True)
class Turnover:
    """Ends and begins of a group's customers.

    Attributes:
        ends: customers that stop for good, seen long enough before and after.
        after: ends with a new customer soon after and none soon before.
        before: the other way round.
        shown: pairs of positions: the last call of one, the first of another.
    """

    ends: int
    after: int
    before: int
    shown: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Lives:
    """By customer: first and last call of the group (positions), and whether these are real."""

    first: Ints
    last: Ints
    begins: Ints
    ends: Ints


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group in which somebody stops for good."""
    calls = group_calls(tables)
    begun, ended, until = _lives_of_accounts(tables, calls)
    found = [
        (name, _turnover(calls.ts_us, _lives(calls, part, begun, ended, until)))
        for name, part in calls.bounds()
        if part.stop > part.start
    ]
    return [_evidence(calls, name, seen) for name, seen in found if seen.ends]


def _lives_of_accounts(tables: Tables, calls: GroupCalls) -> tuple[Ints, Ints, tuple[int, int]]:
    """By account: first and last exchange of any kind; and the time that all data span."""
    lives = tables.exchanges.group_by("account").agg(
        nw.col("ts_us").min().alias("begun"), nw.col("ts_us").max().alias("ended")
    )
    table = collect(lives)
    place = {name: position for position, name in enumerate(calls.accounts)}
    known = np.array([place.get(name, -1) for name in table["account"].to_pylist()], np.int64)
    begun, ended = np.zeros(len(place), np.int64), np.zeros(len(place), np.int64)
    begun[known[known >= 0]] = as_ints(table["begun"])[known >= 0]
    ended[known[known >= 0]] = as_ints(table["ended"])[known >= 0]
    if not len(known):
        return begun, ended, (0, 0)
    return begun, ended, (int(as_ints(table["begun"]).min()), int(as_ints(table["ended"]).max()))


def _lives(
    calls: GroupCalls, part: slice, begun: Ints, ended: Ints, until: tuple[int, int]
) -> _Lives:
    """Who stops: all accounts fall silent, for longer than ever before and for hours.

    Who begins: nothing was seen of the customer's account for hours since the data begin.
    """
    unit = numbered(calls.unit[part])
    place = np.arange(part.start, part.stop)
    first, last = np.full(unit.count, part.stop - 1), np.full(unit.count, part.start)
    np.minimum.at(first, unit.number, place)
    np.maximum.at(last, unit.number, place)
    account = calls.account[part]
    start, end = np.full(unit.count, until[1]), np.full(unit.count, until[0])
    np.minimum.at(start, unit.number, begun[account])
    np.maximum.at(end, unit.number, ended[account])
    enough = unit.size >= LEAST_CALLS
    silence = np.maximum(SILENCE_US, GAPS * _longest_gaps(unit.number, calls.ts_us[part]))
    stops = enough & (until[1] - end >= silence) & (end - calls.ts_us[last] <= WITHIN_US)
    begins = (start - until[0] >= SILENCE_US) & (calls.ts_us[first] - start <= WITHIN_US)
    return _Lives(first, last, np.flatnonzero(begins), np.flatnonzero(stops))


def _longest_gaps(unit: Ints, ts_us: Ints) -> Ints:
    """For each customer, the longest time between two calls."""
    order = np.lexsort((ts_us, unit))
    same = unit[order][1:] == unit[order][:-1]
    longest = np.zeros(int(unit.max()) + 1, np.int64)
    np.maximum.at(longest, unit[order][1:][same], np.diff(ts_us[order])[same])
    return longest


def _turnover(ts_us: Ints, lives: _Lives) -> Turnover:
    last = lives.last[lives.ends]
    first = np.sort(lives.first[lives.begins])
    ended, began = ts_us[last], ts_us[first]
    middle = np.searchsorted(began, ended, side="right")
    after = np.searchsorted(began, ended + WITHIN_US, side="right") > middle
    before = middle > np.searchsorted(began, ended - WITHIN_US, side="left")
    replaced = np.flatnonzero(after & ~before)
    shown = [(int(last[end]), int(first[middle[end]])) for end in replaced[:EXHIBITS]]
    return Turnover(len(last), len(replaced), int((before & ~after).sum()), tuple(shown))


def log10_ratio(after: int, before: int) -> float:
    """How much likelier the ends and begins are when accounts are replaced than when not."""
    counts = np.array([float(after)]), np.array([float(after + before)])
    return float(log10_odds(*counts, several=AFTER, one=EITHER)[0])


def _evidence(calls: GroupCalls, name: str, seen: Turnover) -> Evidence:
    exhibits: list[Exhibit] = []
    for last, first in seen.shown:
        exhibits.append(calls.exhibit(last, "the last call before an account falls silent"))
        exhibits.append(calls.exhibit(first, "the first call of another customer's new account"))
    return Evidence(
        signal=SIGNAL.id,
        family="coordination",
        account=name,
        log10_lr=MODEL.log10_lr(log10_ratio(seen.after, seen.before)),
        says=(
            f"{seen.ends} customers stop for good; within an hour another's first call comes "
            f"after {seen.after} of these ends alone, and before {seen.before} of them alone."
        ),
        innocent_twin=TWIN,
        exhibits=tuple(exhibits),
        numbers={"ends": seen.ends, "after": seen.after, "before": seen.before},
    )


SIGNAL = Signal(
    id="replacement",
    title="Accounts that are replaced",
    question="When an account of the group stops for good, does a new one begin soon after?",
    family="coordination",
    exact=False,
    null_model=(
        "Strangers' first calls come as often in the hour before somebody's end as in the hour "
        "after it (an exact sign test, with a share that varies around one half)."
    ),
    innocent_twin=TWIN,
    gaps="Data that span less than half a day; accounts that are kept in reserve and used before.",
    references=(
        "Anthropic, report of September 2026: failover to a second pool after bans",
        "Anthropic, Detecting and preventing distillation attacks, 2026-02: replaced accounts",
    ),
    ask=ask,
    about="group",
    parameters={
        **MODEL.parameters(),
        "within_h": Parameter(WITHIN_US / HOUR_US, "hours", ASSUMED),
        "silence_h": Parameter(SILENCE_US / HOUR_US, "hours without anything", ASSUMED),
        "gaps": Parameter(GAPS, "times the longest pause before", ASSUMED),
        "least_calls": Parameter(LEAST_CALLS, "calls before the end", ASSUMED),
    },
)
