"""`stillwatch range peer`: a published method's verdicts on captures."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from stillwatch_range.layout import LABELS
from stillwatch_range.peers.run import Tuning, run
from stillwatch_range.score import labels


def peer(
    name: str,
    folder: Path,
    /,
    *,
    json: Annotated[Path, Parameter(help="File for the verdicts.")],
    calibrate: Annotated[
        Path | None,
        Parameter(
            help="Another folder of `range make`, to set the threshold on; else as published."
        ),
    ] = None,
    encoder: Annotated[
        str, Parameter(help="What turns prompts into vectors: ngrams or wordllama.")
    ] = "ngrams",
) -> int:
    """Run a peer; the help text stands in `help.py`."""
    tuning = None
    if calibrate is not None:
        tuning = Tuning(calibrate, labels.read(calibrate / LABELS))
    ran = run(name, folder, json, tuning, encoder)
    Console(soft_wrap=True, highlight=False).print(
        f"{name}: {ran.scored:,} accounts scored, {ran.reported:,} over {ran.threshold:.4g}."
    )
    return 0
