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


class Tie(Struct, frozen=True):
    """One thing that accounts of a group share, by which the group was formed.

    Attributes:
        kind: template, retry or provenance.
        what: the shared thing as 16 hex digits; equal digits mean the same thing.
        accounts: how many of the group share it.
        log10_lr: how much likelier they share it under one operator than as strangers.
    """

    kind: str
    what: str
    accounts: int
    log10_lr: float


class Wording(Struct, frozen=True):
    """A template that a group uses, in numbers; its words are not kept.

    Attributes:
        template: as 16 hex digits.
        place: system or user.
        words: median number of words of its texts.
        anchors: how many sampled shingles stay the same in all of them.
        texts: different texts.
        calls: exchanges that carry it.
        accounts: accounts that use it, members or not.
        asks: what most of its texts ask for, as names of intents.
    """

    template: str
    place: str
    words: int
    anchors: int
    texts: int
    calls: int
    accounts: int
    asks: tuple[str, ...] = ()


class Member(Struct, frozen=True):
    """An account of a group.

    Attributes:
        calls: how many of its exchanges carry a template of the group.
        exchanges: how many it has altogether.
        stability: share of resamples in which it stayed in the group.
        log10_e: how sure its membership is: what it shares with the group against a stranger.
    """

    account: str
    calls: int
    exchanges: int
    stability: float
    log10_e: float


class Campaign(Struct, frozen=True):
    """How a group was formed, and who is in it.

    Attributes:
        first_us, last_us: first and last call of the group, microseconds since 1970 UTC.
        tested: how many groups were tested in the same hunt.
    """

    ties: tuple[Tie, ...]
    wordings: tuple[Wording, ...]
    members: tuple[Member, ...]
    first_us: int
    last_us: int
    tested: int


class Verdict(Struct, frozen=True):
    """Evidence combined at a stated error rate.

    Attributes:
        log10_e: the ledger's total; `act` needs 5 (1e-5), `review` 3 (1e-3), see docs/calibration.md.
        ledger: the total, family by family, after capping.
        because: one sentence: why this verdict and not another.
        would_change: what would change it.
        campaign: for a group of linked accounts, how it was formed and who is in it.
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
    campaign: Campaign | None = None


class Document(Struct, frozen=True):
    """The whole answer of a hunt."""

    stillwatch: str
    exchanges: int
    accounts: int
    skipped_lines: int
    verdicts: tuple[Verdict, ...]
