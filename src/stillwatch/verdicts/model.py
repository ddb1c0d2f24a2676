"""What a hunt answers: verdicts with their evidence, and the document that `--json` writes.

The field names are those of the verdicts format in docs/formats.md.
"""

from typing import Literal

from msgspec import Struct

from stillwatch.signals.model import Evidence

VerdictWord = Literal["relay", "harvest", "ordinary", "undecided"]
Grade = Literal["team", "shared", "pool"]
Level = Literal["act", "review", "none"]


class Subject(Struct, frozen=True):
    """Whom a verdict is about: one account, or a campaign (for relays: a pool) of several."""

    kind: Literal["account", "campaign"]
    id: str
    accounts: tuple[str, ...]


class People(Struct, frozen=True):
    """How many people stand behind an account, with a 90% interval.

    `best` and `high` are None where the traffic cannot tell.
    """

    low: int
    best: int | None
    high: int | None


class LedgerLine(Struct, frozen=True):
    """One family's sum: what its signals add up to, and what the cap let through."""

    family: str
    raw: float
    counted: float


class Verdict(Struct, frozen=True):
    """Evidence combined at a stated error rate.

    Attributes:
        log10_e: the ledger's total; `act` needs 5 (1e-5), `review` 3 (1e-3), see docs/calibration.md.
        ledger: the total, family by family, after capping.
        because: one sentence: why this verdict and not another.
        would_change: what would change it.
    """

    subject: Subject
    verdict: VerdictWord
    grade: Grade | None
    level: Level
    log10_e: float
    people: People | None
    evidence: tuple[Evidence, ...]
    ledger: tuple[LedgerLine, ...] = ()
    because: str = ""
    would_change: str = ""
    exchanges: int = 0
    threads: int = 0


class Document(Struct, frozen=True):
    """The whole answer of a hunt."""

    stillwatch: str
    exchanges: int
    accounts: int
    skipped_lines: int
    verdicts: tuple[Verdict, ...]
