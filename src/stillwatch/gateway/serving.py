"""Running the proxy: its parts started and stopped in order, one event loop, signals."""

import asyncio
import gc
import logging
import resource
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from socket import AF_INET, AF_INET6, create_server, socket
from time import time
from typing import Any

import uvicorn

from stillwatch.errors import SettingsError, StillwatchError
from stillwatch.gateway.admin.actions import Actions
from stillwatch.gateway.admin.app import Admin
from stillwatch.gateway.admin.places import UNIX, remove
from stillwatch.gateway.connection import Connection, cut_late
from stillwatch.gateway.gate import Gate
from stillwatch.gateway.http2 import Listener, Place
from stillwatch.gateway.parts import Parts
from stillwatch.gateway.proxy import Proxy
from stillwatch.gateway.room import MOST_BODY
from stillwatch.gateway.setup import start, stop
from stillwatch.gateway.translating import LiteLLMTranslator
from stillwatch.gateway.upstream import Patience, Upstream
from stillwatch.policy.engine import Policy

BACKLOG = 2048
GRACE_S = 30
VERDICTS_S = 2.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """Where operators ask and act.

    Attributes:
        socket: that listens for them.
        token: that opens it.
        book: file of the book of cases.
    """

    socket: socket
    token: str
    book: Path

    @property
    def place(self) -> str:
        """`unix:PATH` or `HOST:PORT`."""
        name = self.socket.getsockname()
        return f"{UNIX}{name}" if isinstance(name, str) else f"{name[0]}:{name[1]}"


@dataclass(frozen=True, slots=True)
class Serving:
    """What to serve.

    Attributes:
        upstream: address of the model server.
        policy: folder of rules.
        host, port: where to listen; port 0 for any that is free.
        most_body: bytes of a request's body.
        ready: told the port once requests are taken.
        http2: where to listen for HTTP/2 besides, or None.
        ready_http2: told that port.
        address_header: header, in lower case, in which a trusted server in front says whom it
            speaks for; empty if nobody stands in front.
        again: reads anew what operators write beside the rules.
        patience: with the model server.
        admin: where the operator's door is, or None.
    """

    upstream: str
    policy: Path
    host: str = "127.0.0.1"
    port: int = 8080
    most_body: int = MOST_BODY
    ready: Callable[[int], None] = lambda _port: None
    http2: Place | None = None
    ready_http2: Callable[[int], None] = lambda _port: None
    address_header: bytes = b""
    again: Callable[[], Parts | None] = lambda: None
    shared_port: bool = False
    patience: Patience = field(default_factory=Patience)
    admin: Door | None = None


def serve(serving: Serving, parts: Parts) -> None:
    """Serve until SIGINT or SIGTERM; SIGHUP reads the policy again.

    Raises:
        SettingsError: the policy, the address or the port cannot be used.
    """
    gate = gate_of(serving.policy, parts, serving.patience)
    upstream = Upstream(serving.upstream, serving.patience)
    _open_more_files()
    proxy = Proxy(gate, upstream, serving.most_body, serving.address_header)
    listener = None if serving.http2 is None else Listener(proxy, serving.http2)
    config = _config(proxy, serving.host, serving.port)
    start(parts)
    try:
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_run(config, serving, gate, upstream, listener))
    finally:
        stop(parts)


def gate_of(policy: Path, parts: Parts, patience: Patience) -> Gate:
    """The gate of a policy folder, which can do all that rules may ask for.

    Raises:
        SettingsError: the policy cannot be used.
        MissingExtra: it asks for translation, which is not installed.
    """
    translator = cache(partial(LiteLLMTranslator, patience.read_s))
    return Gate(Policy.load(policy, time()), parts, time, translator)


