"""A small enrolment server: an ASGI application for any ASGI server, behind TLS.

    POST /enrol    credential of an account -> a new install with its token and keys
    POST /keys     token of an install      -> its keys for this epoch and the next
    POST /revoke   credential of an account, {"install": "in_..."} -> nothing more for that install

Credentials and tokens come as `Authorization: Bearer ...`. Who an account is, the program that
runs the server says. Nothing is logged.
"""

import math
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from stillwatch.client.enrolment import granted
from stillwatch.client.issuing import Register, install_of, issued_keys, token_of
from stillwatch.client.limits import Buckets, Rate
from stillwatch.errors import StillwatchError
from stillwatch.marks.enrolled import Install, new_install
from stillwatch.marks.manifest import REGISTER_DAYS
from stillwatch.marks.secrets import MarkKeys

MOST_BODY = 1 << 14
SELDOM = Rate(20, 60.0)
OFTEN = Rate(20, 10.0)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Owner:
    """Who enrols.

    Attributes:
        account: the account.
        organization: who owns it, None if unknown.
    """

    account: str
    organization: str | None = None


OwnerOf = Callable[[str], Awaitable[Owner | None]]
"""Tells whose a credential is; None if nobody's."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How the server behaves.

    Attributes:
        grammar: name of the grammar that installs seal with, for the register.
        most_installs: installs of one account that are not revoked.
        register_days: how long a revoked install stays in the register.
        enrolments: rate of enrolments for each account.
        renewals: rate of key hand-outs for each install.
        failures: rate of refused credentials for each address.
        clock: seconds since 1970.
    """

    grammar: str | None = None
    most_installs: int = 1000
    register_days: int = REGISTER_DAYS
    enrolments: Rate = SELDOM
    renewals: Rate = SELDOM
    failures: Rate = OFTEN
    clock: Callable[[], float] = field(default=time.time)


class _Refused(Exception):
    def __init__(self, status: int, error: str, wait_s: float = 0.0) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.wait_s = wait_s


class EnrolmentServer:
    """The application.

    Args:
        keys: gives the marks keys as they are now; read at every request, so that a rotation needs
            no restart.
        register: file with the installs.
        owner_of: tells whose a credential is.
        settings: limits.
    """

    def __init__(
        self,
        keys: Callable[[], MarkKeys],
        register: Path,
        owner_of: OwnerOf,
        settings: ServerSettings | None = None,
    ) -> None:
        self._settings = settings or ServerSettings()
        self._keys = keys
        self._register = Register(register)
        self._owner_of = owner_of
        self._enrolments = Buckets(self._settings.enrolments)
        self._renewals = Buckets(self._settings.renewals)
        self._failures = Buckets(self._settings.failures)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI has it."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            status, answer, wait_s = await self._answer(scope, receive)
            await _reply(send, status, answer, wait_s)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, bytes, float]:
        try:
            return await self._done(scope, receive)
        except _Refused as refused:
            return refused.status, _said(refused.error), refused.wait_s
        except StillwatchError:
            # Keys that cannot be read, a full disk: for the operator to see, not for the caller.
            return 503, _said("the server cannot do this now"), 60.0

    async def _done(self, scope: Scope, receive: Receive) -> tuple[int, bytes, float]:
        path = str(scope["path"]).removeprefix(str(scope.get("root_path") or "")).rstrip("/")
        if path not in {"/enrol", "/keys", "/revoke"}:
            raise _Refused(404, "no such page")
        if scope["method"] != "POST":
            raise _Refused(405, "POST, please")
        now_s = self._settings.clock()
        address = str((scope.get("client") or ("",))[0])
        if wait_s := self._failures.wait_s(address, now_s):
            raise _Refused(429, "too many wrong credentials", wait_s)
        token = _bearer(scope)
        body = await _body(receive)
        if path == "/keys":
            return 200, self._hand_out(token, address, now_s), 0.0
        owner = await self._owner_of(token) if token else None
        if owner is None:
            raise self._unknown(address, now_s)
        if path == "/enrol":
            return 201, self._enrol(owner, now_s), 0.0
        self._revoke(owner, body, now_s)
        return 200, b"{}", 0.0

    def _unknown(self, address: str, now_s: float) -> _Refused:
        self._failures.take(address, now_s)
        return _Refused(401, "unknown credential")

    def _enrol(self, owner: Owner, now_s: float) -> bytes:
        if wait_s := self._enrolments.take(owner.account, now_s):
            raise _Refused(429, "too many enrolments", wait_s)
        valid = [one for one in self._register if one.account == owner.account and not one.revoked]
        if len(valid) >= self._settings.most_installs:
            raise _Refused(409, "the account has too many installs; revoke some")
        install = Install(
            new_install(),
            owner.account,
            owner.organization,
            _time(now_s),
            None,
            self._settings.grammar,
        )
        answer = self._grant(install, now_s)
        self._register.prune(now_s, self._settings.register_days)
        self._register.put(install)
        return answer

    def _hand_out(self, token: str, address: str, now_s: float) -> bytes:
        name = install_of(self._keys(), token, now_s)
        install = self._register.get(name) if name else None
        if install is None:
            raise self._unknown(address, now_s)
        if install.revoked is not None:
            raise _Refused(403, "the install is revoked")
        if wait_s := self._renewals.take(install.install, now_s):
            raise _Refused(429, "too many renewals", wait_s)
        return self._grant(install, now_s)

    def _revoke(self, owner: Owner, body: bytes, now_s: float) -> None:
        try:
            name = msgspec.json.decode(body, type=dict[str, str]).get("install", "")
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _Refused(400, 'send {"install": "in_..."}') from error
        install = self._register.get(name)
        if install is None or install.account != owner.account:
            raise _Refused(404, "the account has no such install")
        if install.revoked is None:
            self._register.put(msgspec.structs.replace(install, revoked=_time(now_s)))

    def _grant(self, install: Install, now_s: float) -> bytes:
        keys = self._keys()
        issued = issued_keys(keys, install.install, now_s)
        token = token_of(keys, install.install, now_s)
        return msgspec.json.encode(granted(issued, install.account, install.organization, token))


def _bearer(scope: Scope) -> str:
    headers: Mapping[bytes, bytes] = dict(scope["headers"])
    kind, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


async def _body(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BODY:
            raise _Refused(413, "the body is too long")
        if message["type"] != "http.request" or not message.get("more_body"):
            return body


async def _reply(send: Send, status: int, body: bytes, wait_s: float) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if wait_s:
        headers.append((b"retry-after", str(math.ceil(wait_s)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _said(error: str) -> bytes:
    return msgspec.json.encode({"error": error})


def _time(at_s: float) -> datetime:
    return datetime.fromtimestamp(int(at_s), UTC)
