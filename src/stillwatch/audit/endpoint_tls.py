"""Encrypted connections, for whatever name or address a tool means.

The certificate is chosen by the name that the tool asks for, and where it asks for none by the
address that it called.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import cast

from stillwatch.audit.endpoint_authority import Authority

Server = Callable[[], asyncio.Protocol]
"""Makes what answers HTTP on one connection."""


class Encrypted(asyncio.Protocol):
    """One connection that begins with TLS.

    Args:
        server: makes what answers.
        authority: makes certificates.
    """

    def __init__(self, server: Server, authority: Authority) -> None:
        self._server = server
        self._authority = authority
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin TLS before anything is read."""
        stream = cast("asyncio.Transport", transport)
        stream.pause_reading()
        context = self._authority.context(str(stream.get_extra_info("sockname")[0]))
        self._task = asyncio.get_running_loop().create_task(
            encrypted(stream, self._server(), context)
        )


async def encrypted(
    transport: asyncio.Transport, protocol: asyncio.Protocol, context: ssl.SSLContext
) -> None:
    """Begin TLS on a connection and hand it to what answers; a broken greeting just ends it.

    Args:
        transport: the connection.
        protocol: what answers.
        context: holds the certificates.
    """
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError, ssl.SSLError):
        inner = await loop.start_tls(transport, protocol, context, server_side=True)
        if inner is not None:
            protocol.connection_made(inner)
