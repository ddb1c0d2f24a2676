"""`stillwatch range scenarios`: which there are, and what is in one."""

from rich.console import Console
from rich.table import Table

from stillwatch_range.scenario.file import Scenario, find, read, shipped


def scenarios(name: str | None = None, /) -> int:
    """List scenarios or show one; the help text stands in `help.py`."""
    console = Console()
    if name is None:
        console.print(_list())
        return 0
    scenario = read(find(name))
    console.print(f"[bold]{scenario.name}[/] · {scenario.days:g} days from {scenario.start:%F %R}")
    if scenario.about:
        console.print(scenario.about)
    console.print(_parts(scenario))
    return 0


def _list() -> Table:
    table = Table("scenario", "days", "about")
    for name in shipped():
        scenario = read(find(name))
        table.add_row(name, f"{scenario.days:g}", scenario.about)
    return table


def _parts(scenario: Scenario) -> Table:
    table = Table("what", "name", "how many", "settings")
    for part in scenario.parts:
        said = {
            field: value
            for field in part.spec.__struct_fields__
            if (value := getattr(part.spec, field)) not in (None, "", (), {})
        }
        text = ", ".join(f"{field} {value}" for field, value in said.items())
        table.add_row(part.kind, part.name, str(part.count), text)
    return table
