"""The mitmproxy addon: the gate in a company's outgoing traffic.

    echo 'from stillwatch.gateway.faces.mitmproxy import addons' > gate.py
    STILLWATCH_POLICY=rules mitmdump -s gate.py

It sees headers in order and case, bodies as they came, and the client's address. Requests that are
no calls of a model pass without a look. Settings are the variables of the middleware.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from mitmproxy import http

from stillwatch.gateway.faces.from_variables import Places, Running
from stillwatch.gateway.gate import Ruling
from stillwatch.gateway.request import (
    CREDENTIALS,
    OURS,
    Answered,
    Request,
    one_credential,
    only_ours,
)
from stillwatch.gateway.rerouting import rerouted

SWITCHING = 101
_NOT_TAKEN = frozenset({b"host", b"content-length", b"transfer-encoding", *CREDENTIALS})
"""Headers that a request does not take to another model."""
_NOWHERE = (
    b'{"type":"error","error":{"type":"api_error",'
    b'"message":"This request cannot be sent to the approved model in its format."}}'
)


@dataclass(slots=True)
class _Call:
    request: Request
    ruling: Ruling
    answered: Answered
    told: bool = field(default=False)
    """Whether the answer is ours."""


class Addon:
    """Decides about calls before they go out, and records what is answered."""

    def __init__(self) -> None:
        self._running: Running | None = None
        self._calls: dict[str, _Call] = {}

    def load(self, _loader: Any) -> None:
        """Read the settings; mitmdump ends where they cannot be used."""
        self._running = Running("mitmproxy addon", Places(), reroutes=True)
        self._running.start()

    def done(self) -> None:
        """Write what waits."""
        if self._running is not None:
            self._running.stop()

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Ask for the whole body of a call, whatever mitmproxy's options say."""
        if self._concerns(flow):
            flow.request.stream = False

    async def request(self, flow: http.HTTPFlow) -> None:
        """Decide about a call."""
        running, message = self._running, flow.request
        if running is None or flow.response is not None or not self._concerns(flow):
            return
        peer = flow.client_conn.peername
        request = Request(
            message.method.upper(),
            message.path,
            list(message.headers.fields),
            message.raw_content or b"",
            peer[0] if peer else None,
        )
        await running.gate.looked_at(request)
        ruling = running.gate.rule(request)
        answered = Answered(0, [], [], whole=False, room=running.room())
        call = self._calls[flow.id] = _Call(request, ruling, answered)
        if ruling.held:
            refusal = running.gate.refuse(ruling)
            _tell(flow, call, refusal.status, dict(refusal.headers), refusal.body)
        elif ruling.decision.outcome == "reroute":
            _elsewhere(flow, call, running.gate.keys)
        else:
            # Of several credentials only the one that counted passes, as in the proxy.
            passing = one_credential(request.headers, ruling.credential)
            message.headers.fields = tuple(one for one in passing if not only_ours(one[0].lower()))

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Let the answer stream through."""
        call = self._calls.get(flow.id)
        if call is None or call.told or self._running is None or flow.response is None:
            return
        answer = flow.response
        call.answered.status = answer.status_code
        call.answered.headers = list(answer.headers.fields)
        answer.headers.fields = tuple(
            one for one in answer.headers.fields if not one[0].lower().startswith(OURS)
        )
        if answer.status_code != SWITCHING:
            answer.stream = partial(_noting, call.answered)

    def response(self, flow: http.HTTPFlow) -> None:
        """An answer came to its end."""
        self._end(flow, whole=True)

    def error(self, flow: http.HTTPFlow) -> None:
        """One of the two sides went away."""
        self._end(flow, whole=False)

    def _concerns(self, flow: http.HTTPFlow) -> bool:
        gate = self._running.gate if self._running is not None else None
        return gate is not None and gate.concerns(flow.request.method.upper(), flow.request.path)

    def _end(self, flow: http.HTTPFlow, *, whole: bool) -> None:
        call = self._calls.pop(flow.id, None)
        if call is not None and self._running is not None:
            call.answered.whole = whole
            self._running.ended(call.ruling, call.request, call.answered)


addons = [Addon()]


def _noting(answered: Answered, piece: bytes) -> bytes:
    answered.keep(piece)
    return piece


def _elsewhere(flow: http.HTTPFlow, call: _Call, keys: dict[str, str]) -> None:
    """Send a call to another model, or refuse it where that does not speak its wire."""
    to, changed = call.ruling.decision.to, None
    plain = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in call.request.lower
        if name not in _NOT_TAKEN and not name.startswith(OURS)
    ]
    if to is not None and to.wire == call.ruling.wire:
        changed = rerouted(to, keys[to.name], plain, call.request.body)
    if changed is None:
        _tell(flow, call, 403, {"content-type": "application/json"}, _NOWHERE)
        return
    url, headers, body = changed
    flow.request.url = url
    there = [("host", urlsplit(url).netloc), *headers, ("content-length", str(len(body)))]
    flow.request.headers = http.Headers(
        [(name.encode("latin-1"), value.encode("latin-1")) for name, value in there]
    )
    flow.request.raw_content = body


def _tell(
    flow: http.HTTPFlow, call: _Call, status: int, headers: dict[str, str], body: bytes
) -> None:
    flow.response = http.Response.make(status, body, headers)
    answered = call.answered
    answered.status, answered.headers = status, list(flow.response.headers.fields)
    answered.pieces, call.told = [body], True
