"""`stillwatch range upstream`: the scripted model server, for tests."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from stillwatch.errors import MissingExtra


def upstream(
    *,
    port: Annotated[
        int,
        Parameter(help="Port on loopback; 0 for a free one.", validator=validators.Number(gte=0)),
    ] = 0,
    out: Annotated[Path | None, Parameter(help="Append captures to this file.")] = None,
) -> int:
    """Serve until stopped; the help text stands in `help.py`."""
    try:
        from stillwatch_range.upstream import command  # noqa: PLC0415  needs the extra
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "The model server needs aiohttp.", "pip install 'stillwatch[range]'"
        ) from error
    command.main(port, out)
    return 0
