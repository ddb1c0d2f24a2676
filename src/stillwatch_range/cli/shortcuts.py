"""`stillwatch range shortcuts`: does a single field give the guilty away?"""

from pathlib import Path

from rich.console import Console

from stillwatch_range.layout import CAPTURES, LABELS
from stillwatch_range.score import labels
from stillwatch_range.score.shortcuts import shortcuts as areas_of
from stillwatch_range.score.shortcuts import show

TELLING = 1


def shortcuts(folder: Path, /) -> int:
    """Test every field; the help text stands in `help.py`."""
    areas = areas_of(folder / CAPTURES, labels.read(folder / LABELS))
    show(areas, Console())
    return TELLING if any(one.separates for one in areas) else 0
