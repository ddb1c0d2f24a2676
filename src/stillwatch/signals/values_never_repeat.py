"""Whether the accounts of a group fill their template from one pool that is used up, text by text.

Users of a public tool ask some things again and again, their own and each other's; a class asks the
same things altogether. Whoever covers a pool of questions asks each of them once, over all accounts.
"""

from dataclasses import dataclass

import numpy as np

from stillwatch.signals.betting import Rate, log10_odds
from stillwatch.signals.filled import Filled, filled
from stillwatch.signals.model import Evidence, Exhibit, Parameter, Signal, Tables
from stillwatch.signals.numbering import numbered
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered

TWIN = (
    "Users of one framework who each run it over data of their own: nothing repeats there either, "
    "so that this weighs little by itself."
)
MODEL = Tempered(honest=0.45, avoided=0.12)
COVERED: Rate = (0.3, 40.0)
USED: Rate = (0.6, 3.0)
LEAST_UNITS = 3
LEAST_CALLS = 30
EXHIBITS = 4


@dataclass(frozen=True)
class _Coverage:
    """How often texts come again in a group.

    `within` counts calls whose customer had sent the text before, `across` those whose text only
    another customer had; `shown` holds positions of such calls, or else of the first ones.
    """

    customers: int
    calls: int
    within: int
    across: int
    shown: tuple[int, ...]

    @property
    def repeats(self) -> int:
        return self.within + self.across


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group with enough answered calls of enough customers."""
    found = filled(tables)
    seen = [(name, _coverage(found, part)) for name, part in found.calls.bounds()]
    return [
        _evidence(found, name, one)
        for name, one in seen
        if one.customers >= LEAST_UNITS and one.calls >= LEAST_CALLS
    ]


def _coverage(found: Filled, part: slice) -> _Coverage:
    text, unit = found.text[part], found.calls.unit[part]
    pairs, texts = numbered(unit, text), numbered(text)
    within = np.ones(len(text), bool)
    within[pairs.first] = False
    across = ~within
    across[texts.first] = False
    again = np.flatnonzero(across | within)
    shown = (again if len(again) else np.arange(len(text)))[:EXHIBITS]
    return _Coverage(
        customers=len(np.unique(unit)),
        calls=len(text),
        within=int(within.sum()),
        across=int(across.sum()),
        shown=tuple(part.start + int(place) for place in shown),
    )


def log10_ratio(repeats: int, calls: int) -> float:
    """How much likelier so many repeats are where a pool is covered than where a tool is used."""
    counts = np.array([float(repeats)]), np.array([float(calls)])
    return float(log10_odds(*counts, several=COVERED, one=USED)[0])


def _evidence(found: Filled, name: str, seen: _Coverage) -> Evidence:
    shows = "a text that was sent before" if seen.repeats else "a text that is sent once"
    exhibits: tuple[Exhibit, ...] = tuple(found.calls.exhibit(one, shows) for one in seen.shown)
    return Evidence(
        signal=SIGNAL.id,
        family="extraction",
        account=name,
        log10_lr=MODEL.log10_lr(log10_ratio(seen.repeats, seen.calls)),
        says=(
            f"{seen.customers} customers fill the template {seen.calls:,} times; "
            f"{seen.within:,} times with a text that the same customer had sent before, "
            f"{seen.across:,} times with one that only another had."
        ),
        innocent_twin=TWIN,
        exhibits=exhibits,
        numbers={
            "customers": seen.customers,
            "calls": seen.calls,
            "within": seen.within,
            "across": seen.across,
        },
    )


SIGNAL = Signal(
    id="values-never-repeat",
    title="A pool used up",
    question="Do the accounts fill one template with ever new texts, none of them sent twice?",
    family="extraction",
    exact=False,
    null_model=(
        "The share of calls that repeat a text is beta-distributed: around 1% where a pool is "
        "covered, anywhere between 0 and a half where a tool is used. Nearly half of all "
        "honest groups never repeat themselves, since they run over data of their own."
    ),
    innocent_twin=TWIN,
    gaps="Pools asked several times on purpose (samples of one question); fewer than 30 calls.",
    references=(
        "Anthropic, Detecting and preventing distillation attacks, 2026-02: repetitive structure",
        "Gale and Sampson, Good-Turing frequency estimation, 1995: repeats measure a pool",
    ),
    ask=ask,
    about="group",
    parameters={
        **MODEL.parameters(),
        "honest": Parameter(
            MODEL.honest, "share of honest groups", "half of those in the tuning scenarios, 2026-11"
        ),
        "covered": Parameter(COVERED[0] / sum(COVERED), "mean share of repeats", ASSUMED),
        "used": Parameter(USED[0] / sum(USED), "mean share of repeats", ASSUMED),
        "least_units": Parameter(LEAST_UNITS, "customers", ASSUMED),
        "least_calls": Parameter(LEAST_CALLS, "answered calls", ASSUMED),
    },
)
