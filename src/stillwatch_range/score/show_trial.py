"""A trial as JSON and as tables for people."""

import msgspec
from rich.console import Console
from rich.table import Table

from stillwatch_range.score.show import middle_text, text
from stillwatch_range.score.trial import Trial


def to_json(trial: Trial) -> bytes:
    """The trial as JSON."""
    return msgspec.json.format(msgspec.json.encode(trial), indent=1) + b"\n"


def show(trial: Trial, console: Console) -> None:
    """Print how soon each family is found: medians with intervals of 95 per cent."""
    cuts = ", ".join(f"{cut:g}" for cut in trial.cuts_h)
    console.print(f"{trial.scenario}, seed {trial.seed}: looked at after {cuts} hours.")
    for unit in ("account", "group"):
        rows = [soon for soon in trial.soon if soon.unit == unit]
        if not rows:
            continue
        table = Table(title=f"{unit}s of each family, until found", box=None, pad_edge=False)
        for name in ("family", "level", "not found", "exchanges", "hours"):
            table.add_column(name)
        for soon in rows:
            table.add_row(
                f"{soon.kind} {soon.family} {soon.ladder}".rstrip(),
                soon.level,
                text(soon.missed),
                middle_text(soon.exchanges),
                middle_text(soon.hours, " h"),
            )
        console.print(table)
