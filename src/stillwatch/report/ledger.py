"""The ledger of a verdict as steps that lead from nothing to its total.

The waterfall on the page and the bars in the terminal both walk these steps.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from stillwatch.signals.model import Evidence, Signal
from stillwatch.verdicts.model import Verdict

Step = Literal["for", "against", "cap", "total"]

_VISIBLE = 0.05


class LedgerStep(Struct, frozen=True):
    """One step of the sum.

    Attributes:
        kind: a line of evidence for or against, what a cap takes back, or the total.
        title: the signal's title, or what the step does.
        family: the evidence family, empty for the total.
        start: the sum before the step, log10.
        end: the sum after it.
        change: what is printed beside it: the difference, or the total.
    """

    kind: Step
    title: str
    family: str
    start: float
    end: float
    change: float


def by_id(signals: Iterable[Signal]) -> dict[str, Signal]:
    """Signal declarations by their id."""
    return {signal.id: signal for signal in signals}


def title_of(evidence: Evidence, signals: Mapping[str, Signal]) -> str:
    """The signal's title, or its id where the declaration is not at hand."""
    signal = signals.get(evidence.signal)
    return signal.title if signal else evidence.signal


def evidence_in_order(verdict: Verdict) -> list[Evidence]:
    """Evidence with the weightiest families first, and the weightiest lines first within each."""
    counted = {line.family: line.counted for line in verdict.ledger}
    return sorted(
        verdict.evidence,
        key=lambda e: (-counted.get(e.family, e.log10_lr), e.family, -e.log10_lr, e.signal),
    )


def steps(verdict: Verdict, signals: Mapping[str, Signal]) -> list[LedgerStep]:
    """Walk the ledger: every line of evidence, each family's cap, then the total.

    A family whose counted sum differs from the sum of its lines gets a step of its own that says
    so; what is still missing to the total is shown as one more step, so that the walk always ends
    where the verdict does.
    """
    walk = _Walk()
    lines = evidence_in_order(verdict)
    counted = {line.family: line.counted for line in verdict.ledger}
    for family in dict.fromkeys(
        [e.family for e in lines] + [entry.family for entry in verdict.ledger]
    ):
        before = walk.sum
        for evidence in lines:
            if evidence.family == family:
                side: Step = "for" if evidence.log10_lr >= 0 else "against"
                walk.add(side, title_of(evidence, signals), family, evidence.log10_lr)
        excess = counted.get(family, walk.sum - before) - (walk.sum - before)
        if abs(excess) >= _VISIBLE:
            walk.add("cap", f"Limit for {family}", family, excess)
    if abs(verdict.log10_e - walk.sum) >= _VISIBLE:
        walk.add("cap", "Allowance for the whole", "", verdict.log10_e - walk.sum)
    total = LedgerStep("total", "All together", "", 0.0, verdict.log10_e, verdict.log10_e)
    return [*walk.taken, total]


class _Walk:
    def __init__(self) -> None:
        self.sum = 0.0
        self.taken: list[LedgerStep] = []

    def add(self, kind: Step, title: str, family: str, change: float) -> None:
        end = self.sum + change
        self.taken.append(LedgerStep(kind, title, family, self.sum, end, change))
        self.sum = end
