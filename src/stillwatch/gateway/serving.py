"""Running the proxy: its parts started and stopped in order, one event loop, signals."""

import asyncio
import gc
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from time import time

import uvicorn

from stillwatch.errors import SettingsError
from stillwatch.gateway.connection import Connection, cut_late
from stillwatch.gateway.gate import Gate, Parts
from stillwatch.gateway.proxy import MOST_BODY, Proxy
from stillwatch.gateway.setup import start, stop
from stillwatch.gateway.upstream import Upstream
from stillwatch.policy.engine import Policy

BACKLOG = 2048
GRACE_S = 30
VERDICTS_S = 2.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Serving:
    """What to serve.

    Attributes:
        upstream: address of the model server.
        policy: folder of rules.
        host, port: where to listen; port 0 for any that is free.
        most_body: bytes of a request's body.
        ready: told the port once requests are taken.
    """

    upstream: str
    policy: Path
    host: str = "127.0.0.1"
    port: int = 8080
    most_body: int = MOST_BODY
    ready: Callable[[int], None] = lambda _port: None


def serve(serving: Serving, parts: Parts) -> None:
    """Serve until SIGINT or SIGTERM; SIGHUP reads the policy again.

    Raises:
        SettingsError: the policy, the address or the port cannot be used.
    """
    gate = Gate(Policy.load(serving.policy, time()), parts, time)
    upstream = Upstream(serving.upstream)
    proxy = Proxy(gate, upstream, serving.most_body)
    config = uvicorn.Config(
        proxy,
        host=serving.host,
        port=serving.port,
        loop="uvloop",
        http=Connection,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE_S,
    )
    start(parts)
    try:
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_run(config, serving, gate, upstream))
    finally:
        stop(parts)


async def _run(config: uvicorn.Config, serving: Serving, gate: Gate, upstream: Upstream) -> None:
    upstream.open()
    server = _Server(config, serving.ready)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, _reload, gate, serving.policy)
    beside = [
        loop.create_task(_read_verdicts(gate)),
        loop.create_task(cut_late(server.server_state.connections)),
    ]
    # What was loaded so far stays; without this each full collection walks all of it again.
    gc.collect()
    gc.freeze()
    try:
        await server.serve()
    except SystemExit as error:  # how uvicorn says that it cannot listen
        raise SettingsError(
            f"{serving.host}:{serving.port} cannot be listened on.",
            "Is another program there? Name another with --listen HOST:PORT.",
        ) from error
    finally:
        for task in beside:
            task.cancel()
        await upstream.close()


class _Server(uvicorn.Server):
    """Says the port once it listens, and ends by itself at a signal."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[int], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End gently at the first signal; the captured one is not raised again afterwards."""
        loop = asyncio.get_running_loop()
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(one, self.handle_exit, one, None)
        yield

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready(self.servers[0].sockets[0].getsockname()[1])


async def _read_verdicts(gate: Gate) -> None:
    """Take over the verdicts of each hunt soon after it has ended."""
    while True:
        await asyncio.sleep(VERDICTS_S)
        await asyncio.to_thread(gate.read_verdicts)


def _reload(gate: Gate, folder: Path) -> None:
    """Read the rules again; if they are wrong, the old ones stay."""
    try:
        gate.take(Policy.load(folder, time()))
    except SettingsError as error:
        _log.warning("The old rules stay: %s %s", error.message, error.hint)
    else:
        _log.info("The rules were read again.")
