"""What the commands of `stillwatch policy` share: reading a folder, times, JSON, columns."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stillwatch.errors import SettingsError
from stillwatch.policy.folder import Folder, read
from stillwatch.policy.problems import Problem, refused
from stillwatch.report.words import plain

PolicyFolder = Annotated[Path, Parameter(name="FOLDER", help="The policy: rules, settings, cases.")]
_WIDEST = 1000
Json = Annotated[bool, Parameter(help="Print the answer as JSON.", negative=())]


def existing(folder: Path) -> Path:
    """The folder, if there is one.

    Raises:
        SettingsError: there is none.
    """
    if not folder.is_dir():
        raise SettingsError(f"There is no folder {folder}.", "Name a folder that holds rules.")
    return folder


def usable(folder: Path) -> Folder:
    """A policy folder that can be used.

    Raises:
        SettingsError: something in it cannot.
    """
    found = read(existing(folder))
    if found.problems:
        raise refused(found.problems)
    return found


def parsed_time(text: str | None, option: str) -> float | None:
    """A day or a time of RFC 3339 as seconds since 1970 UTC; None where none is given.

    Raises:
        SettingsError: it is neither.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        hint = f"Write a day or a time of RFC 3339, as in {option} 2027-01-31; times are UTC."
        raise SettingsError(f"{option} is no date.", hint) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def day(at_s: float, *, last: bool = False) -> str:
    """A day, or empty where there is none.

    Args:
        at_s: seconds since 1970 UTC, may be infinite.
        last: the last day before that moment, for ends that stand at midnight.
    """
    if math.isinf(at_s):
        return ""
    moment = datetime.fromtimestamp(at_s - (1 if last else 0), UTC)
    return moment.date().isoformat()


def finite(at_s: float) -> float | None:
    """A moment for JSON, which has no infinity."""
    return None if math.isinf(at_s) else at_s


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table for people, without columns that are empty, on one line a row in a pipe.

    Args:
        columns: their names.
        rows: texts, which may come from outside; they are made safe to show.
    """
    made = Table(box=None, pad_edge=False, header_style="bold")
    filled = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    for place in filled:
        made.add_column(columns[place], overflow="fold")
    for row in rows:
        made.add_row(*(Text(plain(row[place])) for place in filled))
    console = Console(highlight=False)
    if not console.is_terminal:
        wide = console.options.update(max_width=_WIDEST)
        console.width = max(console.width, console.measure(made, options=wide).maximum)
    console.print(made)


def show_problems(problems: Sequence[Problem]) -> None:
    """Each problem with its place and what to do."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    for one in problems:
        console.print(Text(f"{one.place}: {plain(one.says)}", style="bold"))
        console.print(Text(f"  {plain(one.hint)}"))


def print_json(answer: object) -> None:
    """The answer itself, on standard output."""
    print(msgspec.json.format(msgspec.json.encode(answer), indent=1).decode())  # noqa: T201
