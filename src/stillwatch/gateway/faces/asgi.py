"""The middleware: the gate inside a Python model server, such as vLLM or any ASGI application.

    app = Middleware(app, policy="rules", state="state")
    vllm serve MODEL --middleware stillwatch.gateway.faces.asgi.Middleware   # settings by variables

It sees what the server hands on: header names in lower case, no connection. It cannot send a request
to another server, so policies with reroutes are refused at the start. Requests that are no calls of
a model, such as health checks, pass without a look.
"""

import asyncio
import atexit
import os
from collections.abc import MutableMapping
from pathlib import Path
from time import time
from typing import Any

from stillwatch.errors import SettingsError
from stillwatch.gateway.asgi_body import Receive, Scope, Send, read_body, send_whole
from stillwatch.gateway.gate import Gate, Ruling
from stillwatch.gateway.request import Answered, Request
from stillwatch.gateway.setup import SHARE_VARIABLE, Setup, parts_of, start, stop
from stillwatch.keys import default_key_file, open_key_ring
from stillwatch.policy.engine import Policy

MOST_BODY = 128 << 20
VARIABLES = {
    "policy": "STILLWATCH_POLICY",
    "state": "STILLWATCH_STATE",
    "record": "STILLWATCH_RECORD",
    "verdicts": "STILLWATCH_VERDICTS",
}
"""Settings that a server which only takes a class's name is given by variables."""


class Middleware:
    """Decides about calls before the application sees them, and records what it answers.

    Args:
        app: the model server's application.
        policy: folder of rules.
        state: folder for cases, the log of decisions and the switch; `.stillwatch/gateway` by
            default.
        record: folder for captures; none by default.
        verdicts: what `hunt --json` writes; read at the start.
        key: the key file.

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
    ) -> None:
        self._app = app
        rules = _named(policy, "policy")
        if rules is None:
            raise SettingsError(
                "The middleware has no policy.", "Name its folder in STILLWATCH_POLICY."
            )
        self._parts = parts_of(
            Setup(
                _named(state, "state") or Path(".stillwatch/gateway"),
                open_key_ring(Path(key) if key is not None else default_key_file()),
                _named(record, "record"),
                _named(verdicts, "verdicts"),
                share=os.environ.get(SHARE_VARIABLE) or None,
            )
        )
        loaded = Policy.load(rules, time())
        moves = next((rule.id for rule in loaded.live if rule.outcome == "reroute"), None)
        if moves is not None:
            raise SettingsError(
                f"Rule {moves} sends requests elsewhere, which a middleware cannot.",
                "Use `stillwatch serve` for it, or take it out.",
            )
        self._gate = Gate(loaded, self._parts, time)
        self._started = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what the server hands over."""
        if scope["type"] != "http" or not self._gate.concerns(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        if not self._started:
            self._started = True
            await asyncio.to_thread(start, self._parts)
            atexit.register(stop, self._parts)
        body = await read_body(receive, MOST_BODY)
        if body is None:
            return
        if len(body) > MOST_BODY:
            await send_whole(send, 413, [], b"")
            return
        request = _request(scope, body)
        ruling = self._gate.rule(request)
        answered = Answered(0, [], [], whole=False)
        try:
            await self._answer(ruling, answered, scope, _again(body, receive), send)
        finally:
            self._gate.ended(ruling, request, answered)

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
            elif message["type"] == "http.response.body":
                answered.pieces.append(message.get("body", b""))
                answered.whole = not message.get("more_body", False)
            await send(message)

        await self._app(scope, receive, noting)


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
    return Request(
        scope["method"], target.decode("latin-1"), headers, body, client[0] if client else None
    )


def _named(given: str | Path | None, name: str) -> Path | None:
    found = given if given is not None else os.environ.get(VARIABLES[name])
    return Path(found) if found else None
