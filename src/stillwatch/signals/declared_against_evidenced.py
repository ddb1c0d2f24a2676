"""What clients declare about their machine, against what their tools show.

One person may well work in two environments, so a conflict alone weighs nothing. It weighs by how
many people's places stand behind one declared place.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from stillwatch.signals.broken_checks import among
from stillwatch.signals.identities import person_clusters
from stillwatch.signals.model import Evidence, Exhibit, Frame, Parameter, Signal, Tables, collect
from stillwatch.signals.share_model import ASSUMED, ShareModel

TWIN = (
    "Somebody with a second environment, by WSL, SSH, a container or a virtual machine: the same "
    "person's place stands behind every conflict."
)
# One person's second environment is taken out by the scaling below; that a whole team declares
# other machines than it works on, as with a shared image, is rare. A relay that pins pins always.
PLACES = ShareModel(honest_mean=0.05, honest_always=0.01, relay_always=0.5)
CLOCK = ShareModel(honest_mean=0.01, most=0.8)
AHEAD_DAYS = 2
"""Local dates run at most one day ahead of UTC; one more day is left for clocks that are off."""
DAY_US = 86_400_000_000
EPOCH = date(1970, 1, 1).toordinal()
WORDS = {"home": "home", "os": "operating system"}


@dataclass
class _Compared:
    """One kind of fact in an account: where declared and evidenced values could be compared.

    Attributes:
        asked: conversations that have both.
        families: conversations in which they disagree, with one exchange.
        declared: declared values in those.
        shown: evidenced values in those.
    """

    asked: int = 0
    families: dict[int, str] = field(default_factory=dict)
    declared: set[int] = field(default_factory=set)
    shown: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class _Finding:
    """A weighed comparison: of a kind of place, or of the clock."""

    weight: float
    broken: int
    asked: int
    says: str
    exhibits: tuple[Exhibit, ...]


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account where something declared can be compared."""
    findings: dict[str, list[_Finding]] = defaultdict(list)
    compared = _compared(tables)
    people = _people(tables) if any(one.families for one in compared.values()) else {}
    for (account, kind), one in compared.items():
        findings[account].append(_of_places(account, kind, one, people))
    for account, finding in _clocks(tables).items():
        findings[account].append(finding)
    return [_evidence(account, found) for account, found in sorted(findings.items())]


def _compared(tables: Tables) -> dict[tuple[str, str], _Compared]:
    """By account and kind, home or operating system."""
    pairs = _pairs(tables)
    found: dict[tuple[str, str], _Compared] = defaultdict(_Compared)
    counts = pairs.group_by("account", "kind").agg(nw.col("family").n_unique().cast(nw.Int64))
    for row in collect(counts).to_pylist():
        found[row["account"], row["kind"]].asked = row["family"]
    for row in collect(_conflicts(pairs)).to_pylist():
        one = found[row["account"], row["kind"]]
        known = one.families.get(row["family"], row["exchange"])
        one.families[row["family"]] = min(known, row["exchange"])
        one.declared.add(row["declared"])
        one.shown.add(row["shown"])
    return dict(sorted(found.items()))


def _pairs(tables: Tables) -> Frame:
    """Every declared value beside every evidenced value of its family."""
    key = ["account", "family", "kind"]
    facts = tables.facts.filter(nw.col("kind").is_in(["home", "os"]) & ~nw.col("family").is_null())
    declared = facts.filter(nw.col("origin") == "declared").select(*key, declared="value").unique()
    # A home with a label is everybody's or only mentioned; an operating system is its own label.
    sure = (nw.col("kind") == "os") | nw.col("label").is_null()
    shown = facts.filter((nw.col("origin") == "evidenced") & sure)
    shown = shown.group_by(*key, "value").agg(nw.col("exchange").min())
    pairs = declared.join(shown.rename({"value": "shown"}), on=key, how="inner")
    return pairs.with_columns(same=(nw.col("declared") == nw.col("shown")).cast(nw.Int64))


def _conflicts(pairs: Frame) -> Frame:
    """Pairs of families that disagree: no home in common, or a declared system that never shows."""
    key = ["account", "family", "kind"]
    by_value = pairs.group_by(*key, "declared").agg(nw.col("same").max().alias("seen"))
    verdict = by_value.group_by(*key).agg(
        nw.col("seen").max().alias("any_seen"), nw.col("seen").min().alias("all_seen")
    )
    home, system = nw.col("kind") == "home", nw.col("kind") == "os"
    disagree = verdict.filter(
        (home & (nw.col("any_seen") == 0)) | (system & (nw.col("all_seen") == 0))
    )
    return pairs.join(disagree.select(*key), on=key, how="inner").filter(nw.col("same") == 0)


