"""Envoy's external processor: the gate beside an Envoy that is the data path.

Envoy asks over gRPC for each request, waits, and does what it is told (`examples/envoy.yaml`). Its
filter must send request bodies whole (BUFFERED) and the pieces of answers as they come (STREAMED).

It sees what Envoy keeps: header names in lower case, no connection, the path as Envoy normalised
it, and the client's address only where the filter's `request_attributes` name `source.address`.
Requests that are no calls of a model pass without a look.
"""

import logging
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import grpc
from envoy.service.ext_proc.v3.external_processor_pb2 import ProcessingRequest, ProcessingResponse

from stillwatch.gateway.faces import envoy_messages as say
from stillwatch.gateway.gate import Gate, Ruling
from stillwatch.gateway.request import (
    CREDENTIALS,
    OURS,
    Answered,
    RawHeaders,
    Request,
    only_ours,
)
from stillwatch.gateway.rerouting import rerouted
from stillwatch.gateway.room import ANSWERS, BODIES, MOST_BODY, Room

TARGET = "x-stillwatch-target"
"""Header by which Envoy finds the way to another model."""
_ADDED = (b"x-forwarded-proto", b"x-envoy-")
"""What Envoy adds before we see a request; no client wrote it."""

_log = logging.getLogger(__name__)


class Broken(Exception):
    """What came is no stream of Envoy's."""


@dataclass(slots=True)
class _Call:
    """One call of a model.

    Attributes:
        request: as far as it is known.
        ruling: once it is ruled about.
        answered: what is known of its answer.
        held: bytes of its body that count in the room for all.
    """

    request: Request
    ruling: Ruling | None = None
    answered: Answered = field(default_factory=lambda: Answered(0, [], [], whole=False))
    held: int = 0


