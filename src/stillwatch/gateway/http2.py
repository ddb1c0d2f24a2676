"""HTTP/2 in: a listener of its own, in front of the same proxy.

Frames, flow control and streams are hypercorn's. Here a stream is given what a connection has in
`connection.py`: an end to waiting, and work that ends when its client goes away.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from ssl import PROTOCOL_TLS_SERVER, SSLContext, SSLError, TLSVersion
from typing import Any

from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.config import Config
from hypercorn.utils import wrap_app

from stillwatch.errors import SettingsError
from stillwatch.gateway.asgi_body import Receive, Scope, Send, send_whole
from stillwatch.gateway.connection import (
    HEADERS_S,
    LOOK_S,
    MOST_HEADER_BYTES,
    MOST_HEADERS,
    STALLED_S,
    UPLOAD_S,
    watch,
)
from stillwatch.gateway.http2_flow import hold_back

STREAMS = 100
"""Requests at once in one connection."""

App = Callable[[Scope, Receive, Send], Awaitable[None]]


class _Client:
    """A connection.

    Attributes:
        writer: of it.
        streams: requests that it has open.
        since_s: when it last had one, by the clock of the event loop.
    """

    def __init__(self, writer: asyncio.StreamWriter, now_s: float) -> None:
        self.writer = writer
        self.streams = 0
        self.since_s = now_s

    def late(self, now_s: float) -> bool:
        """Whether it asks nothing, whatever it sends."""
        return not self.streams and now_s > self.since_s + HEADERS_S


_client: ContextVar[_Client] = ContextVar("client")


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen.

    Attributes:
        host, port: port 0 for any that is free.
        certificate: PEM file with certificate and key; without it clients must know that this is
            HTTP/2, as load balancers do.
    """

    host: str
    port: int
    certificate: Path | None = None


def context_of(certificate: Path) -> SSLContext:
    """How TLS is spoken.

    Raises:
        SettingsError: the file holds no certificate with its key.
    """
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.minimum_version = TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2"])
    try:
        context.load_cert_chain(certificate)
    except (OSError, SSLError) as error:
        raise SettingsError(
            f"{certificate.name} cannot be used as a certificate: {error.strerror or error}.",
            "It holds the certificate and its key, one after the other, as PEM.",
        ) from error
    return context


class Listener:
    """Takes HTTP/2 connections for an application.

    Args:
        app: the proxy.
        place: where to listen.

    Raises:
        SettingsError: its certificate cannot be used.
    """

    def __init__(self, app: App, place: Place) -> None:
        hold_back()
        self._app = wrap_app(_Streams(app), 0, "asgi")  # type: ignore[arg-type]
        self._place = place
        self._tls = None if place.certificate is None else context_of(place.certificate)
        self._config = Config()
        self._config.accesslog = self._config.errorlog = None
        self._config.include_server_header = self._config.include_date_header = False
        self._config.h2_max_concurrent_streams = STREAMS
        self._config.h2_max_header_list_size = MOST_HEADER_BYTES
        self._config.keep_alive_timeout = HEADERS_S
        self._context = WorkerContext(None)
        self._open: dict[asyncio.Task[None], _Client] = {}
        self._looking: asyncio.Task[None] | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen.

        Returns:
            The port.

        Raises:
            OSError: the place is taken.
        """
        place = self._place
        self._server = await asyncio.start_server(
            self._connected, place.host, place.port, ssl=self._tls
        )
        self._looking = asyncio.create_task(self._cut_late())
        found: socket = self._server.sockets[0]
        port: int = found.getsockname()[1]
        return port

    async def stop(self, patience_s: float) -> None:
        """Take no more, let running requests end, and end the others when patience is over."""
        if self._server is not None:
            self._server.close()
        if self._looking is not None:
            self._looking.cancel()
        await self._context.terminated.set()
        if self._open:
            _, late = await asyncio.wait(self._open, timeout=patience_s)
            for task in late:
                task.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        client = self._open[task] = _Client(writer, loop.time())
        watch(writer.get_extra_info("socket"))
        # The tasks of its streams inherit it.
        _client.set(client)
        try:
            await TCPServer(self._app, loop, self._config, self._context, {}, reader, writer)
        finally:
            del self._open[task]

    async def _cut_late(self) -> None:
        """Cut connections that ask nothing for too long, for as long as it runs."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_S)
            for client in tuple(self._open.values()):
                if client.late(loop.time()):
                    client.writer.transport.abort()


class _Streams:
    """Serves each stream with a `_Stream` at its side."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        scope["headers"] = [(bytes(name), bytes(value)) for name, value in scope["headers"]]
        if scope["http_version"] != "2":
            await send_whole(send, 505, [(b"content-length", b"0")], b"")
            return
        if len(scope["headers"]) > MOST_HEADERS:
            await send_whole(send, 431, [(b"content-length", b"0")], b"")
            return
        client = _client.get()
        stream = _Stream(receive, send, client.writer)
        scope["stillwatch.connection"] = stream
        client.streams += 1
        try:
            await self._app(scope, stream.receive, stream.send)
        finally:
            client.streams -= 1
            client.since_s = asyncio.get_running_loop().time()
            stream.over()


class _Stream:
    """A request and its answer.

    Attributes:
        task: what serves it at the moment; ended when the client goes away.
        gone: the client went away.
    """

    def __init__(self, receive: Receive, send: Send, writer: asyncio.StreamWriter) -> None:
        self.task: asyncio.Task[Any] | None = None
        self.gone = False
        self._receive, self._send = receive, send
        self._writer = writer
        self._watching: asyncio.Task[None] | None = None

    async def receive(self) -> MutableMapping[str, Any]:
        """The next piece of the body, which must come in time."""
        try:
            async with asyncio.timeout(UPLOAD_S):
                message = await self._receive()
        except TimeoutError:
            self.cut()
            return {"type": "http.disconnect"}
        if message["type"] == "http.request" and not message.get("more_body", False):
            self._watching = asyncio.get_running_loop().create_task(self._watch())
        return message

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Send a piece of the answer; the client must take some of what waits in time."""
        try:
            async with asyncio.timeout(STALLED_S):
                await self._send(message)
        except TimeoutError:
            self.gone = True
            self.cut()

    def cut(self) -> None:
        """End the connection so that the client sees its answer is not whole."""
        self._writer.transport.abort()

    def over(self) -> None:
        """The request is done with."""
        if self._watching is not None:
            self._watching.cancel()

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        if self.task is not None:
            self.task.cancel()