def _people(tables: Tables) -> dict[tuple[str, int], int]:
    clusters = person_clusters(tables)
    owned = zip(clusters.family_account, clusters.family, clusters.family_cluster, strict=True)
    return {(clusters.accounts[a], int(family)): int(person) for a, family, person in owned}


def _of_places(
    account: str, kind: str, one: _Compared, people: dict[tuple[str, int], int]
) -> _Finding:
    known = {people.get((account, family)) for family in one.families} - {None}
    places = len(known) or len(one.shown)
    behind_each = places / max(len(one.declared), 1)
    weight = PLACES.log10_lr(len(one.families), one.asked)
    if weight > 0:
        weight *= 1 - 1 / max(behind_each, 1)
    says = (
        f"in {among(len(one.families), one.asked)} the declared {WORDS[kind]} is not the one that "
        f"tools show; places behind {len(one.declared)} declared: {places}"
    )
    shows = f"tools show another {WORDS[kind]} than is declared"
    exhibits = tuple(Exhibit(exchange, shows) for exchange in sorted(one.families.values())[:3])
    return _Finding(weight, len(one.families), one.asked, says, exhibits)


def _clocks(tables: Tables) -> dict[str, _Finding]:
    """By account: conversations that declare a date which is not yet anywhere on Earth."""
    asked: dict[str, int] = defaultdict(int)
    ahead: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in collect(_dates(tables)).to_pylist():
        asked[row["account"]] += row["families"]
        today = row["since_us"] // DAY_US + EPOCH
        if date.fromisoformat(row["label"]).toordinal() > today + AHEAD_DAYS:
            ahead[row["account"]].append(row)
    return {account: _of_clock(count, ahead[account]) for account, count in asked.items()}


def _dates(tables: Tables) -> Frame:
    """Declared dates by the day on which a conversation first declared them."""
    dates = tables.facts.filter(
        (nw.col("kind") == "date")
        & (nw.col("origin") == "declared")
        & ~nw.col("label").is_null()
        & ~nw.col("family").is_null()
    )
    first = dates.group_by("account", "family", "label").agg(
        nw.col("ts_us").min(), nw.col("exchange").min()
    )
    days = first.with_columns(since_us=nw.col("ts_us") - nw.col("ts_us") % DAY_US)
    return days.group_by("account", "label", "since_us").agg(
        nw.len().cast(nw.Int64).alias("families"), nw.col("exchange").min()
    )


def _of_clock(asked: int, ahead: list[dict[str, Any]]) -> _Finding:
    broken = sum(row["families"] for row in ahead)
    says = (
        f"the declared date lies more than {AHEAD_DAYS} days after the exchange in "
        f"{among(broken, asked)}"
    )
    exchanges = sorted(row["exchange"] for row in ahead)[:2]
    exhibits = tuple(Exhibit(one, "declares a date that is still to come") for one in exchanges)
    return _Finding(CLOCK.log10_lr(broken, asked), broken, asked, says, exhibits)


def _evidence(account: str, found: list[_Finding]) -> Evidence:
    odd = [one for one in found if one.broken]
    # What is odd goes before what is in order, and the oddest counts.
    weight = max(one.weight for one in odd or found)
    says = "; ".join(one.says for one in odd) or (
        "What is declared agrees with what tools show in "
        f"{among(0, max(one.asked for one in found))}"
    )
    return Evidence(
        signal=SIGNAL.id,
        family="contradiction",
        account=account,
        log10_lr=round(weight, 2),
        says=says[0].upper() + says[1:] + ".",
        innocent_twin=TWIN,
        exhibits=tuple(exhibit for one in odd for exhibit in one.exhibits),
        numbers={
            "asked": max(one.asked for one in found),
            "broken": max(one.broken for one in found),
        },
    )


SIGNAL = Signal(
    id="declared-against-evidenced",
    title="Declared machine, other machines",
    question="Do tools show the machine, and the date, that the client declares?",
    family="contradiction",
    exact=False,
    null_model=(
        "The share of conversations in which an honest account's declared place is not the one its "
        "tools show is beta-distributed, with a few accounts at nearly all of them. The "
        "likelihood ratio is scaled by 1 - 1/n for n people's places behind each declared one, so "
        "that one person's second environment weighs nothing."
    ),
    innocent_twin=TWIN,
    gaps=(
        "A relay that leaves declarations alone; customers whose tools show no paths. Dates in the "
        "past are not held against anybody, since old conversations are resumed. Time zones are "
        "never looked at."
    ),
    references=(
        "motiful/cc-gateway@447fad1: rewrites declared places and leaves tool traffic as it is",
        "Honest mixtures: docs/calibration.md",
    ),
    ask=ask,
    parameters={
        **{f"places: {name}": value for name, value in PLACES.parameters().items()},
        **{f"clock: {name}": value for name, value in CLOCK.parameters().items()},
        "ahead_days": Parameter(AHEAD_DAYS, "days", ASSUMED),
    },
)
