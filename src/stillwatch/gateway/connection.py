"""A client's connection: uvicorn's, with headers kept as received and an end to all waiting."""

import asyncio
import math
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEADERS = 200
MOST_HEADER_BYTES = 64 << 10
HEADERS_S = 30.0
"""Seconds until the head of a request must have come."""
UPLOAD_S = 600.0
"""Seconds until its body must have come."""
LOOK_S = 1.0
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
        self._head_bytes = 0
        self._until_s = math.inf
        self._refused = False

    def connection_made(self, transport: Any) -> None:
        """Begin; the first request must come in time."""
        super().connection_made(transport)
        self._wait(HEADERS_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """End, and whatever is done for this client with it."""
        self.gone = True
        self._wait(None)
        super().connection_lost(exc)
        if self.task is not None:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        """Bytes came in."""
        if not self._refused:
            super().data_received(data)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._raw, self._head_bytes = [], 0
        self._wait(HEADERS_S)
        super().on_message_begin()
        self.scope["stillwatch.headers"] = self._raw  # type: ignore[typeddict-unknown-key]
        self.scope["stillwatch.connection"] = self  # type: ignore[typeddict-unknown-key]

    def on_url(self, url: bytes) -> None:
        """Its target, or a part of it."""
        self._head_bytes += len(url)
        super().on_url(url)
        self._check_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One of its headers."""
        self._raw.append((name, value))
        self._head_bytes += len(name) + len(value)
        super().on_header(name, value)
        self._check_head()

    def on_headers_complete(self) -> None:
        """All of its headers are there."""
        names = [name for name, _ in self.headers if name in _SENSITIVE]
        if len(names) != len(set(names)) or {b"content-length", b"transfer-encoding"} <= set(names):
            # Two sides could cut the stream at different places (RFC 9112, section 11.2).
            self._refuse(b"400 Bad Request")
        if self._refused:
            return
        self._wait(UPLOAD_S)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of its body."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """It is there as a whole."""
        if not self._refused:
            self._wait(None)
            super().on_message_complete()

    def cut(self) -> None:
        """End the connection so that the client sees its answer is not whole."""
        if self.transport is not None:
            self.transport.abort()

    def _check_head(self) -> None:
        if self._head_bytes > MOST_HEADER_BYTES or len(self._raw) > MOST_HEADERS:
            self._refuse(b"431 Request Header Fields Too Large")

    def _refuse(self, status: bytes) -> None:
        if not self._refused:
            self._refused = True
            head = b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(head)
            self.transport.close()

    def late(self, now_s: float) -> bool:
        """Whether something should have come by now, by the clock of the event loop."""
        return now_s > self._until_s

    def _wait(self, seconds: float | None) -> None:
        """Expect the client to go on in time; None to wait for ever."""
        self._until_s = math.inf if seconds is None else self.loop.time() + seconds


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
