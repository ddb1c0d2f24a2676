"""`stillwatch range score`: verdicts against labels."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from stillwatch_range.score import labels as labels_file
from stillwatch_range.score import verdicts as verdicts_file
from stillwatch_range.score.board import score as score_verdicts
from stillwatch_range.score.show import show, to_json


def score(
    labels: Path,
    verdicts: Path,
    /,
    *,
    json: Annotated[
        Path | None, Parameter(help="Write the board as JSON; `-` prints it alone.")
    ] = None,
) -> int:
    """Score; the help text stands in `help.py`."""
    board = score_verdicts(labels_file.read(labels), verdicts_file.read(verdicts))
    give(to_json(board), json)
    if str(json) != "-":
        show(board, Console())
    return 0


def give(text: bytes, into: Path | None) -> None:
    """Write JSON where the person asked for it: a file, standard output, or nowhere."""
    if into is None:
        return
    if str(into) == "-":
        sys.stdout.write(text.decode())
    else:
        into.write_bytes(text)
