"""`stillwatch range tools`: install the real programs that recordings run."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from stillwatch_range.record.tools import groups, install


def tools(
    *,
    into: Annotated[
        Path | None, Parameter(help="The folder for all of them; without it they are listed.")
    ] = None,
    only: Annotated[tuple[str, ...], Parameter(help="Only this group; several times over.")] = (),
) -> int:
    """Install or list programs; the help text stands in `help.py`."""
    console = Console(highlight=False)
    if into is None:
        console.print(_list())
        return 0
    fresh = install(into, only, lambda group: console.print(f"installing {group.about}"))
    console.print(f"{len(fresh)} groups installed now, the others were there.")
    return 0


def _list() -> Table:
    table = Table("group", "what", "packages", box=None)
    for group in groups():
        table.add_row(group.name, group.about, "\n".join(group.packages))
    return table
