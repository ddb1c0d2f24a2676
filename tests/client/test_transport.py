"""Transports for httpx and httpx2: model calls are sealed, all else is left alone."""

import asyncio
import json

import httpx
import httpx2
import pytest

from stillwatch.client.events import Unsealed
from stillwatch.client.sealing import Sealing
from stillwatch.client.transport import through
from stillwatch.errors import SettingsError
from stillwatch.marks.seal import Sealer
from tests.client.installs import (
    BODIES,
    ENROLMENT,
    GRAMMAR,
    PLAIN,
    SECRET,
    raw,
    sealing,
    without_keys,
)

BASE = "https://api.example.com"
LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
PATHS = pytest.mark.parametrize("path", BODIES)


class Heard:
    """Keeps the requests that arrive."""

    def __init__(self, library):
        self._library = library
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        return self._library.Response(200, json={"ok": True})

    @property
    def last(self):
        return self.requests[-1]


def send(library, path, body, how=None, **request):
    """Send one request through a sealed transport; gives what arrived."""
    heard = Heard(library)
    transport = through(library.MockTransport(heard), how or sealing())
    with library.Client(transport=transport) as client:
        client.post(BASE + path, content=body, headers={"X-Own": "1"}, **request)
    return heard.last


@LIBRARIES
@PATHS
def test_model_calls_are_sealed(library, path):
    """On all three wires, as the sealer would do it."""
    wire = {"/v1/messages": "anthropic", "/v1/responses": "responses"}.get(path, "chat")
    expected = Sealer(GRAMMAR, ENROLMENT.install, SECRET).seal(BODIES[path], wire)
    arrived = send(library, path, raw(path))
    assert json.loads(arrived.content) == expected != BODIES[path]


@LIBRARIES
@PATHS
def test_nothing_else_changes(library, path):
    """Headers stay in order and case, the length fits, and the other bytes are the same."""
    body = raw(path, indent=1)
    plain = send(library, path, body, Sealing(without_keys().key, GRAMMAR))
    assert plain.content == body
    arrived = send(library, path, body)
    changed = [
        old for old, new in zip(plain.headers.raw, arrived.headers.raw, strict=True) if old != new
    ]
    assert [name.lower() for name, _ in changed] == [b"content-length"]
    assert int(arrived.headers["content-length"]) == len(arrived.content)
    for name in ("system", "read"):
        assert PLAIN[name].encode() in body
        assert PLAIN[name].encode() not in arrived.content


@LIBRARIES
def test_asynchronous_clients_are_sealed_alike(library):
    """By the same transport."""
    heard = Heard(library)

    async def talk():
        transport = through(library.MockTransport(heard), sealing())
        async with library.AsyncClient(transport=transport) as client:
            await client.post(BASE + "/v1/messages", content=raw("/v1/messages"))

    asyncio.run(talk())
    assert heard.last.content == send(library, "/v1/messages", raw("/v1/messages")).content


@LIBRARIES
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/messages"),
        ("POST", "/v1/messages/count_tokens"),
        ("POST", "/v1/embeddings"),
        ("POST", "/v1/messages/batches"),
        ("DELETE", "/v1/responses/resp_1"),
    ],
)
def test_other_calls_are_left_alone(library, method, path):
    """The very same request goes on, its body unread."""
    heard = Heard(library)
    transport = through(library.MockTransport(heard), sealing(report=pytest.fail))
    request = library.Request(method, BASE + path, content=raw("/v1/messages"))
    transport.handle_request(request)
    assert heard.last is request


@LIBRARIES
def test_a_body_from_a_generator_is_sealed(library):
    """Sent in pieces, as it would have been."""
    body = raw("/v1/messages")
    arrived = send(library, "/v1/messages", iter([body[:50], body[50:]]))
    assert "content-length" not in arrived.headers
    assert arrived.content == send(library, "/v1/messages", body).content


