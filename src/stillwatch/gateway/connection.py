"""A client's connection: uvicorn's, with headers kept as received and an end to all waiting."""

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEADERS = 200
MOST_HEADER_BYTES = 64 << 10
HEADERS_S = 30.0
"""Seconds until the head of a request must have come."""
UPLOAD_S = 600.0
"""Seconds until its body must have come."""
STALLED_S = 300
"""Seconds until a client must have taken something of what was sent to it."""
QUIET_S = 60
"""Seconds of silence after which a client is asked whether it is there still."""
LOOK_S = 1.0
TOO_LARGE = b"431 Request Header Fields Too Large"
_SENSITIVE = frozenset({b"content-length", b"host", b"transfer-encoding"})


class Connection(HttpToolsProtocol):
    """One connection.

    Attributes:
        task: what serves its request at the moment; ended when the client goes away.
        gone: the client went away.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task: asyncio.Task[Any] | None = None
        self.gone = False
        self._raw: list[tuple[bytes, bytes]] = []
        # Whether a head is being waited for, since when, and how many bytes came meanwhile.
        self._head = True
        self._since_s = 0.0
        self._head_bytes = 0
        self._refused = False

    def connection_made(self, transport: Any) -> None:
        """Begin; the first request must come in time."""
        super().connection_made(transport)
        self._since_s = self.loop.time()
        watch(transport.get_extra_info("socket"))

    def connection_lost(self, exc: Exception | None) -> None:
        """End, and whatever is done for this client with it."""
        self.gone = True
        super().connection_lost(exc)
        if self.task is not None:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        """Bytes came in."""
        if self._refused:
            return
        if self._head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head and self._head_bytes > MOST_HEADER_BYTES:
            self._refuse(TOO_LARGE)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._raw, self._head, self._since_s = [], True, self.loop.time()
        super().on_message_begin()
        self.scope["stillwatch.headers"] = self._raw  # type: ignore[typeddict-unknown-key]
        self.scope["stillwatch.connection"] = self  # type: ignore[typeddict-unknown-key]

    def on_header(self, name: bytes, value: bytes) -> None:
        """One of its headers."""
        if self._head:  # what comes after a body, as many as a client likes, is for nobody
            self._raw.append((name, value))

    def on_headers_complete(self) -> None:
        """All of its headers are there.

        Raises:
            RuntimeError: they cannot be taken; the parser stops.
        """
        self._head, self._head_bytes = False, 0
        for name, value in self._raw:
            HttpToolsProtocol.on_header(self, name, value)
        if len(self._raw) > MOST_HEADERS or self._size() > MOST_HEADER_BYTES:
            self._refuse(TOO_LARGE)
        names = [name for name, _ in self.headers if name in _SENSITIVE]
        if len(names) != len(set(names)) or {b"content-length", b"transfer-encoding"} <= set(names):
            # Two sides could cut the stream at different places (RFC 9112, section 11.2).
            self._refuse(b"400 Bad Request")
        if self._refused:
            raise RuntimeError("refused")
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Say that bytes were no request, unless something was said already."""
        if not self._refused:
            super().send_400_response(msg)

    def cut(self) -> None:
        """End the connection so that the client sees its answer is not whole."""
        if self.transport is not None:
            self.transport.abort()

    def late(self, now_s: float) -> bool:
        """Whether a head or a body should have come by now, by the clock of the event loop."""
        if self._head:
            # Between requests `_head` is false: idle connections are the server's business.
            return now_s > self._since_s + HEADERS_S
        return self.cycle is not None and self.cycle.more_body and now_s > self._since_s + UPLOAD_S

    def _size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self._raw)

    def _refuse(self, status: bytes) -> None:
        if not self._refused:
            self._refused = True
            head = b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(head)
            self.transport.close()


def watch(sock: socket.socket) -> None:
    """Let the kernel end a connection whose client vanished, or takes nothing (Linux, tcp(7))."""
    if sock.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", QUIET_S), ("TCP_USER_TIMEOUT", STALLED_S * 1000)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


async def cut_late(connections: Iterable[object]) -> None:
    """Cut connections whose clients do not go on in time, for as long as it runs.

    One look a second at all of them: a timer for each step of each request costs far more.

    Args:
        connections: those that are open; changed by others meanwhile.
    """
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(LOOK_S)
        now_s = loop.time()
        for one in tuple(connections):
            if isinstance(one, Connection) and one.late(now_s):
                one.cut()
