"""From a group's evidence to a verdict: is it a campaign that collects answers for training?

A group is formed by what its accounts share (linking/) and tested on other evidence (signals about
groups), so that no template is counted twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from stillwatch.signals.model import Evidence, Family
from stillwatch.verdicts.decide import SEEN, SHORT, Decision
from stillwatch.verdicts.ledger import ACT, REVIEW, ledger
from stillwatch.verdicts.model import Campaign, Level, VerdictWord
from stillwatch.verdicts.search import adjusted, e_bh

CAPS: Mapping[Family, float] = {
    "provenance": 8.0,
    "marks": 8.0,
    "extraction": 3.0,
    "coordination": 3.0,
    "contradiction": 1.0,
    "plurality": 1.0,
    "infrastructure": 0.3,
}
"""Limits for groups: neither what is asked nor how it is dealt out reaches `act` alone."""

SLOPE = 2.0
"""How sure a group's sum makes, below `act`, both log10.

The weights are tempered one by one, as if each might fail for a reason of its own; together they
fail far more seldom. Of 427 groups that honest accounts form in the tuning scenarios, one in 27 has
a sum above 0, three above 0.2, the largest 0.85 (docs/campaigns.md). Review is reached at 1.5. There
are too few of those groups to promise one in 100,000: for `act` the sum counts as it is.
"""

EACH = 0.3
"""Harvest needs this much of extraction, and of coordination or a proof. Of the same groups, the
largest extraction is 0.13, and the largest coordination without extraction 0.85."""

RATES: Mapping[Level, float] = {"act": 0.01, "review": 0.1}
"""Share of wrongly named groups among all that are named at a level, at most, on average."""


@dataclass(frozen=True)
class Found:
    """Groups after correction for the search: which of them may stand at which level."""

    act: frozenset[str]
    review: frozenset[str]

    def most(self, name: str) -> Level:
        """The highest level that the search leaves to a group."""
        if name in self.act:
            return "act"
        return "review" if name in self.review else "none"


def search(evidence: Mapping[str, tuple[Evidence, ...]], *, watched: bool) -> Found:
    """Correct for having tested many groups, and for having looked before.

    Args:
        evidence: lines of every tested group, also where there are none.
        watched: the same store is hunted again and again, and each finding is kept.
    """
    totals = {name: certainty(lines) for name, lines in evidence.items()}
    if watched:
        totals = {name: adjusted(value) for name, value in totals.items()}
    return Found(e_bh(totals, RATES["act"]), e_bh(totals, RATES["review"]))


def certainty(evidence: tuple[Evidence, ...]) -> float:
    """How sure a group's evidence is, all together, log10; a sum below 0 stands as it is."""
    total = sum(line.counted for line in ledger(evidence, CAPS))
    return round(max(total, min(SLOPE * total, ACT - SHORT)), 2)


def decide_group(campaign: Campaign, evidence: tuple[Evidence, ...], most: Level) -> Decision:
    """Decide on one group.

    Harvest needs extraction, and coordination or provenance beside it.

    Args:
        campaign: how it was formed.
        evidence: lines of signals about groups.
        most: the highest level that the search leaves to it.
    """
    lines = ledger(evidence, CAPS)
    counted = {line.family: line.counted for line in lines}
    extraction = counted.get("extraction", 0.0) >= EACH
    proof = max(counted.get("provenance", 0.0), counted.get("marks", 0.0))
    joined = max(proof, counted.get("coordination", 0.0)) >= EACH
    size = certainty(evidence)
    outcome: tuple[VerdictWord, str, str]
    if extraction and joined and size >= REVIEW and most != "none":
        level: Level = "act" if size >= ACT and most == "act" else "review"
        outcome = ("harvest", _HARVEST.format(len(campaign.members)), _CLEARS)
    elif size >= SEEN and (extraction or joined):
        level, outcome = "none", ("undecided", _one_side(extraction=extraction), _SETTLES)
        size = min(size, REVIEW - SHORT)
    else:
        level, outcome = "none", ("ordinary", _SHARED, _SETTLES)
        size = min(size, REVIEW - SHORT)
    word, because, would_change = outcome
    return Decision(word, None, level, size, lines, because, would_change)


_HARVEST = (
    "{} accounts of different owners send the same rare wording, what they ask for is what "
    "training data are made of, and their work is dealt out between them. The wording formed the "
    "group; it was not counted again."
)
_CLEARS = (
    "Proof that the accounts have one owner whose declared use this is, or that the wording comes "
    "from a public tool which each of them uses for its own ends."
)
_SETTLES = "More traffic, a test purchase, or the declared use of the accounts would settle it."
_SHARED = "The accounts share a wording, as users of one tool do; nothing else ties them."


def _one_side(*, extraction: bool) -> str:
    if extraction:
        return (
            "The accounts share a rare wording, and what they ask for is what training data are "
            "made of; nothing shows that one operator runs them."
        )
    return (
        "The accounts share a rare wording and their work is dealt out between them; nothing "
        "shows that answers are collected for training."
    )