@LIBRARIES
def test_proxies_do_not_lead_around_the_seal(library):
    """A client has a transport of its own for each proxy; they are sealed too."""
    heard = Heard(library)
    mounts = {"https://": library.MockTransport(heard), "all://": None}
    client = library.Client(mounts=mounts, transport=library.MockTransport(heard))
    with through(client, sealing()) as same:
        assert same is client
        same.post(BASE + "/v1/messages", content=raw("/v1/messages"))
    assert PLAIN["system"].encode() not in heard.last.content


BROKEN = {
    "no JSON": (b"{", {}, "no JSON"),
    "no object": (b"[]", {}, "no JSON object"),
    "compressed": (b"{}", {"Content-Encoding": "gzip"}, "compressed"),
    "signed": (b"{}", {"Signature-Input": "sig1=()"}, "signed"),
    "signed for a cloud": (b"{}", {"Authorization": "AWS4-HMAC-SHA256 x"}, "signed"),
}


@LIBRARIES
@pytest.mark.parametrize("case", BROKEN)
def test_a_request_that_cannot_be_sealed_goes_out_as_it_is(library, case):
    """And the program is told why, without a word of the request."""
    body, headers, why = BROKEN[case]
    events = []
    heard = Heard(library)
    transport = through(library.MockTransport(heard), sealing(report=events.append))
    request = library.Request("POST", BASE + "/v1/messages?beta=1", content=body, headers=headers)
    transport.handle_request(request)
    assert heard.last is request
    assert [(event.kind, event.path) for event in events] == [("unsealed", "/v1/messages")]
    assert why in events[0].why


@LIBRARIES
@pytest.mark.parametrize("case", BROKEN)
def test_a_program_may_ask_to_hold_such_requests_back(library, case):
    """Then nothing is sent."""
    body, headers, why = BROKEN[case]
    heard = Heard(library)
    transport = through(library.MockTransport(heard), sealing(fail_closed=True))
    request = library.Request("POST", BASE + "/v1/messages", content=body, headers=headers)
    with pytest.raises(Unsealed, match=why):
        transport.handle_request(request)
    assert not heard.requests


@LIBRARIES
def test_whatever_breaks_inside_the_request_goes_out(library, monkeypatch):
    """Also when the sealer has a bug, the keys are gone, or the callback raises."""

    def fails(*_):
        raise ZeroDivisionError

    body = raw("/v1/messages")
    assert send(library, "/v1/messages", body, sealing(report=fails)).content != body
    expired = Sealing(without_keys().key, GRAMMAR)
    assert send(library, "/v1/messages", body, expired).content == body
    monkeypatch.setattr(Sealer, "seal", fails)
    assert send(library, "/v1/messages", body, sealing(report=fails)).content == body


def test_it_is_told_when_there_is_nothing_to_seal():
    """Somebody else's prompts, and a grammar that adds none: worth a look, but no failure."""
    events = []
    how = sealing(report=events.append, fail_closed=True)
    body = b'{"model": "m", "messages": []}'
    assert send(httpx2, "/v1/messages", body, how).content == body
    assert [event.kind for event in events] == ["nothing-to-seal"]


@pytest.mark.parametrize("thing", [None, "https://api.example.com", object()])
def test_what_cannot_be_sealed_is_named(thing):
    """With what could be."""
    with pytest.raises(SettingsError, match="cannot be sealed"):
        through(thing, sealing())


def test_sealing_twice_is_refused():
    """A client whose transport is sealed already."""
    client = through(httpx2.Client(), sealing())
    with client, pytest.raises(SettingsError, match="sealed already"):
        through(client, sealing())


def test_keys_are_not_shown():
    """Neither by the enrolment nor by anything that is made from it."""
    transport = through(httpx2.HTTPTransport(), sealing())
    shown = f"{ENROLMENT!r} {ENROLMENT.keys!r} {sealing()!r} {transport!r} {vars(transport)!r}"
    assert SECRET.hex() not in shown
    assert repr(SECRET) not in shown
    assert ENROLMENT.token not in shown
