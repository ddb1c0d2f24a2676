"""The provider over HTTP, for real clients and relays: on loopback only, and only for tests.

It maps API keys to accounts, asks a script what to answer (or makes something up), answers in the
format of the path, and hands every exchange of a known account to a tape: the body's bytes, and the
headers in the order and case in which they came.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from aiohttp import web

from stillwatch_range.model import Account, Ask, Plan, Wire
from stillwatch_range.seeds import seed_for
from stillwatch_range.upstream import pages
from stillwatch_range.upstream.capture import capture_line
from stillwatch_range.upstream.core import Core, ProviderSettings, Served
from stillwatch_range.upstream.faults import Fault, fault
from stillwatch_range.upstream.generated import Generated
from stillwatch_range.upstream.incoming import (
    PATHS,
    BrokenError,
    Sender,
    ask_of,
    check,
    heard,
    one_line,
    read_json,
)
from stillwatch_range.upstream.keys import Keys, now_us
from stillwatch_range.upstream.limits import Limit
from stillwatch_range.upstream.script import Cue, Script
from stillwatch_range.upstream.sending import send
from stillwatch_range.upstream.tape import Take, Tape

HOST = "127.0.0.1"
SAYS = ("x-stillwatch-range", "test server")
_NOTHING = Plan()


@dataclass(frozen=True, slots=True)
class UpstreamSettings:
    """How the server behaves.

    Attributes:
        provider: limits, overload and the like.
        accounts: the account of each API key.
        open: take any other key as well, each as an account of its own.
        seed: of all that it draws; drawn from the clock where None, so that two runs mint
            different ids.
        pace: share of the time that a real answer would take which this one takes.
        body_limit: largest body, in bytes.
    """

    provider: ProviderSettings = field(default_factory=lambda: ProviderSettings(overload_share=0))
    accounts: Mapping[str, Account] = field(default_factory=dict)
    open: bool = True
    seed: int | None = None
    pace: float = 0.0
    body_limit: int = 32 * 2**20


class Upstream:
    """The server.

    Args:
        settings: how it behaves.
        script: what to answer; conversations that it does not know get made-up answers.
        tape: where exchanges go; without one the server keeps nothing.
    """

    def __init__(
        self, settings: UpstreamSettings, script: Script | None = None, tape: Tape | None = None
    ) -> None:
        seed = time.time_ns() if settings.seed is None else settings.seed
        self._settings = settings
        self._core = Core(settings.provider, seed)
        self._script = script
        self._generated = Generated(seed_for(seed, "generated"))
        self._tape = tape
        self._keys = Keys(settings.accounts, takes_any=settings.open)
        self._key = blake2b(repr(("exchanges", seed)).encode(), digest_size=32).digest()
        self._runner: web.AppRunner | None = None
        self.port = 0
        self.answered = 0
        self.strays: list[str] = []
        """What could not be answered for lack of an account or of sense, the last hundred."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"

    async def start(self, port: int = 0) -> int:
        """Listen on loopback.

        Args:
            port: number of the port; 0 for one that is free.

        Returns:
            The number of the port.

        Raises:
            OSError: the port is taken.
        """
        app = web.Application(client_max_size=self._settings.body_limit, middlewares=[_plain])
        app.on_response_prepare.append(_says_so)
        for path in PATHS:
            app.router.add_post(path, self._answer)
        app.router.add_post("/v1/messages/count_tokens", self._count)
        app.router.add_post("/range/accounts/{account}", self._control)
        app.add_routes(pages.ROUTES)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, port).start()
        except OSError:
            await self.stop()
            raise
        self.port = int(self._runner.addresses[0][1])
        return self.port

    async def stop(self) -> None:
        """Stop listening; connections that are still open are closed."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def ban(self, account: str, *, banned: bool = True) -> None:
        """Close an account from now on, or open it again.

        Args:
            account: its id.
            banned: whether it is closed.
        """
        self._keys.ban(account, now_us() if banned else None)

    def limit(self, account: str, limit: Limit | None) -> None:
        """Give an account a rate limit of its own from now on; None for its plan's again."""
        self._core.limits.set(account, limit)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        wire = PATHS[request.path]
        account = self._keys.account(request)
        if account is None:
            return self._turn_away(wire, "key", request)
        raw = await request.read()
        try:
            body = read_json(raw)
            check(wire, body)
        except BrokenError as error:
            return self._turn_away(wire, "broken", request, str(error))
        said = heard(wire, body, account.id)
        cue = (self._script and self._script.cue(said)) or self._generated.cue(said)
        ask = ask_of(wire, body, raw, cue.plan, _sender(request))
        served = self._core.refuse(ask, "busy") if cue.busy else self._core.answer(ask, account)
        response = await send(request, ask, served, self._settings.pace)
        self._keep(ask, account, served, cue, one_line(raw))
        return response

    def _keep(self, ask: Ask, account: Account, served: Served, cue: Cue, body: bytes) -> None:
        self.answered += 1
        if self._tape is None:
            return
        served.duration_us = now_us() - ask.at_us
        served.reply.at_us = ask.at_us + served.duration_us
        number = self.answered.to_bytes(8, "big")
        name = blake2b(number, key=self._key, digest_size=8).hexdigest()
        raw = ask.raw if len(ask.items) <= self._settings.provider.raw_items else None
        line = capture_line(f"ex_{name}", ask, account, served, body, raw)
        self._tape.take(Take(ask, account, served, cue.note, line))

    def _turn_away(
        self, wire: Wire, kind: Fault, request: web.Request, text: str = ""
    ) -> web.Response:
        """An error to a request that is no exchange of any account."""
        self.strays = [*self.strays[-99:], f"{request.method} {request.path}: {text or kind}"]
        refusal = fault(wire, kind, self._core.request_id(wire), text)
        return web.json_response(refusal.body, status=refusal.status)

    async def _count(self, request: web.Request) -> web.Response:
        if self._keys.account(request) is None:
            return self._turn_away("messages", "key", request)
        raw = await request.read()
        try:
            body = read_json(raw)
            check("messages", {"max_tokens": 1, **body})
        except BrokenError as error:
            return self._turn_away("messages", "broken", request, str(error))
        ask = ask_of("messages", body, raw, _NOTHING, _sender(request))
        return web.json_response({"input_tokens": self._core.size(ask)})

    async def _control(self, request: web.Request) -> web.Response:
        """Ban and limit from outside: `{"banned": true, "requests": 5, "tokens": 10000}`."""
        try:
            wanted = read_json(await request.read())
        except BrokenError as error:
            return web.json_response({"error": str(error)}, status=400)
        account = request.match_info["account"]
        if isinstance(wanted.get("banned"), bool):
            self.ban(account, banned=wanted["banned"])
        rates = [wanted.get("requests"), wanted.get("tokens")]
        if any(rate is not None for rate in rates):
            if not all(isinstance(rate, int | float) and rate > 0 for rate in rates):
                return web.json_response({"error": "give requests and tokens"}, status=400)
            self.limit(account, Limit(float(rates[0]), float(rates[1])))  # type: ignore[arg-type]
        return web.json_response({"account": account})


@web.middleware
async def _plain(request: web.Request, handler: Any) -> web.StreamResponse:
    """Errors of the HTTP library in the shape of the wire."""
    try:
        response: web.StreamResponse = await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return pages.error(request, error.status)
    return response


async def _says_so(_: web.Request, response: web.StreamResponse) -> None:
    response.headers[SAYS[0]] = SAYS[1]


def _sender(request: web.Request) -> Sender:
    headers = [
        (name.decode("utf-8", "replace"), value.decode("utf-8", "replace"))
        for name, value in request.raw_headers
    ]
    path = request.raw_path.encode("utf-8", "replace").decode()
    return Sender(now_us(), path, headers, request.remote or HOST)
