"""What a hunt found, for a terminal: a table of subjects, or the whole working of one."""

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from stillwatch.report.ledger import LedgerStep, by_id, evidence_in_order, steps, title_of
from stillwatch.report.words import (
    LEVEL_WORDS,
    by_weight,
    count,
    headline,
    is_ordinary,
    is_taken_along,
    kind,
    number,
    odds,
    people,
    plain,
    sentence,
    shorten,
    strongest,
    weight,
)
from stillwatch.signals.model import Signal
from stillwatch.verdicts.model import Document, Verdict

_LEVEL_MARKS = {"act": "▲", "review": "◆", "none": "·"}
_LEVEL_STYLES = {"act": "bold red", "review": "bold yellow", "none": ""}
_BAR_CHARS = 24
_SAYS_CHARS = 160
_MOST_ORDINARY = 20


def summary_table(document: Document) -> RenderableType:
    """All subjects: those that stand out in a table with their strongest evidence, then the rest.

    Args:
        document: the hunt's answer.
    """
    ordered = by_weight(document.verdicts)
    members = [one for one in ordered if is_taken_along(one)]
    notable = [one for one in ordered if not is_ordinary(one) and not is_taken_along(one)]
    ordinary = [one for one in ordered if is_ordinary(one)]
    parts: list[RenderableType] = [Text(headline(document), style="bold"), Text()]
    if notable:
        parts.append(_table(notable))
    if members:
        said = f"{count(len(members), 'account')} named as members of these campaigns: "
        parts += [Text(said + "--json lists them, --explain shows one."), Text()]
    if ordinary:
        parts.append(_ordinary(ordinary))
    return Group(*parts)


def explain(verdict: Verdict, signals: Iterable[Signal]) -> RenderableType:
    """The whole working of one subject.

    Args:
        verdict: what was decided about it.
        signals: declarations, for titles.
    """
    declared = by_id(signals)
    title = Text(plain(verdict.subject.id), style="bold")
    title.append(f"   {_level(verdict)}, {kind(verdict)}", style=_LEVEL_STYLES[verdict.level])
    parts: list[RenderableType] = [title, Text(sentence(verdict)), Text()]
    parts.append(_facts(verdict))
    if verdict.evidence:
        parts += [Text("How the evidence adds up", style="bold"), _bars(steps(verdict, declared))]
        parts.append(Text("The evidence, line by line", style="bold"))
        parts += [_line(verdict, place, declared) for place in range(len(verdict.evidence))]
    return Group(*parts)


def _level(verdict: Verdict) -> str:
    return f"{_LEVEL_MARKS[verdict.level]} {LEVEL_WORDS[verdict.level]}"


def _table(notable: Sequence[Verdict]) -> Table:
    """Two lines a subject: what it is, and below it the strongest evidence."""
    names = max(len(plain(one.subject.id)) for one in notable)
    table = Table.grid(padding=(0, 2, 1, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for one in notable:
        head = Text(f"{plain(one.subject.id):<{names}}", style="bold")
        many = count(len(one.subject.accounts), "account")
        who = people(one.people) if one.campaign is None else many
        head.append(f"  {kind(one):<14}  {who:<20}  {weight(one.log10_e):>5}", "not bold")
        says = shorten(plain(strongest(one)), _SAYS_CHARS)
        level = Text(_level(one), style=_LEVEL_STYLES[one.level])
        table.add_row(level, Text("\n").join([head, Text(says, style="dim")]))
    return table


def _ordinary(ordinary: Sequence[Verdict]) -> Text:
    names = ", ".join(plain(one.subject.id) for one in ordinary[:_MOST_ORDINARY])
    left = len(ordinary) - _MOST_ORDINARY
    more = f", and {number(left)} more" if left > 0 else ""
    text = Text(f"Ordinary ({count(len(ordinary), 'account')}): ", style="bold")
    return text.append(f"{names}{more}.", style="not bold")


def _facts(verdict: Verdict) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    rows = [
        ("Why", verdict.because),
        ("Would change it", verdict.would_change),
        ("People", people(verdict.people)),
        ("Weight", f"{weight(verdict.log10_e)} (review from +3, act from +5)"),
        ("Read", f"{count(verdict.exchanges, 'exchange')}, {count(verdict.threads, 'thread')}"),
    ]
    if verdict.subject.kind == "campaign":
        rows.insert(0, ("Accounts", ", ".join(map(plain, verdict.subject.accounts))))
    for name, text in rows:
        if text:
            table.add_row(name, Text(plain(text)))
    return table


def _bars(walk: Sequence[LedgerStep]) -> Padding:
    """The ledger as bars that start where the sum stood."""
    low = min(0.0, *(min(step.start, step.end) for step in walk))
    high = max(5.0, *(max(step.start, step.end) for step in walk))
    scale = _BAR_CHARS / (high - low)
    table = Table.grid(padding=(0, 2))
    table.add_column(max_width=44)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for step in walk:
        start, end = sorted((step.start, step.end))
        before = round((start - low) * scale)
        width = max(1, round((end - start) * scale))
        mark = {"for": "█", "against": "▒", "cap": "░", "total": "█"}[step.kind]
        style = "bold" if step.kind == "total" else ""
        row = (plain(step.title), weight(step.change), " " * before + mark * width)
        table.add_row(*[Text(cell, style=style) for cell in row])
    return Padding(table, (0, 0, 1, 2))


def _line(verdict: Verdict, place: int, declared: dict[str, Signal]) -> Padding:
    line = evidence_in_order(verdict)[place]
    head = Text(f"{weight(line.log10_lr)}  {title_of(line, declared)}", style="bold")
    head.append(f"  ({line.family}; {odds(line)})", style="not bold dim")
    parts = [
        head,
        Text(plain(line.says)),
        Text(f"Innocent twin: {plain(line.innocent_twin)}", style="dim"),
    ]
    parts += [Text(f"  {plain(one.exchange)}: {plain(one.shows)}") for one in line.exhibits]
    if line.linked:
        parts.append(Text(f"Linked: {', '.join(map(plain, line.linked))}"))
    return Padding(Group(*parts), (0, 0, 1, 2))
