"""The proxy that proxy variables point at: opens every tunnel to the recorder itself.

So a tool that sends all it has through a proxy is seen just as well as one that knows none. What
it asks a tunnel for is told before what comes through it.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import cast

from stillwatch.audit.endpoint_tls import Server, encrypted

LONGEST_HEAD = 64 << 10
_ASKS = b"CONNECT "
_END = b"\r\n\r\n"
_OPENED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_PLAIN = (b":80", b":8080")


class Proxy(asyncio.Protocol):
    """One connection to the proxy.

    Args:
        server: makes what answers HTTP on a connection.
        context: makes certificates.
        tunnel: told the head of a request for a tunnel.
    """

    def __init__(
        self,
        server: Server,
        context: ssl.SSLContext,
        tunnel: Callable[[bytes], None],
    ) -> None:
        self._server = server
        self._context = context
        self._tunnel = tunnel
        self._read = bytearray()
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the connection."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read a whole head; what asks for no tunnel is answered as if there were no proxy."""
        assert self._transport is not None
        self._read += data
        if not self._read.startswith(_ASKS[: len(self._read)]):
            _hand_over(self._transport, self._server(), bytes(self._read))
        elif _END in self._read:
            self._open(self._transport, bytes(self._read))
        elif len(self._read) > LONGEST_HEAD:
            self._transport.abort()

    def _open(self, transport: asyncio.Transport, read: bytes) -> None:
        head, _, rest = read.partition(_END)
        self._tunnel(head)
        transport.write(_OPENED)
        target = head.split(b" ", 2)[1]
        if target.endswith(_PLAIN):
            _hand_over(transport, self._server(), rest)
        else:
            # Nobody greets before the tunnel is open, so nothing of the handshake was read yet.
            self._task = asyncio.get_running_loop().create_task(
                encrypted(transport, self._server(), self._context)
            )


def _hand_over(transport: asyncio.Transport, protocol: asyncio.Protocol, read: bytes) -> None:
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    if read:
        protocol.data_received(read)
