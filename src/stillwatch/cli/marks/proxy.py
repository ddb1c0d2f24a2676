"""`stillwatch marks proxy`: seal requests of any client on this machine."""

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators
from rich.console import Console

from stillwatch.cli.marks.machine import (
    DEFAULT_GRAMMAR,
    GrammarName,
    PolicyFile,
    Unsigned,
    policy_of,
)
from stillwatch.client.events import Event
from stillwatch.client.wrapping import Choices, sealing_for
from stillwatch.errors import MissingExtra, SettingsError
from stillwatch.marks.grammar import load

if TYPE_CHECKING:
    from stillwatch.client.proxy import Proxy

PROXY = """Seal the requests of any client on this machine.

Point the client at the address that is printed, as at any base URL. Answers pass untouched.
Ctrl-C ends it.

For example:

    stillwatch marks proxy --upstream https://api.example.com --enrolment enrolment.json

    stillwatch marks proxy --upstream https://api.example.com --enrolment enrolment.json \\
        --port 8788 --policy policy.toml --fail-closed
"""
ANY = validators.Number(gte=0, lte=65_535)
Port = Annotated[int, Parameter(help="Port on 127.0.0.1; a free one by default.", validator=ANY)]


def proxy(
    *,
    upstream: Annotated[str, Parameter(help="Base URL of the service.")],
    enrolment: Annotated[Path, Parameter(help="The record of this install.")],
    grammar: GrammarName = DEFAULT_GRAMMAR,
    policy: PolicyFile = None,
    port: Port = 0,
    unsigned: Unsigned = False,
    fail_closed: Annotated[
        bool, Parameter(help="Hold back what cannot be sealed.", negative="")
    ] = False,
) -> int:
    """Run the proxy until it is stopped; the help text is `PROXY`."""
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)

    def report(event: Event) -> None:
        console.print(f"{event.path}: {event.kind}, {event.why}".removeprefix(": "))

    choices = Choices(
        load(grammar), policy_of(policy), not unsigned, fail_closed=fail_closed, report=report
    )
    try:
        from stillwatch.client.proxy import Proxy, ProxySettings  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise MissingExtra("The proxy needs aiohttp.", "pip install 'stillwatch[proxy]'") from error
    made = Proxy(sealing_for(enrolment, choices), ProxySettings(upstream, port))
    asyncio.run(_until_stopped(made, port))
    return 0


async def _until_stopped(made: "Proxy", port: int) -> None:
    stopped = asyncio.Event()
    try:
        await made.start()
    except OSError as error:
        raise SettingsError(f"Port {port} is taken.", "Name another one with --port.") from error
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # on Windows
                asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        print(made.url, flush=True)  # noqa: T201  # the answer itself
        await stopped.wait()
    finally:
        await made.stop()
