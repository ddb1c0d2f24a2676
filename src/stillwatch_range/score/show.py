"""Prints a scoreboard for people; the JSON beside it is the board itself, encoded."""

import msgspec
from rich.console import Console
from rich.table import Table

from stillwatch_range.score.board import AtLevel, Board
from stillwatch_range.score.intervals import Middle, Share

CASE = {"relay": "Relays", "campaign": "Campaigns", "twin": "Innocent twins", "honest": "Honest"}


def to_json(board: Board) -> bytes:
    """The board as JSON."""
    return msgspec.json.format(msgspec.json.encode(board), indent=1) + b"\n"


def show(board: Board, console: Console) -> None:
    """Print the board as tables."""
    console.print(
        f"{board.scenario}, seed {board.seed}: {board.accounts:,} accounts. "
        "Intervals are of 95 per cent."
    )
    for kind, title in CASE.items():
        _families(board, kind, title, console)
    _groups(board, console)
    _levels(board.levels, console)
    _people(board, console)
    for kind, right in board.kinds.items():
        if right.of:
            console.print(f"Found {kind} accounts that are called what they are: {text(right)}")
    if board.unseen:
        console.print(f"{board.unseen:,} accounts without an exchange are left out.")
    if board.strangers:
        console.print(f"{board.strangers:,} accounts in the verdicts are not in the labels.")


def text(share: Share) -> str:
    """A share as people read it: `12 of 14 (0.857, 0.572 to 0.982)`."""
    if share.share is None:
        return "none to judge"
    ends = f"{_digits(share.low)} to {_digits(share.high)}"
    return f"{share.hits:,} of {share.of:,} ({_digits(share.share)}, {ends})"


def middle_text(middle: Middle, unit: str = "") -> str:
    """A median as people read it; `never` stands for a value that was not reached."""
    if not middle.of:
        return "none to judge"
    best = _number(middle.median, "never")
    low, high = _number(middle.low, "?"), _number(middle.high, "?")
    return f"{best}{unit} ({low} to {high})"


def _families(board: Board, kind: str, title: str, console: Console) -> None:
    rows = [found for found in board.found if found.kind == kind]
    if not rows:
        return
    guilty = kind in ("relay", "campaign")
    table = _table(f"{title}: accounts {'found' if guilty else 'accused'}")
    for name in ("family", "at act", "at review"):
        table.add_column(name)
    for found in rows:
        table.add_row(_name(found.family, found.level), text(found.act), text(found.review))
    console.print(table)


def _groups(board: Board, console: Console) -> None:
    table = _table("Groups: found when half of the accounts are, joined when one verdict says so")
    for name in ("family", "at act", "at review", "joined"):
        table.add_column(name)
    for row in board.groups:
        name = _name(row.family, row.level)
        table.add_row(name, text(row.act), text(row.review), text(row.joined))
    console.print(table)


def _levels(levels: tuple[AtLevel, ...], console: Console) -> None:
    table = _table("Over all families")
    for name in ("", *(level.level for level in levels)):
        table.add_column(name)
    table.add_row("accounts: recall", *(text(level.recall) for level in levels))
    table.add_row("accounts: precision", *(text(level.precision) for level in levels))
    table.add_row("accounts: false alarms", *(text(level.false_alarms) for level in levels))
    table.add_row("groups: recall", *(text(level.group_recall) for level in levels))
    table.add_row("groups: precision", *(text(level.group_precision) for level in levels))
    table.add_row("groups: median purity", *(middle_text(level.purity) for level in levels))
    console.print(table)


def _people(board: Board, console: Console) -> None:
    if not board.people:
        return
    table = _table("Number of people: relative error, and intervals that hold the true number")
    for name in ("family", "median error", "covered"):
        table.add_column(name)
    for row in board.people:
        table.add_row(f"{row.kind} {row.family}", middle_text(row.error), text(row.covered))
    console.print(table)


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)


def _name(family: str, level: str) -> str:
    return f"{family} {level}".strip()


def _digits(value: float) -> str:
    """Three digits behind the point, more where a small share needs them."""
    return f"{value:.3f}" if value >= 0.01 or not value else f"{value:.1e}"


def _number(value: float | None, missing: str) -> str:
    return missing if value is None else f"{value:,.3g}" if value < 100 else f"{value:,.0f}"