class Processor:
    """Answers Envoy.

    Args:
        gate: decides.
        most_body: bytes of a request's body; more is refused.
    """

    def __init__(self, gate: Gate, most_body: int = MOST_BODY) -> None:
        self._gate = gate
        self._most_body = most_body
        self._bodies, self._answers = Room(BODIES), Room(ANSWERS)

    async def Process(self, _messages: Any, context: Any) -> None:  # noqa: N802  # gRPC's name
        """Answer what Envoy asks about one request."""
        call: _Call | None = None
        try:
            message = await context.read()
            if message is grpc.aio.EOF:
                return
            call, answer = self._first(message)
            while True:
                await context.write(answer)
                if answer.HasField("immediate_response"):
                    return
                message = await context.read()
                if message is grpc.aio.EOF:
                    return
                answer = self._next(call, message)
        except Broken as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        finally:
            # Also where Envoy or the client went away.
            if call is not None:
                self._end(call)

    def _first(self, message: ProcessingRequest) -> tuple[_Call | None, ProcessingResponse]:
        if message.WhichOneof("request") != "request_headers":
            raise Broken("A stream begins with the headers of a request.")
        pairs = say.pairs(message.request_headers.headers)
        pseudo = {name: value for name, value in pairs if name[:1] == b":"}
        method = pseudo.get(b":method", b"").decode("latin-1").upper()
        target = pseudo.get(b":path", b"").decode("latin-1")
        if not method or not target:
            raise Broken("A request has a method and a path.")
        forged = [name.decode("latin-1") for name, _ in pairs if only_ours(name)]
        if not self._gate.concerns(method, target):
            return None, say.let_go(forged)
        if not say.whole_bodies(message):
            _log.error("Envoy's filter must have request_body_mode: BUFFERED; see docs/faces.md")
            return None, say.error(500, "The gateway is not set up: bodies are not shown to it.")
        host = [(b"host", pseudo[b":authority"])] if b":authority" in pseudo else []
        headers = host + [
            one for one in pairs if one[0][:1] != b":" and not one[0].startswith((*_ADDED, OURS))
        ]
        call = _Call(Request(method, target, headers, b"", say.address(message), headers))
        if not message.request_headers.end_of_stream:
            return call, say.go_on(forged, answers=self._wants_answers())
        return call, self._ruled(call, "request_headers", forged)

    def _next(self, call: _Call | None, message: ProcessingRequest) -> ProcessingResponse:
        kind = message.WhichOneof("request")
        if kind is None or kind == "request_headers":
            raise Broken("What comes after the headers of a request is something else.")
        if kind == "request_body" and call is not None:
            return self._body(call, message.request_body.body)
        if kind == "response_headers":
            return self._answer(call, message)
        if kind == "response_body" and call is not None:
            call.answered.whole = message.response_body.end_of_stream
            call.answered.keep(message.response_body.body)
        return say.CONTINUE[kind]

    def _body(self, call: _Call, body: bytes) -> ProcessingResponse:
        if call.ruling is not None:
            raise Broken("The body of a request comes once, as a whole.")
        if len(body) > self._most_body:
            return say.error(413, "The request is too large.")
        if not self._bodies.take(len(body)):
            return say.error(503, "Too many large requests are running.")
        call.held = len(body)
        call.request.body = body
        answer = self._ruled(call, "request_body", [])
        if not self._gate.records:
            call.request.body = b""
            self._bodies.give(call.held)
            call.held = 0
        return answer

    def _ruled(self, call: _Call, kind: str, remove: list[str]) -> ProcessingResponse:
        ruling = call.ruling = self._gate.rule(call.request)
        if ruling.held:
            refusal = self._gate.refuse(ruling)
            headers = [(name.encode(), value.encode()) for name, value in refusal.headers]
            return self._told(call, refusal.status, headers, refusal.body)
        if ruling.decision.outcome == "reroute":
            return self._elsewhere(call, ruling, kind, remove)
        call.answered.room = self._answers if self._gate.records else None
        # Of several credentials only the one that counted passes, as in the proxy.
        given = [one for one in call.request.headers if one[0] in CREDENTIALS]
        others = {name.decode() for name, _ in given if name != ruling.credential}
        same = [value.decode("latin-1") for name, value in given if name == ruling.credential]
        alone = [(ruling.credential.decode(), same[0])] if len(same) > 1 else []
        return say.pass_on(kind, [*remove, *others], alone)

    def _elsewhere(
        self, call: _Call, ruling: Ruling, kind: str, remove: list[str]
    ) -> ProcessingResponse:
        to, changed = ruling.decision.to, None
        if to is not None and to.wire == ruling.wire:
            changed = rerouted(to, self._gate.keys[to.name], [], call.request.body)
        if to is None or changed is None:
            text = "This request cannot be sent to the approved model in its format."
            body = say.error_body(text)
            return self._told(call, 403, [(b"content-type", b"application/json")], body)
        call.answered.room = self._answers if self._gate.records else None
        url, keys, body = changed
        mine = [(":path", urlsplit(url).path), (TARGET, to.name), *keys]
        gone = [*remove, *(one.decode() for one in CREDENTIALS)]
        return say.pass_on(kind, [one for one in gone if one not in dict(mine)], mine, body)

    def _told(
        self, call: _Call, status: int, headers: RawHeaders, body: bytes
    ) -> ProcessingResponse:
        call.answered = Answered(status, headers, [body])
        return say.immediate(status, headers, body)

    def _answer(self, call: _Call | None, message: ProcessingRequest) -> ProcessingResponse:
        pairs = say.pairs(message.response_headers.headers)
        forged = [name.decode("latin-1") for name, _ in pairs if name.startswith(OURS)]
        if call is not None:
            status = dict(pairs).get(b":status", b"")
            call.answered.status = int(status) if status.isdigit() else 0
            call.answered.headers = [one for one in pairs if one[0][:1] != b":"]
            call.answered.whole = message.response_headers.end_of_stream
        return say.pass_on("response_headers", forged)

    def _wants_answers(self) -> bool:
        """Whether anybody wants to know what an answer says, or when it ends."""
        return self._gate.records or "busy" in self._gate.policy.names_used

    def _end(self, call: _Call) -> None:
        self._answers.give(call.answered.kept)
        self._bodies.give(call.held)
        if call.ruling is not None:
            self._gate.ended(call.ruling, call.request, call.answered)
