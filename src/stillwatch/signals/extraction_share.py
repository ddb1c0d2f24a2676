"""What share of an account's texts asks for what training data are made of.

The ratio is a mixture over shares on both sides, so as traffic goes on it is an e-process: looking
after every text does not raise the error rate. How many texts it takes to reach 1e5, where a text
of a harvest is recognised with probability t (medians of 400 drawn accounts, 2026-11; held by
`tests/signals/test_extraction_share.py`):

| share of harvest | plain null, t = 0.6 | plain null, t = 0.25 | null in which honest accounts differ |
|---|---|---|---|
| all | 5 | 18 | never; at most 10 to the 1.4 |
| 25% | 33 | 109 | never |
| 10% | 120 | 495 | never |

The plain null takes every honest account for one coin with the same small share. It is wrong:
evaluators, annotators and makers of data exist, at any share. With them in the null the ratio
stays below about how rare they are, however long one looks: this signal alone never convicts.
"""

import numpy as np

from stillwatch.signals.account_asks import AccountAsks, account_asks
from stillwatch.signals.asks import COMMON, RARE
from stillwatch.signals.betting import Floats, Rate, log10_mean, log10_odds
from stillwatch.signals.declared_purposes import covered_by_account
from stillwatch.signals.model import Evidence, Parameter, Signal, Tables
from stillwatch.signals.share_model import ASSUMED

TWIN = (
    "Evaluation, annotation, audits and licensed data making, which send nothing else all day, and "
    "developers who build such programs."
)
HARVEST: Rate = (0.7, 0.7)
"""Any share: campaigns mix in other traffic."""
EVERYBODY: dict[int, Rate] = {int(RARE): (0.0025, 0.5), int(COMMON): (0.01, 0.5)}
PROFESSIONAL: dict[int, float] = {int(RARE): 0.02, int(COMMON): 0.08}
ONE_COIN = 1e9
"""A concentration at which a beta distribution is one share."""
ANY_SHARE: Rate = (1.0, 1.0)
LEAST_TEXTS = 5
MOST = 1.2
STEADY = 2.0
EXHIBITS = 4


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account that asks for such things at all."""
    asks = account_asks(tables)
    covers = covered_by_account(tables)
    open_to = ~np.array([covers.get(name, 0) for name in asks.accounts], np.int64)
    rare, common = asks.counts(int(RARE) & open_to), asks.counts(int(COMMON) & open_to)
    weights = log10_ratio(rare.astype(float), common.astype(float), asks.texts.astype(float))
    found = np.flatnonzero((rare + common > 0) & (asks.texts >= LEAST_TEXTS))
    return [
        _evidence(asks, int(place), (int(rare[place]), int(common[place])), float(weights[place]))
        for place in found
    ]


def log10_ratio(rare: Floats, common: Floats, texts: Floats) -> Floats:
    """How much likelier the counts are in a harvest than among honest accounts, before the cap.

    Args:
        rare: texts that ask for what few others do.
        common: texts that grade or compare.
        texts: all different texts, not fewer than either.
    """
    return log10_mean(_log10(rare, texts, int(RARE)), _log10(common, texts, int(COMMON)))


def log10_plain(rare: Floats, texts: Floats) -> Floats:
    """The ratio against honest accounts that all have one share: what the table compares with."""
    first, second = EVERYBODY[int(RARE)]
    coin = (first * ONE_COIN, second * ONE_COIN)
    return log10_odds(rare, texts, several=HARVEST, one=coin)


def cap(hits: int) -> float:
    """The most that so many requests may weigh: one or two happen to anybody."""
    return MOST * hits / (hits + STEADY)


def _log10(hits: Floats, texts: Floats, kind: int) -> Floats:
    """Against a mixture: nearly everybody hardly ever asks, some do it for a living."""
    usual = log10_odds(hits, texts, several=HARVEST, one=EVERYBODY[kind])
    busy = log10_odds(hits, texts, several=HARVEST, one=ANY_SHARE)
    part = PROFESSIONAL[kind]
    ten = np.log(10)
    below = np.logaddexp(np.log1p(-part) - usual * ten, np.log(part) - busy * ten)
    ratio: Floats = -below / ten
    return ratio


def _evidence(asks: AccountAsks, place: int, hits: tuple[int, int], weight: float) -> Evidence:
    rare, common = hits
    return Evidence(
        signal=SIGNAL.id,
        family="extraction",
        account=asks.accounts[place],
        log10_lr=round(min(weight, cap(rare + common)), 2),
        says=(
            f"Of {asks.texts[place]:,} different texts, {rare:,} ask for reasoning, traces or "
            f"training rows and {common:,} grade or compare answers."
        ),
        innocent_twin=TWIN,
        exhibits=asks.exhibits(
            place, int(RARE | COMMON), "asks for what training data are made of", EXHIBITS
        ),
        numbers={"texts": int(asks.texts[place]), "rare": rare, "common": common},
    )


SIGNAL = Signal(
    id="extraction-share",
    title="Share of extraction requests",
    question="What share of the account's texts asks for what training data are made of?",
    family="extraction",
    exact=False,
    null_model=(
        "Honest accounts have rates of their own: nearly all ask so hardly ever (beta-binomial, "
        "mean 0.5% and 2%), one in 50 does it for a living (one in 12 grades), at any share. The "
        "mean of the two likelihood ratios counts, capped, and lower where requests are few. What a "
        "declared use covers is left out."
    ),
    innocent_twin=TWIN,
    gaps="Requests worded as no pack knows; harvests of ordinary questions; fewer than 5 texts.",
    references=(
        "Shekhar and Ramdas, Nonparametric two-sample testing by betting, 2021: e-processes",
        "CISA, AA26-251A, 2026-09: indicators and their honest twins",
    ),
    ask=ask,
    parameters={
        "harvest": Parameter(HARVEST[0] / sum(HARVEST), "mean share of texts", ASSUMED),
        "everybody_rare": Parameter(
            EVERYBODY[int(RARE)][0] / sum(EVERYBODY[int(RARE)]), "mean share of texts", ASSUMED
        ),
        "everybody_common": Parameter(
            EVERYBODY[int(COMMON)][0] / sum(EVERYBODY[int(COMMON)]), "mean share of texts", ASSUMED
        ),
        "professional_rare": Parameter(
            PROFESSIONAL[int(RARE)], "share of honest accounts", ASSUMED
        ),
        "professional_common": Parameter(
            PROFESSIONAL[int(COMMON)], "share of honest accounts", ASSUMED
        ),
        "least_texts": Parameter(LEAST_TEXTS, "different texts", ASSUMED),
        "steady": Parameter(STEADY, "requests", ASSUMED),
        "most": Parameter(MOST, "log10", "cap: a share alone never convicts"),
    },
)
