"""What a long run shows while it works: on standard error, and only on a terminal."""

from typing import Self

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from stillwatch.store.ingest import Tally

MEGABYTE = 1 << 20


class Progress:
    """A line that says what is being done and how far it has come.

    Args:
        console: where to show it; nothing is shown unless it is a terminal.
    """

    def __init__(self, console: Console) -> None:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
        )
        self._rich = RichProgress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._rich.add_task("starting", total=None)

    def __enter__(self) -> Self:
        self._rich.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._rich.stop()

    def stage(self, name: str) -> None:
        """Say which stage begins."""
        self._rich.update(self._task, description=name)

    def watch(self, label: str, tally: Tally) -> None:
        """Say how far reading has come."""
        size = tally.content_bytes // MEGABYTE
        text = f"reading {label}: {tally.exchanges:,} exchanges, {size:,} MiB"
        self._rich.update(self._task, description=text)
