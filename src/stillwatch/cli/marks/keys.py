"""`stillwatch marks keys`: make, rotate and show a marks key file."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from stillwatch.marks.secrets import EPOCH_DAYS, MarkKeys, add_key, new_file, read_file

NEW = """Make a marks key file that only its owner can read.

For example:

    stillwatch marks keys new marks.json

    stillwatch marks keys new marks.json --epoch-days 7
"""
ADD = """Add a key that seals from now on, or from a date. Older keys are read until their span ends.

For example:

    stillwatch marks keys add marks.json

    stillwatch marks keys add marks.json --seals-from 2026-12-01
"""
SHOW = """Show the keys of a file: names and spans, never secrets.

For example:

    stillwatch marks keys show marks.json
"""

app = App(name="keys", help="Make, rotate and show a marks key file.")


@app.command(help=NEW)
def new(
    file: Path,
    /,
    *,
    epoch_days: Annotated[
        int, Parameter(help="Days after which wordings change; caches hold for that long.")
    ] = EPOCH_DAYS,
) -> int:
    """Make a key file; the help text is `NEW`."""
    return _show(new_file(file, time.time(), epoch_days))


@app.command(help=ADD)
def add(
    file: Path,
    /,
    *,
    seals_from: Annotated[datetime | None, Parameter(help="When it begins, in UTC.")] = None,
) -> int:
    """Add a key; the help text is `ADD`."""
    start_s = seals_from.replace(tzinfo=UTC).timestamp() if seals_from else None
    return _show(add_key(file, time.time(), start_s))


@app.command(help=SHOW)
def show(file: Path, /) -> int:
    """Show a key file; the help text is `SHOW`."""
    return _show(read_file(file))


def _show(keys: MarkKeys) -> int:
    table = Table("key", "seals from", "read until", box=None, pad_edge=False, header_style="bold")
    for key in keys.keys:
        table.add_row(key.id, _time(key.seals_from_s), _time(key.read_until_s))
    console = Console(soft_wrap=True, highlight=False)
    console.print(table)
    console.print(f"Epochs of {keys.keys[-1].epoch_days} days.")
    return 0


def _time(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(" ", "minutes").removesuffix("+00:00")
