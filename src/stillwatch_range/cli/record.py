"""`stillwatch range record`: real clients and real relays on loopback."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators
from rich.console import Console

from stillwatch_range.layout import CAPTURES, LABELS
from stillwatch_range.record.command import last_hour_s
from stillwatch_range.record.command import record as record_story
from stillwatch_range.record.plan import DEFAULT_CLIENTS, DEFAULT_RELAYS, Wish
from stillwatch_range.record.recording import Recorded
from stillwatch_range.record.tools import Tools

FAILED = 5


def record(  # noqa: PLR0913  the arguments are the command's options
    *,
    out: Annotated[Path, Parameter(help="A new folder for the recording.")],
    tools: Annotated[Path, Parameter(help="The folder that `range tools` filled.")],
    minutes: Annotated[int, Parameter(help="Span of the story, in minutes.")] = 60,
    sessions: Annotated[
        int, Parameter(help="Conversations in all.", validator=validators.Number(gte=1))
    ] = 40,
    relays: Annotated[str, Parameter(help="Relays by name, with commas between.")] = ",".join(
        DEFAULT_RELAYS
    ),
    clients: Annotated[str, Parameter(help="Clients by name, with commas between.")] = ",".join(
        DEFAULT_CLIENTS
    ),
    seed: Annotated[int, Parameter(help="Plans the story; any whole number.")] = 1,
    keep_vendor_text: Annotated[
        bool, Parameter(help="Keep the vendors' own prompts, for yourself.", negative=())
    ] = False,
) -> int:
    """Record; the help text stands in `help.py`."""
    wish = Wish(seed, sessions, minutes, _names(relays), _names(clients), last_hour_s())
    recorded = record_story(wish, out, Tools(tools, {}), vendor_text=keep_vendor_text)
    _tell(recorded, out)
    return FAILED if recorded.failures else 0


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _tell(recorded: Recorded, out: Path) -> None:
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"{recorded.exchanges:,} exchanges of {recorded.accounts} accounts.")
    for failure in recorded.failures:
        console.print(f"Not as planned: {failure}", markup=False)
    console.print(f"For detectors: {out / CAPTURES}", markup=False)
    console.print(f"For the scoreboard only: {out / LABELS}", markup=False)
