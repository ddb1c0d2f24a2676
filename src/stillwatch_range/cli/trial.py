"""`stillwatch range trial`: how soon a detector finds whom."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from stillwatch_range.cli.score import give
from stillwatch_range.score.show_trial import show, to_json
from stillwatch_range.score.trial import trial as run_trial


def trial(
    folder: Path,
    /,
    *command: Annotated[str, Parameter(allow_leading_hyphen=True)],
    at: Annotated[tuple[float, ...], Parameter(help="Hours after the start; several times over.")],
    json: Annotated[
        Path | None, Parameter(help="Write the result as JSON; `-` prints it alone.")
    ] = None,
) -> int:
    """Run a trial; the help text stands in `help.py`."""
    errors = Console(stderr=True)
    result = run_trial(folder, at, command, lambda cut: errors.print(f"the first {cut:g} hours"))
    give(to_json(result), json)
    if str(json) != "-":
        show(result, Console())
    return 0
