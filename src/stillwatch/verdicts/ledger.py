"""The ledger: evidence added up, family by family, with caps.

Signals of one family look at the same conduct, so they are not independent. In the exact families
(provenance, marks) the strongest line counts alone. In the statistical ones the strongest counts
whole, the next by half, the one after by a quarter, and so on; lines for innocence likewise. Each
family is capped, so that one broken feature convicts nobody, and the statistical caps together
stay below `ACT`: nobody is acted against without an exact proof (see `decide`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from stillwatch.signals.model import Evidence, Family
from stillwatch.verdicts.model import LedgerLine

REVIEW = 3.0
"""log10 of the evidence at which at most 1 honest account in 1,000 is shown for review."""

ACT = 5.0
"""log10 of the evidence at which at most 1 honest account in 100,000 may be acted against."""

CAPS: Mapping[Family, float] = {
    "provenance": 8.0,
    "marks": 8.0,
    "plurality": 2.4,
    "contradiction": 2.4,
    "coordination": 2.0,
    "extraction": 2.0,
    "infrastructure": 0.1,
}
FLOOR = -1.0
EXACT: frozenset[Family] = frozenset({"provenance", "marks"})


def ledger(
    evidence: Iterable[Evidence], caps: Mapping[Family, float] = CAPS
) -> tuple[LedgerLine, ...]:
    """One line a family that said anything, strongest first.

    Args:
        evidence: lines about one account or group.
        caps: the most that each family may count.
    """
    weights: dict[Family, list[float]] = defaultdict(list)
    for one in evidence:
        weights[one.family].append(one.log10_lr)
    lines = [_line(family, values, caps[family]) for family, values in weights.items()]
    return tuple(sorted(lines, key=lambda line: (-line.counted, line.family)))


def _line(family: Family, weights: list[float], cap: float) -> LedgerLine:
    raw = max(weights) if family in EXACT else _discounted(weights)
    counted = min(max(raw, FLOOR), cap)
    return LedgerLine(family=family, raw=round(raw, 2), counted=round(counted, 2))


def _discounted(weights: list[float]) -> float:
    against = sorted((weight for weight in weights if weight > 0), reverse=True)
    innocent = sorted(weight for weight in weights if weight < 0)
    sides = (against, innocent)
    return sum(weight * 0.5**place for side in sides for place, weight in enumerate(side))
