"""The recording endpoint: answers one room's requests, and keeps them byte for byte.

It stands outside the room and listens on sockets that were made inside. Headers are kept in the
order and case in which they came, bodies as they were sent, compressed ones included.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from stillwatch.audit.endpoint_answers import Answer, answer
from stillwatch.audit.endpoint_authority import Authority
from stillwatch.audit.endpoint_names import Names
from stillwatch.audit.endpoint_proxy import Proxy
from stillwatch.audit.endpoint_tls import Encrypted
from stillwatch.audit.recording import Limits, Request, body_fields
from stillwatch.audit.room import Sockets
from stillwatch.errors import MissingExtra

try:
    from aiohttp import web
    from aiohttp.abc import AbstractAccessLogger
except ImportError as error:
    raise MissingExtra(
        "An audit needs an HTTP server.", "pip install 'stillwatch[audit]'"
    ) from error

ENCRYPTED, PROXY = 443, 3128
OTHER = "other"
"""What stands for the host class where a tool calls a host by itself."""
LONGEST_LINE = 1 << 20


class Endpoint:
    """Answers the requests of one run.

    Args:
        hosts: level of the host class by the server's name in lower case.
        authority: makes certificates.
        limits: of the run.
    """

    def __init__(self, hosts: Mapping[str, str], authority: Authority, limits: Limits) -> None:
        self._hosts = hosts
        self._authority = authority
        self._limits = limits
        self._started = 0.0
        self._bytes = 0
        self._server: web.Server | None = None
        self._runner: web.ServerRunner | None = None
        self._names: asyncio.DatagramTransport | None = None
        self._listening: list[asyncio.Server] = []
        self._requests: list[Request] = []
        self._lookups: list[str] = []
        self.rubbish = False
        """Whether something came that is no HTTP."""
        self.flooded = asyncio.Event()
        """Set when a limit is passed; from then on nothing is kept."""

    @property
    def requests(self) -> tuple[Request, ...]:
        """What came, by the time at which its head was read."""
        return tuple(sorted(self._requests, key=lambda one: one.at_ms))

    @property
    def lookups(self) -> tuple[str, ...]:
        """Names that were looked up."""
        return tuple(self._lookups)

    async def start(self, sockets: Sockets) -> None:
        """Listen.

        Args:
            sockets: of the room; closed by `stop`.
        """
        server = web.Server(
            self._answer,
            access_log_class=_watch(self),
            auto_decompress=False,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
        )
        self._server = server
        self._runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        context = self._authority.context("localhost")
        begins: dict[int, Callable[[], asyncio.Protocol]] = {
            ENCRYPTED: lambda: Encrypted(server, self._authority),
            PROXY: lambda: Proxy(server, context, self._tunnel),
        }
        for port, one in sockets.streams.items():
            self._listening.append(await loop.create_server(begins.get(port, server), sock=one))
        self._names, _ = await loop.create_datagram_endpoint(
            lambda: Names(self._lookups), sock=sockets.names
        )

    def begin(self) -> None:
        """Count time from now."""
        self._started = time.monotonic()

    async def stop(self) -> None:
        """Close everything."""
        if self._names is not None:
            self._names.close()
        for one in self._listening:
            one.close()
        if self._server is not None:
            # The other ends are gone: nothing is left to say, and TLS would wait for a farewell.
            for connection in self._server.connections:
                if connection.transport is not None:
                    connection.transport.abort()
        if self._runner is not None:
            await self._runner.cleanup()
        await asyncio.sleep(0)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        at_ms = self._now()
        body = await self._read(request)
        if body is None or len(self._requests) >= self._limits.requests:
            self.flooded.set()
            raise web.HTTPServiceUnavailable
        chosen = _chosen(request, body)
        self._requests.append(self._kept(request, body, at_ms, chosen.status))
        return web.Response(body=chosen.body, status=chosen.status, content_type=chosen.kind)

    async def _read(self, request: web.BaseRequest) -> bytes | None:
        """The body; None if it goes past the limit of the run."""
        body = bytearray()
        with contextlib.suppress(web.RequestPayloadError):
            async for piece in request.content.iter_any():
                body += piece
                self._bytes += len(piece)
                if self._bytes > self._limits.bytes:
                    return None
        return bytes(body)

    def _now(self) -> float:
        return round((time.monotonic() - self._started) * 1e3, 3)

    def _tunnel(self, head: bytes) -> None:
        """Keep what the proxy was asked for."""
        if len(self._requests) >= self._limits.requests:
            self.flooded.set()
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        method, _, target = first.partition(" ")
        target, _, version = target.partition(" ")
        server = target.rpartition(":")[0].strip("[]").lower()
        named = (line.partition(":") for line in lines)
        request = Request(
            at_ms=self._now(),
            method=method,
            path=target,
            headers=tuple((name, value.strip()) for name, _, value in named),
            http_version=version.removeprefix("HTTP/"),
            host=self._hosts.get(server, OTHER),
            server=server,
            status=200,
        )
        self._requests.append(request)

    def _kept(self, request: web.BaseRequest, body: bytes, at_ms: float, status: int) -> Request:
        server = _server(request)
        return Request(
            at_ms=at_ms,
            method=request.method,
            path=request.raw_path,
            headers=tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in request.raw_headers
            ),
            http_version=f"{request.version.major}.{request.version.minor}",
            host=self._hosts.get(server, OTHER),
            server=server,
            scheme="https" if request.secure else "http",
            status=status,
            **body_fields(body),
        )


def _chosen(request: web.BaseRequest, body: bytes) -> Answer:
    path = urlsplit(request.raw_path).path if "://" in request.raw_path else request.raw_path
    return answer(request.method, path.partition("?")[0], body)


def _server(request: web.BaseRequest) -> str:
    """Name of the server that a request is meant for."""
    target = request.raw_path
    named = target if "://" in target else f"//{request.headers.get('Host', '')}"
    with contextlib.suppress(ValueError):
        return urlsplit(named).hostname or ""
    return ""


def _watch(endpoint: Endpoint) -> type[AbstractAccessLogger]:
    """Sees what aiohttp turns away before a handler does."""

    class Watch(AbstractAccessLogger):
        def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
            del time
            endpoint.rubbish |= request.method == "UNKNOWN" and response.status == 400

    return Watch