def _config(app: Any, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
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


def _open_more_files() -> None:
    """Take as many connections as the system allows; the usual first limit is 1024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _run(
    config: uvicorn.Config,
    serving: Serving,
    gate: Gate,
    upstream: Upstream,
    listener: Listener | None,
) -> None:
    upstream.open()
    server = _Server(config, serving.ready)
    loop = asyncio.get_running_loop()
    reloading = set[asyncio.Task[None]]()

    def reload() -> None:
        task = loop.create_task(_reload(gate, serving))
        reloading.add(task)
        task.add_done_callback(reloading.discard)

    loop.add_signal_handler(signal.SIGHUP, reload)
    if listener is not None:
        with _listening(serving.http2, "--http2"):
            serving.ready_http2(await listener.start())
    beside = [
        loop.create_task(_read_verdicts(gate)),
        loop.create_task(cut_late(server.server_state.connections)),
    ]
    # What was loaded so far stays; without this each full collection walks all of it again.
    gc.collect()
    gc.freeze()
    try:
        async with _open(serving, gate, server):
            with _listening(serving, "--listen"):
                await server.serve([_socket(serving)])
    finally:
        if listener is not None:
            await listener.stop(GRACE_S)
        for task in beside:
            task.cancel()
        await upstream.close()


@asynccontextmanager
async def _open(serving: Serving, gate: Gate, server: uvicorn.Server) -> AsyncIterator[None]:
    """The operator's door, as long as this lasts: the last to close, so that it can tell of the end."""
    door, loop = serving.admin, asyncio.get_running_loop()
    if door is None:
        yield
        return
    place, admin = door.place, _admin(serving, door, gate, server)
    cutting = loop.create_task(cut_late(admin.server_state.connections))
    running = loop.create_task(admin.serve([door.socket]))
    try:
        yield
    finally:
        admin.should_exit = True
        await running
        cutting.cancel()
        remove(place)


def _admin(serving: Serving, door: Door, gate: Gate, server: uvicorn.Server) -> uvicorn.Server:
    async def reload() -> None:
        gate.take(*await asyncio.to_thread(_read, gate, serving))

    actions = Actions(gate, door.book, reload, lambda: server.started and not server.should_exit)
    return _Server(_config(Admin(actions, door.token)), lambda _port: None, signals=False)


def _socket(serving: Serving) -> socket:
    """A listening socket.

    Raises:
        OSError: the place is taken.
    """
    family = AF_INET6 if ":" in serving.host else AF_INET
    return create_server(
        (serving.host, serving.port), family=family, backlog=BACKLOG, reuse_port=serving.shared_port
    )


@contextmanager
def _listening(place: Serving | Place | None, option: str) -> Iterator[None]:
    try:
        yield
    except (OSError, SystemExit) as error:  # the latter is how uvicorn says it
        assert place is not None
        raise SettingsError(
            f"{place.host}:{place.port} cannot be listened on.",
            f"Is another program there? Name another with {option} HOST:PORT.",
        ) from error


class _Server(uvicorn.Server):
    """Says the port once it listens, and ends by itself at a signal where it is told to."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[int], None], *, signals: bool = True
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._signals = (signal.SIGINT, signal.SIGTERM) if signals else ()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End gently at the first signal; the captured one is not raised again afterwards."""
        loop = asyncio.get_running_loop()
        for one in self._signals:
            loop.add_signal_handler(one, self.handle_exit, one, None)
        yield

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._signals:
            self._ready(self.servers[0].sockets[0].getsockname()[1])


async def _read_verdicts(gate: Gate) -> None:
    """Take over the verdicts of each hunt soon after it has ended."""
    while True:
        await asyncio.sleep(VERDICTS_S)
        await asyncio.to_thread(gate.read_verdicts)


async def _reload(gate: Gate, serving: Serving) -> None:
    """Read again what operators write; if there is a mistake in it, all stays as it was."""
    try:
        gate.take(*await asyncio.to_thread(_read, gate, serving))
    except StillwatchError as error:
        _log.warning("The old rules stay: %s %s", error.message, error.hint)
    else:
        _log.info("The rules were read again.")


def _read(gate: Gate, serving: Serving) -> tuple[Policy, Parts | None]:
    policy = Policy.load(serving.policy, time())
    gate.prepare(policy)
    return policy, serving.again()
