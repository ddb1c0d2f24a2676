"""Whether an account asks for what it declared: evaluation, licensed data making, and the like.

A declared purpose explains what would otherwise look like a harvest, and is said as such. Only what
it does not cover counts against the account, and little: purposes are declared in a few words.
"""

import numpy as np

from stillwatch.signals.account_asks import AccountAsks, account_asks
from stillwatch.signals.asks import ASKS
from stillwatch.signals.betting import Rate, log10_odds
from stillwatch.signals.declared_purposes import PURPOSES, Purpose, purposes_by_account
from stillwatch.signals.model import Evidence, Parameter, Signal, Tables
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered
from stillwatch.traits.intents import Intent

TWIN = "A purpose declared in a few words that was never meant to list everything."
MODEL = Tempered(honest=0.3, avoided=0.2)
STRAYS: Rate = (0.3, 10.0)
OTHERWISE: Rate = (1.0, 3.0)
LEAST_TEXTS = 5
EXHIBITS = 4
EVERYTHING = int(sum(ASKS, Intent(0)))


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account whose declared use is recognised."""
    purposes = purposes_by_account(tables)
    if not purposes:
        return []
    asks = account_asks(tables)
    covers = np.array(
        [int(purposes[name].covers) if name in purposes else 0 for name in asks.accounts], np.int64
    )
    covered, beyond = asks.counts(covers), asks.counts(EVERYTHING & ~covers)
    return [
        _evidence(asks, place, purposes[name], (int(covered[place]), int(beyond[place])))
        for place, name in enumerate(asks.accounts)
        if name in purposes and asks.texts[place] >= LEAST_TEXTS
    ]


def log10_ratio(beyond: int, texts: int) -> float:
    """How much likelier so many requests beyond the purpose are where it is only a word."""
    counts = np.array([float(beyond)]), np.array([float(texts)])
    return float(log10_odds(*counts, several=OTHERWISE, one=STRAYS)[0])


def _evidence(
    asks: AccountAsks, place: int, purpose: Purpose, counted: tuple[int, int]
) -> Evidence:
    covered, beyond = counted
    texts = int(asks.texts[place])
    weight = MODEL.log10_lr(log10_ratio(beyond, texts))
    outside = EVERYTHING & ~int(purpose.covers)
    verb = "agrees with" if weight < 0 else "goes beyond"
    return Evidence(
        signal=SIGNAL.id,
        family="extraction",
        account=asks.accounts[place],
        log10_lr=weight,
        says=(
            f"What it asks {verb} its declared use ({purpose.name}): of {texts:,} different texts, "
            f"{covered:,} ask for what that covers and {beyond:,} for something else of the kind"
            f"{_named(asks, place, outside)}."
        ),
        innocent_twin=TWIN,
        exhibits=asks.exhibits(place, outside, "asks for what was not declared", EXHIBITS),
        numbers={"texts": texts, "covered": covered, "beyond": beyond},
    )


def _named(asks: AccountAsks, place: int, outside: int) -> str:
    """What it asks for beyond its purpose, in words."""
    masks = asks.intents[asks.account == place] & outside
    named = [asked.says for intent, asked in ASKS.items() if (masks & int(intent)).any()]
    return f" ({', '.join(named)})" if named else ""


SIGNAL = Signal(
    id="declared-use",
    title="Declared use",
    question="Does the account ask for what it declared, or for other things of the kind?",
    family="extraction",
    exact=False,
    null_model=(
        "Accounts that do what they declared send a few stray requests beyond it (beta-binomial, "
        "mean 3%); where the purpose is only a word the share is anything. Agreement speaks for "
        "innocence, disagreement a little against; undeclared accounts are not judged."
    ),
    innocent_twin=TWIN,
    gaps=(
        "Free words that no entry of the table recognises ("
        + ", ".join(one.name for one in PURPOSES)
        + "); operators who declare what they mean to do."
    ),
    references=("Public criticism of AA26-251A, 2026-09: licensed data makers and evaluators",),
    ask=ask,
    parameters={
        **MODEL.parameters(),
        "strays": Parameter(STRAYS[0] / sum(STRAYS), "mean share of texts", ASSUMED),
        "otherwise": Parameter(OTHERWISE[0] / sum(OTHERWISE), "mean share of texts", ASSUMED),
        "least_texts": Parameter(LEAST_TEXTS, "different texts", ASSUMED),
    },
)
