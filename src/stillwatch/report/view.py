"""The page in the order in which it is read: what the templates walk through.

Deciding what stands where, and what is left out of a very large hunt, happens here; the templates
only write it down.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from stillwatch.report.calls import calls
from stillwatch.report.charts import people_interval, waterfall
from stillwatch.report.drawing import Picture, colour, letters
from stillwatch.report.graph import graph, tie_words
from stillwatch.report.ledger import by_id, evidence_in_order, steps, title_of
from stillwatch.report.model import PoolGraph, Reject, ReportInput
from stillwatch.report.timeline import Way, timeline, ways
from stillwatch.report.words import by_weight, is_ordinary, is_taken_along, kind, strongest
from stillwatch.signals.model import Evidence, Signal
from stillwatch.verdicts.model import Member, Tie, Verdict, Wording

MOST_SECTIONS: Final = 100
MOST_ROWS: Final = 500
MOST_LINKED: Final = 60
MOST_TIES: Final = 12


class EvidenceView(Struct, frozen=True):
    """One line of evidence with the words of its signal's declaration."""

    line: Evidence
    title: str
    question: str
    exact: bool


class LinkedView(Struct, frozen=True):
    """An account that a subject is tied to.

    Attributes:
        letter, colour: how the pictures show it.
        verdict: its own verdict where it has one.
        anchor: its section on this page, or an empty text.
        ties: why it is here: titles of signals, and what is shared, in words.
    """

    account: str
    letter: str
    colour: str
    verdict: Verdict | None
    anchor: str
    ties: tuple[str, ...]


class SectionView(Struct, frozen=True):
    """All that is shown of one subject."""

    verdict: Verdict
    anchor: str
    evidence: tuple[EvidenceView, ...]
    linked: tuple[LinkedView, ...]
    linked_left_out: int
    key: tuple[LinkedView, ...]
    waterfall: Picture | None
    people: Picture | None
    timeline: Picture | None
    ways: tuple[Way, ...]
    graph: Picture | None
    calls: Picture | None
    ties: tuple[Tie, ...]
    wordings: tuple[Wording, ...]
    members: tuple[Member, ...]


class SummaryRow(Struct, frozen=True):
    """One line of the summary; `anchor` is empty where the subject has no section."""

    verdict: Verdict
    anchor: str
    strongest: str


class PageView(Struct, frozen=True):
    """The page.

    `taken_along` counts accounts that are named as members of a campaign and nowhere else.
    """

    report: ReportInput
    summary: tuple[SummaryRow, ...]
    summary_left_out: int
    sections: tuple[SectionView, ...]
    sections_left_out: int
    taken_along: int
    ordinary: tuple[SummaryRow, ...]
    ordinary_left_out: int
    counts: tuple[tuple[str, int], ...]
    rejects: tuple[Reject, ...]
    rejects_left_out: int


class _Known(Struct, frozen=True):
    """What every section looks up."""

    report: ReportInput
    signals: Mapping[str, Signal]
    anchors: Mapping[tuple[str, str], str]
    accounts: Mapping[str, Verdict]


def arrange(report: ReportInput) -> PageView:
    """Sort verdicts, choose what is shown in full and draw the pictures."""
    ordered = by_weight(report.document.verdicts)
    ordinary = [v for v in ordered if is_ordinary(v)]
    members = [v for v in ordered if is_taken_along(v)]
    notable = [v for v in ordered if not is_ordinary(v) and not is_taken_along(v)]
    detailed = notable[:MOST_SECTIONS]
    anchors = {_key(verdict): f"s{place}" for place, verdict in enumerate(detailed, start=1)}
    accounts = {v.subject.id: v for v in ordered if v.subject.kind == "account"}
    known = _Known(report, by_id(report.signals), anchors, accounts)
    return PageView(
        report=report,
        summary=tuple(_row(v, anchors) for v in notable[:MOST_ROWS]),
        summary_left_out=max(0, len(notable) - MOST_ROWS),
        sections=tuple(_section(v, known) for v in detailed),
        sections_left_out=len(notable) - len(detailed),
        taken_along=len(members),
        ordinary=tuple(_row(v, anchors) for v in ordinary[:MOST_ROWS]),
        ordinary_left_out=max(0, len(ordinary) - MOST_ROWS),
        counts=tuple(Counter(kind(v) for v in accounts.values()).items()),
        rejects=report.store.rejects[:MOST_ROWS],
        rejects_left_out=report.document.skipped_lines - len(report.store.rejects[:MOST_ROWS]),
    )


