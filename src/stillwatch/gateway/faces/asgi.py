"""The middleware: the gate inside a Python model server, such as vLLM or any ASGI application.

    app = Middleware(app, policy="rules", state="state")
    vllm serve MODEL --middleware stillwatch.gateway.faces.asgi.Middleware   # settings by variables

It sees what the server hands on: header names in lower case, no connection. It cannot send a request
to another server, so policies with reroutes are refused at the start. Requests that are no calls of
a model, such as health checks, pass without a look.
"""

import asyncio
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from stillwatch.gateway.asgi_body import Receive, Scope, Send, read_body, send_whole
from stillwatch.gateway.faces.from_variables import Places, Running
from stillwatch.gateway.gate import Ruling
from stillwatch.gateway.request import (
    OURS,
    Answered,
    RawHeaders,
    Request,
    first_alone,
    one_credential,
    only_ours,
)
from stillwatch.gateway.room import MOST_BODY


class Middleware:
    """Decides about calls before the application sees them, and records what it answers.

    Args:
        app: the model server's application.
        policy: folder of rules.
        state: folder for cases, the log of decisions and the switch; `.stillwatch/gateway` by
            default.
        record: folder for captures; none by default.
        verdicts: what `hunt --json` writes; read again when it changes.
        key: the key file.
        credentials: headers, in lower case, in which the server takes keys, in its order: the first
            names the account, and what the server does with others is its own affair. Without, the
            usual headers in the gate's order, and only the first is passed on.

    Raises:
        SettingsError: no policy is named, or it cannot be carried out here.
    """

    def __init__(
        self,
        app: Any,
        *,
        policy: str | Path | None = None,
        state: str | Path | None = None,
        record: str | Path | None = None,
        verdicts: str | Path | None = None,
        key: str | Path | None = None,
        credentials: tuple[str, ...] = (),
    ) -> None:
        self._app = app
        self._one_key = not credentials
        places = Places(policy, state, record, verdicts, key, credentials)
        self._running = Running("middleware", places, reroutes=False)
        self._gate = self._running.gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what the server hands over."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, self._ending(send))
            return
        if scope["type"] != "http" or not self._gate.concerns(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        if not self._running.started:
            await asyncio.to_thread(self._running.start)
        body = await read_body(receive, MOST_BODY)
        if body is None:
            return
        if len(body) > MOST_BODY:
            await send_whole(send, 413, [], b"")
            return
        request = _request(scope, body)
        await self._gate.looked_at(request)
        ruling = self._gate.rule(request)
        answered = Answered(0, [], [], whole=False, room=self._running.room())
        try:
            scope["headers"] = self._passed_on(scope, ruling)
            await self._answer(ruling, answered, scope, _again(body, receive), send)
        finally:
            self._running.ended(ruling, request, answered)

    def _ending(self, send: Send) -> Send:
        """Write what waits when the server ends; many end by a signal, past `atexit`."""

        async def ending(message: MutableMapping[str, Any]) -> None:
            if message["type"].startswith("lifespan.shutdown"):
                await asyncio.to_thread(self._running.stop)
            await send(message)

        return ending

    async def _answer(
        self, ruling: Ruling, answered: Answered, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if ruling.held:
            refusal = self._gate.refuse(ruling)
            headers = [(name.encode(), value.encode()) for name, value in refusal.headers]
            answered.status, answered.headers = refusal.status, headers
            answered.pieces, answered.whole = [refusal.body], True
            await send_whole(send, refusal.status, headers, refusal.body)
            return

        async def noting(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answered.status = message["status"]
                answered.headers = [(bytes(n), bytes(v)) for n, v in message.get("headers", [])]
                shown = [one for one in answered.headers if not one[0].lower().startswith(OURS)]
                message = {**message, "headers": shown}
            elif message["type"] == "http.response.body":
                answered.keep(message.get("body", b""))
                answered.whole = not message.get("more_body", False)
            await send(message)

        await self._app(scope, receive, noting)

    def _passed_on(self, scope: Scope, ruling: Ruling) -> RawHeaders:
        """Headers without ours, and with the credential that counts once."""
        headers = [(bytes(n), bytes(v)) for n, v in scope["headers"] if not only_ours(n)]
        alone = one_credential if self._one_key else first_alone
        return alone(headers, ruling.credential)


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read, for the application to read."""
    unread = True

    async def again() -> MutableMapping[str, Any]:
        nonlocal unread
        if unread:
            unread = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


def _request(scope: Scope, body: bytes) -> Request:
    query = scope.get("query_string", b"")
    path = scope.get("raw_path") or scope["path"].encode()
    client = scope.get("client")
    target = path.partition(b"?")[0] + (b"?" + query if query else b"")
    headers = [(bytes(name), bytes(value)) for name, value in scope["headers"]]
    address = client[0] if client else None
    return Request(scope["method"], target.decode("latin-1"), headers, body, address)
