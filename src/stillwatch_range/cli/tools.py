"""`stillwatch range tools`: install the real clients and relays that recordings drive."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from stillwatch_range.record.plan import names_of
from stillwatch_range.record.tools import Group, install


def tools(
    *,
    into: Annotated[Path, Parameter(help="A folder for them; about 3 GB for all.")],
    only: Annotated[
        list[str] | None,
        Parameter(help="Groups, with commas, such as npm,venv,litellm; else all.", negative=()),
    ] = None,
) -> int:
    """Install; the help text stands in `help.py`."""
    console = Console(stderr=True, highlight=False)

    def watch(group: Group) -> None:
        console.print(f"{group.name}: {group.about}: {', '.join(group.packages)}", markup=False)

    fresh = install(into, names_of(only or ()), watch)
    Console(highlight=False).print(f"{len(fresh)} groups installed into {into}", markup=False)
    return 0
