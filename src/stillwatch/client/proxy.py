"""A proxy on this machine that seals requests of clients in any language.

A client is pointed at it as at any base URL (`ANTHROPIC_BASE_URL`, `OPENAI_BASE_URL`). Requests to
a model are sealed; everything else passes untouched, answers always do, piece by piece as they
come. It listens on loopback only, and only for programs: requests that a web page could make are
refused.
"""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from stillwatch.client.environment import proxy_for
from stillwatch.client.events import Unsealed
from stillwatch.client.network import is_loopback
from stillwatch.client.sealing import Draft, Sealing
from stillwatch.errors import SettingsError

HOST = "127.0.0.1"
MOST_BODY = 64 << 20
CONNECT_S = 30.0
# Headers of a connection, not of a message (RFC 9110, section 7.6.1), and one that is answered here.
_HOP = {
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
# What aiohttp would add by itself to a request that lacks it.
_ADDED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """How the proxy behaves.

    Attributes:
        upstream: base URL that requests go to; its path comes before theirs.
        port: number of the port; 0 for one that is free.
        most_body: largest body of a request to a model, in bytes.
    """

    upstream: str
    port: int = 0
    most_body: int = MOST_BODY


class Proxy:
    """The proxy.

    Args:
        sealing: seals requests.
        settings: where they go.

    Raises:
        SettingsError: the upstream is no HTTP URL.
    """

    def __init__(self, sealing: Sealing, settings: ProxySettings) -> None:
        parts = urlsplit(settings.upstream)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise SettingsError(
                "The upstream is no base URL.", "Give one as https://api.example.com."
            )
        self._sealing = sealing
        self._settings = settings
        self._base = settings.upstream.rstrip("/")
        self._netloc = parts.netloc.rpartition("@")[2]
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"

    async def start(self) -> int:
        """Listen.

        Returns:
            The number of the port.

        Raises:
            OSError: the port is taken.
        """
        self._session = aiohttp.ClientSession(
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_ADDED,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
            connector=aiohttp.TCPConnector(limit=0),
        )
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        # A client that goes away ends its request upstream as well.
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=1
        )
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._settings.port).start()
        except OSError:
            await self.stop()
            raise
        self.port = int(self._runner.addresses[0][1])
        return self.port

    async def stop(self) -> None:
        """Stop listening, and close all connections."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if refusal := _refusal(request):
            return _error(403, refusal)
        url = self._base + request.raw_path
        try:
            draft, body = await self._draft(request, url)
            return await self._passed_on(request, draft, body)
        except Unsealed as error:
            return _error(502, error.message)
        except _TooLong:
            return _error(413, "The body is longer than the proxy allows.")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # Its text may hold an address with a password.
            return _error(502, f"The upstream cannot be reached ({type(error).__name__}).")

    async def _draft(
        self, request: web.Request, url: str
    ) -> tuple[Draft, AsyncIterator[bytes] | None]:
        """The request as it goes on, with its body unless that is passed on in pieces."""
        dropped = _dropped(request.headers.getall("Connection", ()))
        headers = [
            (name, self._netloc.encode() if name.lower() == b"host" else value)
            for name, value in request.raw_headers
            if name.decode("latin-1").lower() not in dropped
        ]
        draft = Draft(request.method, url, headers, b"")
        if not self._sealing.seals(draft.method, draft.url):
            return draft, request.content.iter_any() if request.can_read_body else None
        body = await self._read(request)
        return self._sealing.sealed(Draft(draft.method, url, headers, body)), None

    async def _read(self, request: web.Request) -> bytes:
        body = bytearray()
        async for piece in request.content.iter_any():
            body += piece
            if len(body) > self._settings.most_body:
                raise _TooLong
        return bytes(body)

    async def _passed_on(
        self, request: web.Request, draft: Draft, body: AsyncIterator[bytes] | None
    ) -> web.StreamResponse:
        assert self._session is not None
        upstream = await self._session.request(
            draft.method,
            URL(draft.url, encoded=True),
            data=body if body is not None else (draft.body or None),
            headers=_readable(draft.headers),
            allow_redirects=False,
            proxy=proxy_for(draft.url),
        )
        async with upstream:
            return await _streamed(request, upstream)


class _TooLong(Exception):
    """A body that is longer than allowed."""


async def _streamed(request: web.Request, upstream: aiohttp.ClientResponse) -> web.StreamResponse:
    """Pass an answer on, piece by piece, no faster than the client takes it."""
    dropped = _dropped(upstream.headers.getall("Connection", ()))
    response = web.StreamResponse(status=upstream.status, reason=upstream.reason)
    lines = _readable(upstream.raw_headers)
    response.headers.extend(
        (name, value) for name, value in lines.items() if name.lower() not in dropped
    )
    await response.prepare(request)
    try:
        async for piece in upstream.content.iter_any():
            await response.write(piece)
    except aiohttp.ClientError:
        # It broke off; the client must not take what it has for the whole.
        if request.transport is not None:
            request.transport.abort()
        return response
    await response.write_eof()
    return response


def _refusal(request: web.Request) -> str:
    """Why a request is none of a local program's; empty if it may be."""
    if "Origin" in request.headers:
        return "This proxy is not for web pages."
    try:
        host = urlsplit(f"//{request.headers.get('Host', '')}").hostname
    except ValueError:
        host = None
    return "" if is_loopback(host) else "This proxy goes by the name of localhost only."


def _dropped(connection: Collection[str]) -> set[str]:
    """Names of headers that belong to the connection."""
    return _HOP | {name.strip().lower() for value in connection for name in value.split(",")}


def _readable(lines: Collection[tuple[bytes, bytes]]) -> CIMultiDict[str]:
    return CIMultiDict(
        (name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name, value in lines
    )


def _error(status: int, message: str) -> web.Response:
    """An error in a shape that the clients of all wires show."""
    error = {"type": "stillwatch_proxy_error", "message": message}
    return web.json_response({"type": "error", "error": error}, status=status)
