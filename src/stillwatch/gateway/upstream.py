"""The way to the model server: one pool of connections, bytes as they are.

Nothing is added, unpacked or followed: no cookies, no redirects, no proxies of the environment.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import RequestError, RequestTimeoutError
from pyreqwest.response import Response

from stillwatch.errors import SettingsError
from stillwatch.gateway.request import RawHeaders

Unreachable = RequestError
"""What is raised when the other side cannot be reached, or goes away."""
TooSlow = RequestTimeoutError
"""The kind of it where time was over: until a connection, an answer or its next bytes."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait.

    Attributes:
        connect_s: for a connection.
        read_s: for the next bytes of an answer; models think for minutes.
        idle_s: before an idle connection is closed.
    """

    connect_s: float = 10.0
    read_s: float = 600.0
    idle_s: float = 50.0


class Upstream:
    """Sends requests on.

    Args:
        base_url: scheme, host and, if any, the beginning of the path.
        patience: how long to wait.

    Raises:
        SettingsError: it is no plain http or https address.
    """

    def __init__(self, base_url: str, patience: Patience | None = None) -> None:
        url = urlsplit(base_url)
        if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.username:
            raise SettingsError(
                f"{base_url!r} is no address of a server.", "Write it like http://127.0.0.1:8000."
            )
        self._base = base_url.rstrip("/")
        self._patience = patience or Patience()
        self._client: Client | None = None

    def open(self) -> None:
        """Make the pool; inside the event loop that will use it."""
        patience = self._patience
        self._client = (
            ClientBuilder()
            .follow_redirects(False)
            .referer(False)
            .default_cookie_store(False)
            .gzip(False)
            .brotli(False)
            .zstd(False)
            .deflate(False)
            .no_proxy()
            .connect_timeout(timedelta(seconds=patience.connect_s))
            .read_timeout(timedelta(seconds=patience.read_s))
            .pool_idle_timeout(timedelta(seconds=patience.idle_s))
            .build()
        )

    async def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def answer(
        self, method: str, target: str, headers: list[tuple[str, str]], body: bytes
    ) -> AbstractAsyncContextManager[Response]:
        """The answer to a request, its body still to be read.

        Args:
            method: of the request.
            target: path and query, appended to the base, or a whole address.
            headers: in order.
            body: as it is.

        Returns:
            What gives the answer when it is entered, and raises `Unreachable` if there is none.
        """
        assert self._client is not None, "open it first"
        url = target if target.startswith("http") else self._base + target
        request = self._client.request(method, url).headers(headers)
        if body:
            request = request.body_bytes(body)
        # Nothing is gathered before the answer's head is handed on: a stream begins when it begins.
        return request.streamed_read_buffer_limit(0).build_streamed()


def headers_of(response: Response) -> RawHeaders:
    """The headers of an answer, names in lower case."""
    return [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers.items()
    ]
