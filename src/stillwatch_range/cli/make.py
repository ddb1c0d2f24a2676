"""`stillwatch range make`: a scenario in, captures and labels out."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from stillwatch_range.layout import CAPTURES, LABELS
from stillwatch_range.scenario.file import find, read
from stillwatch_range.scenario.make import Made
from stillwatch_range.scenario.make import make as make_traffic

MEGABYTE = 1 << 20


def make(
    scenario: str,
    /,
    *,
    out: Annotated[Path, Parameter(help="A new folder for the traffic.")],
    seed: Annotated[int, Parameter(help="Any whole number.")] = 1,
    processes: Annotated[
        int | None,
        Parameter(
            help="Worker processes; all cores by default.", validator=validators.Number(gte=1)
        ),
    ] = None,
) -> int:
    """Make traffic; the help text stands in `help.py`."""
    read_scenario = read(find(scenario))
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("making traffic", total=None)

        def watch(done: int, total: int, exchanges: int) -> None:
            said = f"making traffic: {exchanges:,} exchanges"
            progress.update(task, completed=done, total=total, description=said)

        made = make_traffic(read_scenario, seed, out, processes, watch)
    _tell(made)
    return 0


def _tell(made: Made) -> None:
    rate = made.exchanges / made.seconds if made.seconds else 0.0
    console = Console(soft_wrap=True, highlight=False)
    console.print(
        f"{made.exchanges:,} exchanges of {made.accounts:,} accounts, "
        f"{made.bytes // MEGABYTE:,} MiB before compression, "
        f"in {made.seconds:.0f} s ({rate:,.0f} a second)."
    )
    console.print(f"For detectors: {made.folder / CAPTURES}", markup=False)
    console.print(f"For the scoreboard only: {made.folder / LABELS}", markup=False)
