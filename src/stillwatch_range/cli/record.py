"""`stillwatch range record`: real clients and real relays in, captures and labels out."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from stillwatch_range.record.command import last_hour_s
from stillwatch_range.record.command import record as record_traffic
from stillwatch_range.record.plan import DEFAULT_CLIENTS, DEFAULT_RELAYS, Wish, names_of
from stillwatch_range.record.recording import CAPTURES, LABELS
from stillwatch_range.record.tools import Tools

SESSIONS = 24
MINUTES = 60
FAILED = 5
SHOWN = 5


def record(  # noqa: PLR0913  # the arguments are the command's options
    *,
    out: Annotated[Path, Parameter(help="A new folder for the traffic.")],
    tools: Annotated[Path, Parameter(help="The folder that `range tools` filled.")],
    sessions: Annotated[int, Parameter(help="How many conversations.")] = SESSIONS,
    minutes: Annotated[int, Parameter(help="Span of the story, up to a day (1440).")] = MINUTES,
    relays: Annotated[
        list[str] | None,
        Parameter(help="Real relays, with commas: litellm, ccr and others.", negative=()),
    ] = None,
    clients: Annotated[
        list[str] | None,
        Parameter(help="Real clients, with commas: claude, codex and others.", negative=()),
    ] = None,
    seed: Annotated[int, Parameter(help="The same seed plans the same story.")] = 1,
    keep_vendor_text: Annotated[
        bool,
        Parameter(help="Keep the vendors' prompts, which are theirs; not to publish.", negative=()),
    ] = False,
) -> int:
    """Record; the help text stands in `help.py`."""
    wish = Wish(
        seed=seed,
        sessions=sessions,
        minutes=minutes,
        relays=names_of(DEFAULT_RELAYS if relays is None else relays),
        clients=names_of(DEFAULT_CLIENTS if clients is None else clients),
        end_s=last_hour_s(),
    )
    done = record_traffic(wish, out, Tools(tools, {}), vendor_text=keep_vendor_text)
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"{done.exchanges:,} exchanges of {done.accounts:,} accounts.")
    console.print(f"For detectors: {out / CAPTURES}", markup=False)
    console.print(f"For the scoreboard only: {out / LABELS}", markup=False)
    for failure in done.failures[:SHOWN]:
        Console(stderr=True).print(f"Not as planned: {failure}", markup=False)
    return FAILED if done.failures else 0
