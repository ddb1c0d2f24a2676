"""What texts ask for, counted: which intents count as asking for training data, and how common.

Intents are bits of `stillwatch.traits.intents`. Each has honest uses, so each has a prior share of
honest customers that ask for it now and then; the store's own customers correct it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from stillwatch.signals.model import Parameter
from stillwatch.signals.share_model import ASSUMED
from stillwatch.traits.intents import Intent

PRIOR_WEIGHT = 40.0
"""As many customers' worth of belief in the prior shares below."""


@dataclass(frozen=True)
class Asked:
    """One thing that texts ask for.

    Attributes:
        says: the same in words, after "asks".
        honest: prior share of honest customers that ever ask for it.
    """

    says: str
    honest: float


ASKS: Mapping[Intent, Asked] = {
    Intent.REASONING: Asked("to write out all reasoning", 0.01),
    Intent.RECONSTRUCT: Asked("to reconstruct the reasoning behind an answer", 0.004),
    Intent.MEMORY: Asked("to retell earlier hidden thinking", 0.004),
    Intent.GRADE: Asked("to grade answers by a scale", 0.15),
    Intent.COMPARE: Asked("which of two answers is better", 0.08),
    Intent.CLEAN: Asked("to clean recorded traces", 0.01),
    Intent.ROWS: Asked("for training rows", 0.01),
    Intent.EXCUSE: Asked("not to be taken for extraction", 0.004),
}
"""Shares are assumptions as of 2026-11: graders and evaluators are common among API customers,
reasoning is kept for audits, rows are made under licence; nobody honest needs the others often. In
the tuning scenarios 3% of honest accounts grade, 0.2% ask for rows and none for anything else."""

COMMON = Intent.GRADE | Intent.COMPARE
"""What evaluators ask every day."""

RARE = ~COMMON & sum(ASKS, Intent(0))
"""What is asked for by few who do not collect training data."""


def shrunk(holders: int, customers: int, intent: Intent) -> float:
    """Share of customers that ask for something: what is seen, shrunk to the prior.

    It is never below the prior: that nobody else in a small store does it makes it no rarer.
    """
    prior = ASKS[intent].honest
    return max(prior, (holders + PRIOR_WEIGHT * prior) / (customers + PRIOR_WEIGHT))


def parameters() -> dict[str, Parameter]:
    """The prior shares for a signal's declaration."""
    shares = {
        f"honest_{str(intent.name).lower()}": Parameter(
            asked.honest, "share of honest customers", ASSUMED
        )
        for intent, asked in ASKS.items()
    }
    return {**shares, "prior_weight": Parameter(PRIOR_WEIGHT, "customers", ASSUMED)}
