"""A transport for httpx and httpx2 clients, such as the OpenAI and Anthropic SDKs use.

Both libraries send through an object with `handle_request` or `handle_async_request`; this one
stands in front of it. Neither library is imported.
"""

from types import TracebackType
from typing import Any, Self

from stillwatch.client.sealing import Draft, Sealing
from stillwatch.errors import SettingsError

_HINT = "Give a transport, a client of httpx or httpx2, or an OpenAI or Anthropic client."


class SealedTransport:
    """Seals what goes through it.

    Args:
        inner: the transport that sends; synchronous, asynchronous, or both.
        sealing: seals requests.
    """

    def __init__(self, inner: Any, sealing: Sealing) -> None:
        self._inner = inner
        self._sealing = sealing

    def handle_request(self, request: Any) -> Any:
        """Send a request, sealed."""
        if self._sealing.seals(request.method, str(request.url)):
            request = self._sealed(request, request.read())
        return self._inner.handle_request(request)

    async def handle_async_request(self, request: Any) -> Any:
        """Send a request, sealed."""
        if self._sealing.seals(request.method, str(request.url)):
            request = self._sealed(request, await request.aread())
        return await self._inner.handle_async_request(request)

    def _sealed(self, request: Any, body: bytes) -> Any:
        draft = Draft(request.method, str(request.url), list(request.headers.raw), body)
        sealed = self._sealing.sealed(draft)
        if sealed is draft:
            return request
        make = type(request)
        # Given a stream, the libraries add no headers of their own.
        return make(
            sealed.method,
            request.url,
            headers=sealed.headers,
            stream=make(sealed.method, request.url, content=sealed.body).stream,
            extensions=request.extensions,
        )

    def close(self) -> None:
        """Close the transport that sends."""
        self._inner.close()

    async def aclose(self) -> None:
        """Close the transport that sends."""
        await self._inner.aclose()

    def __enter__(self) -> Self:
        self._inner.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self._inner.__exit__(kind, error, trace)

    async def __aenter__(self) -> Self:
        await self._inner.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self._inner.__aexit__(kind, error, trace)


def through(target: Any, sealing: Sealing) -> Any:
    """Let a transport, an HTTP client or an SDK's client send through a sealed transport.

    Args:
        target: a transport, of which a sealed one is made; or a client, which is changed.
        sealing: seals requests.

    Returns:
        The new transport, or the client that was given.

    Raises:
        SettingsError: it is none of these.
    """
    if isinstance(target, SealedTransport):
        raise SettingsError("This transport is sealed already.", _HINT)
    if hasattr(target, "handle_request") or hasattr(target, "handle_async_request"):
        return SealedTransport(target, sealing)
    # An SDK's client holds an HTTP client; that holds a transport, and one more for every proxy.
    client: Any = target if hasattr(target, "_transport") else getattr(target, "_client", None)
    if not hasattr(client, "_transport") or not isinstance(getattr(client, "_mounts", None), dict):
        raise SettingsError(f"A {type(target).__name__} cannot be sealed.", _HINT)
    client._transport = through(client._transport, sealing)  # noqa: SLF001
    for pattern, transport in client._mounts.items():  # noqa: SLF001
        if transport is not None:
            client._mounts[pattern] = through(transport, sealing)  # noqa: SLF001
    return target
