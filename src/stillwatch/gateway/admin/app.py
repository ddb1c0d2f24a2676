"""The door itself: routes, the token, JSON in and out. Nothing here passes anything on."""

import hmac
from collections.abc import Awaitable, Callable
from time import time
from typing import TypeVar

import msgspec
from msgspec import Struct

from stillwatch.errors import InputError, StillwatchError
from stillwatch.gateway.admin.actions import Actions, Appealed, Turned, Undone
from stillwatch.gateway.asgi_body import Receive, Scope, Send, read_body, send_whole
from stillwatch.gateway.case_book import Case
from stillwatch.gateway.metrics import CONTENT_TYPE, exposition
from stillwatch.gateway.request import RawHeaders

MOST_BODY = 64 << 10
MOST_DAYS = 3650
_JSON = "application/json"
T = TypeVar("T")


class Reply(Struct):
    """An answer.

    Attributes:
        body: its bytes.
        status: of it.
        kind: what the bytes are.
        allow: methods that the place takes, where the request's is none of them.
    """

    body: bytes
    status: int = 200
    kind: str = _JSON
    allow: str = ""


class _Wrong(Exception):
    """The request itself is wrong."""

    def __init__(self, status: int, says: str, hint: str = "") -> None:
        super().__init__(says)
        self.reply = _error(status, says, hint)


Route = Callable[[str, bytes], Awaitable[Reply]]


class Admin:
    """The admin API, an ASGI application for a socket of its own.

    Args:
        actions: what it leads to.
        token: that opens it; only health is told without.
    """

    def __init__(self, actions: Actions, token: str) -> None:
        self._actions = actions
        self._token = f"Bearer {token}".encode()
        # The last part of a path stands for itself, or for a number or a name that is handed on.
        self._routes: dict[tuple[str, str], Route] = {
            ("GET", "/metrics"): self._metrics,
            ("GET", "/rules"): self._rules,
            ("POST", "/reload"): self._reload,
            ("POST", "/verdicts/reload"): self._verdicts,
            ("GET", "/switch"): self._switch,
            ("PUT", "/switch"): self._turn,
            ("GET", "/cases"): self._cases,
            ("GET", "/cases/*"): self._case,
            ("POST", "/cases/*/undo"): self._undo,
            ("POST", "/cases/*/appeal"): self._appeal,
            ("GET", "/accounts/*"): self._account,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            return
        body = await read_body(receive, MOST_BODY)
        if body is None:
            return
        reply = await self._reply(scope, body)
        headers = [
            (b"content-type", reply.kind.encode()),
            (b"content-length", str(len(reply.body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        if reply.allow:
            headers.append((b"allow", reply.allow.encode()))
        await send_whole(send, reply.status, headers, reply.body)

    async def _reply(self, scope: Scope, body: bytes) -> Reply:
        method, path = scope["method"], scope["path"]
        if method == "GET" and path in {"/live", "/ready"}:
            well = path == "/live" or self._actions.serving()
            return Reply(b'{"ok":%s}' % (b"true" if well else b"false"), 200 if well else 503)
        if not self._knows(scope["headers"]):
            return _error(
                401, "The token is missing or wrong.", "Send Authorization: Bearer TOKEN."
            )
        if len(body) > MOST_BODY:
            return _error(413, "The request is too large.")
        return await self._routed(method, path, body)

    async def _routed(self, method: str, path: str, body: bytes) -> Reply:
        route, named = self._find(method, path)
        if route is None:
            others = [one for one in ("GET", "POST", "PUT") if self._find(one, path)[0]]
            if others:
                return _error(405, f"It takes {' and '.join(others)}.", allow=", ".join(others))
            return _error(404, "There is no such place.", "docs/admin.md lists all of them.")
        try:
            return await route(named, body)
        except _Wrong as wrong:
            return wrong.reply
        except InputError as error:
            return _error(404, error.message, error.hint)
        except StillwatchError as error:
            return _error(422, error.message, error.hint)

    def _knows(self, headers: RawHeaders) -> bool:
        shown = [value for name, value in headers if name == b"authorization"]
        return len(shown) == 1 and hmac.compare_digest(shown[0], self._token)

    def _find(self, method: str, path: str) -> tuple[Route | None, str]:
        route = self._routes.get((method, path))
        if route is not None:
            return route, ""
        parts = path.split("/")
        if len(parts) < 3:
            return None, ""
        named, parts[2] = parts[2], "*"
        return self._routes.get((method, "/".join(parts))), named

    async def _metrics(self, _named: str, _body: bytes) -> Reply:
        return Reply(exposition(self._actions.gate, time), kind=CONTENT_TYPE)

    async def _rules(self, _named: str, _body: bytes) -> Reply:
        return _reply(self._actions.rules())

    async def _reload(self, _named: str, _body: bytes) -> Reply:
        return _reply(await self._actions.again())

    async def _verdicts(self, _named: str, _body: bytes) -> Reply:
        return _reply(await self._actions.read_verdicts())

    async def _switch(self, _named: str, _body: bytes) -> Reply:
        return _reply(self._actions.switch())

    async def _turn(self, _named: str, body: bytes) -> Reply:
        return _reply(await self._actions.turn(_asked(body, Turned)))

    async def _cases(self, _named: str, _body: bytes) -> Reply:
        return _reply(await self._actions.cases())

    async def _case(self, named: str, _body: bytes) -> Reply:
        return _reply(await self._actions.case(named))

    async def _undo(self, named: str, body: bytes) -> Reply:
        wanted = _asked(body, Undone)
        if not 0 < wanted.days <= MOST_DAYS:
            raise _Wrong(400, f"days is more than 0 and at most {MOST_DAYS}.")
        return await self._on_case(named, self._actions.undo, wanted)

    async def _appeal(self, named: str, body: bytes) -> Reply:
        return await self._on_case(named, self._actions.appeal, _asked(body, Appealed))

    async def _on_case(
        self, number: str, act: Callable[[str, T], Awaitable[Case]], wanted: T
    ) -> Reply:
        """Do something with a case that is there; what cannot be done then is the body's fault."""
        await self._actions.case(number)
        try:
            return _reply(await act(number, wanted))
        except InputError as error:
            raise _Wrong(400, error.message, error.hint) from error

    async def _account(self, named: str, _body: bytes) -> Reply:
        standing = self._actions.account(named)
        if standing is None:
            return _error(404, "Nothing is remembered of this account.")
        return _reply(standing._asdict())


def _asked(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        names = ", ".join(field.name for field in msgspec.structs.fields(shape))  # type: ignore[arg-type]
        raise _Wrong(
            400, f"The body cannot be used: {error}", f"It is a JSON object with {names}."
        ) from error


def _reply(value: object) -> Reply:
    return Reply(msgspec.json.encode(value))


def _error(status: int, says: str, hint: str = "", allow: str = "") -> Reply:
    return Reply(msgspec.json.encode({"error": says, "hint": hint}), status, allow=allow)