def _key(verdict: Verdict) -> tuple[str, str]:
    return verdict.subject.kind, verdict.subject.id


def _row(verdict: Verdict, anchors: Mapping[tuple[str, str], str]) -> SummaryRow:
    return SummaryRow(verdict, anchors.get(_key(verdict), ""), strongest(verdict))


def _section(verdict: Verdict, known: _Known) -> SectionView:
    """Draw a subject's pictures and gather what stands beside them."""
    threads = known.report.timelines.get(verdict.subject.id)
    pool = known.report.graphs.get(verdict.subject.id)
    sent, group = known.report.calls.get(verdict.subject.id), verdict.campaign
    ties = _ties(verdict, pool, known.signals)
    seen = [span.account for span in threads.spans] if threads else []
    nodes = [node.account for node in pool.nodes] if pool else []
    own = verdict.subject.accounts
    marks = letters(list(dict.fromkeys([*own, *ties, *nodes, *seen])))
    views = [_linked(account, place, known, marks, ties) for place, account in enumerate(marks)]
    linked = [view for view in views if view.account in ties or (len(own) > 1 and not group)]
    return SectionView(
        verdict=verdict,
        anchor=known.anchors[_key(verdict)],
        evidence=tuple(_evidence(line, known.signals) for line in evidence_in_order(verdict)),
        linked=tuple(linked[:MOST_LINKED]),
        linked_left_out=max(0, len(linked) - MOST_LINKED),
        key=tuple(view for view in views if view.account in set(seen))[:MOST_LINKED],
        waterfall=waterfall(steps(verdict, known.signals)) if verdict.evidence else None,
        people=people_interval(verdict.people),
        timeline=timeline(threads, marks) if threads else None,
        ways=ways(threads, marks) if threads else (),
        graph=graph(pool, marks) if pool else None,
        calls=calls(sent) if sent else None,
        ties=group.ties[:MOST_TIES] if group else (),
        wordings=group.wordings[:MOST_TIES] if group else (),
        members=group.members[:MOST_LINKED] if group else (),
    )


def _evidence(line: Evidence, signals: Mapping[str, Signal]) -> EvidenceView:
    signal = signals.get(line.signal)
    return EvidenceView(
        line=line,
        title=title_of(line, signals),
        question=signal.question if signal else "",
        exact=bool(signal and signal.exact),
    )


def _ties(
    verdict: Verdict, pool: PoolGraph | None, signals: Mapping[str, Signal]
) -> dict[str, tuple[str, ...]]:
    """Every account that something ties to the subject, with what does."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in evidence_in_order(verdict):
        for account in line.linked:
            found[account].append(title_of(line, signals))
    own = set(verdict.subject.accounts)
    for edge in pool.edges if pool else ():
        for account, other in ((edge.a, edge.b), (edge.b, edge.a)):
            if other in own:
                found[account].append(f"{' and '.join(tie_words(edge))} shared with {other}")
    if len(own) == 1:
        found.pop(verdict.subject.accounts[0], None)
    return {account: tuple(dict.fromkeys(why)) for account, why in found.items()}


def _linked(
    account: str,
    place: int,
    known: _Known,
    marks: Mapping[str, str],
    ties: Mapping[str, tuple[str, ...]],
) -> LinkedView:
    return LinkedView(
        account=account,
        letter=marks[account],
        colour=colour(place),
        verdict=known.accounts.get(account),
        anchor=known.anchors.get(("account", account), ""),
        ties=ties.get(account, ()),
    )
