"""The proxy: an ASGI application between clients and a model server.

Bodies pass untouched in both directions. What stands in its own way is refused: bodies past the
limit, and requests of which two sides could read two different things.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from stillwatch.gateway.asgi_body import Receive, Scope, Send, read_held, send_whole
from stillwatch.gateway.gate import Gate, Ruling
from stillwatch.gateway.request import (
    CREDENTIALS,
    OURS,
    Answered,
    RawHeaders,
    Request,
    first_alone,
    only_ours,
)
from stillwatch.gateway.rerouting import rerouted
from stillwatch.gateway.room import ANSWERS, BODIES, MOST_BODY, Room
from stillwatch.gateway.target import may_follow
from stillwatch.gateway.translating import FIELDS, CannotTranslate, Translator
from stillwatch.gateway.upstream import TooSlow, Unreachable, Upstream, headers_of
from stillwatch.policy.settings import Target

_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"host",
        b"content-length",
        b"expect",
    }
)
_PASSING = frozenset({502, 503, 504})
_log = logging.getLogger(__name__)


class Proxy:
    """Passes on what may pass.

    Args:
        gate: decides.
        upstream: the model server.
        most_body: bytes of a request's body; more is refused.
        address_header: header in which a trusted server in front says whom it speaks for, in
            lower case; its last entry counts. Empty if nobody stands in front.
    """

    def __init__(
        self,
        gate: Gate,
        upstream: Upstream,
        most_body: int = MOST_BODY,
        address_header: bytes = b"",
    ) -> None:
        self._gate = gate
        self._upstream = upstream
        self._most_body = most_body
        self._address_header = address_header
        self._bodies, self._answers = Room(BODIES), Room(ANSWERS)
        self._away: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            return
        connection = scope.get("stillwatch.connection")
        try:
            if connection is not None:
                connection.task = asyncio.current_task()
            await self._serve(scope, receive, send)
        except asyncio.CancelledError:
            if connection is None or not connection.gone:
                raise
        finally:
            if connection is not None:
                connection.task = None

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, held = await read_held(receive, self._most_body, self._bodies)
        try:
            if body is None:
                return
            if not may_follow(scope["raw_path"]):
                await _say(send, 400, "The path is none of a model server.")
            elif held < 0:
                await _say(send, 503, "Too many large requests are running.")
            elif len(body) > self._most_body:
                await _say(send, 413, "The request is too large.")
            else:
                await self._ruled(scope, body, send)
        finally:
            self._bodies.give(max(0, held))

    async def _ruled(self, scope: Scope, body: bytes, send: Send) -> None:
        request = _request(scope, body)
        if self._address_header:
            request.address = _spoken_for(request.lower, self._address_header)
        await self._gate.looked_at(request)
        ruling = self._gate.rule(request)
        answered = Answered(0, [], [], whole=False)
        try:
            if ruling.held:
                await self._refuse(ruling, answered, send)
            else:
                await self._pass_on(request, ruling, answered, scope, send)
        finally:
            self._answers.give(answered.kept)
            self._gate.ended(ruling, request, answered)

    async def _refuse(self, ruling: Ruling, answered: Answered, send: Send) -> None:
        refusal = self._gate.refuse(ruling)
        answered.status = refusal.status
        answered.headers = [(name.encode(), value.encode()) for name, value in refusal.headers]
        answered.pieces.append(refusal.body)
        await send_whole(send, refusal.status, answered.headers, refusal.body)
        answered.whole = True

    async def _pass_on(
        self, request: Request, ruling: Ruling, answered: Answered, scope: Scope, send: Send
    ) -> None:
        headers = _passed_on(request.lower, ruling.credential)
        target, body = request.target, request.body
        to = ruling.decision.to
        if ruling.decision.outcome == "reroute" and to is not None:
            translator = self._gate.translator
            if to.translate and to.wire != ruling.wire in FIELDS and translator is not None:
                await self._translated(translator, request, ruling, answered, scope, send)
                return
            plain = [one for one in headers if one[0].encode("latin-1") not in CREDENTIALS]
            changed = None
            if to.wire == ruling.wire:
                changed = rerouted(to, self._gate.keys[to.name], plain, body)
            if changed is None:
                await _cannot_reroute(answered, send)
                return
            target, headers, body = changed
        try:
            async with self._upstream.answer(request.method, target, headers, body) as response:
                answered.status = response.status
                answered.headers = headers_of(response)
                if self._away:
                    self._note_return(to)
                answered.room = self._answers if self._gate.records else None
                await _stream(response.body_reader, answered, request.method, scope, send)
        except Unreachable as error:
            if answered.status:
                _log.warning("An answer broke off: %s.", type(error).__name__)
                scope["stillwatch.connection"].cut()
            elif isinstance(error, TooSlow):
                answered.status = 504
                await _say(send, 504, "The model server did not answer in time. Try again later.")
            else:
                answered.status = 502
                self._note_outage(to, type(error).__name__)
                await _say(send, 502, "The model server cannot be reached. Try again later.")

    async def _translated(
        self,
        translator: Translator,
        request: Request,
        ruling: Ruling,
        answered: Answered,
        scope: Scope,
        send: Send,
    ) -> None:
        to = ruling.decision.to
        assert to is not None
        try:
            found = await translator.answer(ruling.wire, request.body, to, self._gate.keys[to.name])
            # The first piece is there before the answer begins, so that a fault can be told.
            first = await anext(found.pieces, b"")
        except CannotTranslate as error:
            answered.status = error.status
            await _say(send, error.status, error.text)
            return
        except TimeoutError:
            answered.status = 504
            await _say(send, 504, "The approved model did not answer in time. Try again later.")
            return
        answered.status, answered.headers = 200, [(b"content-type", found.kind.encode())]
        answered.room = self._answers if self._gate.records else None
        try:
            await _stream_pieces(first, found.pieces, answered, send)
        except (CannotTranslate, TimeoutError) as error:
            _log.warning("A translated answer broke off: %s.", type(error).__name__)
            scope["stillwatch.connection"].cut()

    def _note_outage(self, to: Target | None, why: str) -> None:
        """Write it to the log once, not for each client."""
        name = _called(to)
        if name not in self._away:
            self._away.add(name)
            _log.warning("%s cannot be reached (%s). Clients get a 502.", name, why)

    def _note_return(self, to: Target | None) -> None:
        name = _called(to)
        if name in self._away:
            self._away.remove(name)
            _log.warning("%s is back.", name)


def _called(to: Target | None) -> str:
    return "The model server" if to is None else f"Target {to.name}"


async def _stream(reader: Any, answered: Answered, method: str, scope: Scope, send: Send) -> None:
    """Hand an answer on piece by piece; sending waits for slow clients, and so does reading."""
    headers = [one for one in answered.headers if _may_pass(one[0])]
    await send({"type": "http.response.start", "status": answered.status, "headers": headers})
    connection = scope.get("stillwatch.connection")
    left, piece = _length(headers), b""
    # Where the length is known, nobody needs to ask whether anything comes after the last byte.
    while left != 0 and (chunk := await reader.read_chunk()) is not None:
        if connection is not None and connection.gone:
            return  # the end of waiting came while a piece was already there
        piece = bytes(chunk)
        answered.keep(piece)
        left -= len(piece)
        if left and method != "HEAD":
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    answered.whole = True
    last = piece if left == 0 else b""
    await send({"type": "http.response.body", "body": last, "more_body": False})


async def _stream_pieces(
    first: bytes, pieces: AsyncGenerator[bytes], answered: Answered, send: Send
) -> None:
    """Hand a translated answer on, event by event."""
    start = {"type": "http.response.start", "status": 200, "headers": answered.headers}
    await send(start)
    async with aclosing(pieces):
        answered.keep(first)
        await send({"type": "http.response.body", "body": first, "more_body": True})
        async for piece in pieces:
            answered.keep(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    answered.whole = True
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _length(headers: RawHeaders) -> int:
    """Bytes that an answer says it has; -1 where it does not say."""
    for name, value in headers:
        if name == b"content-length":
            return int(value)
    return -1


def _may_pass(name: bytes) -> bool:
    """Headers of an answer that are for the client; its length is known and stays."""
    return name not in _NOT_FOR_CLIENTS and not name.startswith(OURS)


_NOT_FOR_CLIENTS = _HOP - {b"content-length"}
# By the header whose credential counts: of several only that one passes.
_NOT_FOR_MODELS = {one: _HOP | (set(CREDENTIALS) - {one}) for one in (b"", *CREDENTIALS)}


def _passed_on(headers: RawHeaders, credential: bytes) -> list[tuple[str, str]]:
    """Headers as the other side gets them.

    Of several credentials only the one that counted passes: else an account could show one to us
    and use another there.
    """
    left_out = _NOT_FOR_MODELS[credential]
    times = 0
    for name, value in headers:
        if name == credential:
            times += 1
        elif name == b"connection":
            # What was counted must be what arrives: nobody may name the credential away.
            left_out |= {token.strip().lower() for token in value.split(b",")} - {credential}
    if times > 1:
        headers = first_alone(headers, credential)
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in headers
        if name not in left_out and not only_ours(name)
    ]


def _request(scope: Scope, body: bytes) -> Request:
    query = scope["query_string"]
    target: bytes = scope["raw_path"] + (b"?" + query if query else b"")
    client = scope.get("client")
    return Request(
        scope["method"],
        target.decode("latin-1"),
        scope.get("stillwatch.headers") or scope["headers"],
        body,
        client[0] if client else None,
        scope["headers"],
    )


def _spoken_for(headers: RawHeaders, name: bytes) -> str | None:
    """The address that the server in front wrote last; what clients wrote stands before it."""
    found = [value for header, value in headers if header == name]
    if not found:
        return None
    return found[-1].rpartition(b",")[2].strip().decode("latin-1") or None


async def _cannot_reroute(answered: Answered, send: Send) -> None:
    answered.status = 403
    await _say(send, 403, "This request cannot be sent to the approved model in its format.")


async def _say(send: Send, status: int, text: str) -> None:
    """An error of the gateway's own, in the shape that both vendors' SDKs read."""
    body = b'{"type":"error","error":{"type":"api_error","message":"%s"}}' % text.encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-should-retry", b"true" if status in _PASSING else b"false"),
    ]
    await send_whole(send, status, headers, body)
