"""The server as a program: it runs until it is told to stop."""

import asyncio
import signal
import sys
from pathlib import Path

from stillwatch.errors import SettingsError
from stillwatch_range.upstream.server import Upstream, UpstreamSettings
from stillwatch_range.upstream.tape import CaptureFile


def main(port: int, out: Path | None = None) -> int:
    """Run the server until a signal ends it.

    Args:
        port: number of the port; 0 for one that is free.
        out: file that captures are appended to.

    Returns:
        How many requests it answered.

    Raises:
        SettingsError: the port is taken, or the file cannot be written.
    """
    try:
        if out is None:
            return asyncio.run(_serve(Upstream(UpstreamSettings()), port))
        with CaptureFile(out) as tape:
            return asyncio.run(_serve(Upstream(UpstreamSettings(), tape=tape), port))
    except OSError as error:
        raise SettingsError(
            f"the server cannot start: {error.strerror or error}", "Name another port or file."
        ) from error


async def _serve(upstream: Upstream, port: int) -> int:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    await upstream.start(port)
    try:
        print(f"test server on {upstream.url}", file=sys.stderr, flush=True)  # noqa: T201
        await ended.wait()
    finally:
        await upstream.stop()
    return upstream.answered
