"""`stillwatch signals`: what a hunt can ask."""

from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from stillwatch.errors import SettingsError
from stillwatch.signals.model import Signal
from stillwatch.signals.registry import signals as registered


def signals(
    name: str | None = None,
    /,
    *,
    json: Annotated[bool, Parameter(help="Print as JSON.", negative=())] = False,
) -> int:
    """List signals, or show one; the help text stands in `help.py`."""
    known = registered()
    chosen = [signal for signal in known if name in (None, signal.id)]
    if not chosen:
        raise SettingsError(
            f"There is no signal {name}.", "Run `stillwatch signals` to see them all."
        )
    console = Console()
    if json:
        print(msgspec.json.format(msgspec.json.encode([as_data(one) for one in chosen])).decode())  # noqa: T201
    elif name is None:
        console.print(_list(chosen))
    else:
        console.print(_whole(chosen[0]))
    return 0


def as_data(signal: Signal) -> dict[str, object]:
    """A signal's declaration as plain data, without its function."""
    return {
        "id": signal.id,
        "title": signal.title,
        "question": signal.question,
        "family": signal.family,
        "exact": signal.exact,
        "null_model": signal.null_model,
        "innocent_twin": signal.innocent_twin,
        "gaps": signal.gaps,
        "references": list(signal.references),
        "parameters": {
            name: {"value": one.value, "unit": one.unit, "source": one.source}
            for name, one in signal.parameters.items()
        },
    }


def _list(chosen: list[Signal]) -> Table:
    table = Table("signal", "family", "question", box=None, pad_edge=False, header_style="bold")
    for signal in chosen:
        table.add_row(signal.id, signal.family, signal.question)
    return table


def _whole(signal: Signal) -> Group:
    lines = [
        Text(f"{signal.title} ({signal.id})", style="bold"),
        Text(signal.question),
        Text(f"\nFamily: {signal.family}, {'exact' if signal.exact else 'statistical'}"),
        Text(f"\nNull model: {signal.null_model}"),
        Text(f"\nInnocent twin: {signal.innocent_twin}"),
        Text(f"\nCannot see: {signal.gaps}\n"),
    ]
    lines += [
        Text(f"  {name} = {one.value:g} {one.unit} ({one.source})")
        for name, one in signal.parameters.items()
    ]
    return Group(*lines, *[Text(f"  {reference}", style="dim") for reference in signal.references])
