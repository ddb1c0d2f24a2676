"""Transports for httpx and httpx2: model calls are sealed, all else is left alone.

Both libraries ask for another h11 than mitmproxy, so these tests run in `.venv/sdks`.
"""

import asyncio
import json

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

pytestmark = pytest.mark.sdks
BASE = "https://api.example.com"
PATHS = pytest.mark.parametrize("path", BODIES)


@pytest.fixture(params=["httpx", "httpx2"])
def library(request):
    """Each of the two libraries."""
    return pytest.importorskip(request.param)


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


@PATHS
def test_model_calls_are_sealed(library, path):
    """On all three wires, as the sealer would do it."""
    wire = {"/v1/messages": "anthropic", "/v1/responses": "responses"}.get(path, "chat")
    expected = Sealer(GRAMMAR, ENROLMENT.install, SECRET).seal(BODIES[path], wire)
    arrived = send(library, path, raw(path))
    assert json.loads(arrived.content) == expected != BODIES[path]


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


def test_asynchronous_clients_are_sealed_alike(library):
    """By the same transport."""
    heard = Heard(library)

    async def talk():
        transport = through(library.MockTransport(heard), sealing())
        async with library.AsyncClient(transport=transport) as client:
            await client.post(BASE + "/v1/messages", content=raw("/v1/messages"))

    asyncio.run(talk())
    assert heard.last.content == send(library, "/v1/messages", raw("/v1/messages")).content


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


def test_a_body_from_a_generator_is_sealed(library):
    """Sent in pieces, as it would have been."""
    body = raw("/v1/messages")
    arrived = send(library, "/v1/messages", iter([body[:50], body[50:]]))
    assert "content-length" not in arrived.headers
    assert arrived.content == send(library, "/v1/messages", body).content


def test_proxies_do_not_lead_around_the_seal(library):
    """A client has a transport of its own for each proxy; they are sealed too."""
    heard = Heard(library)
    mounts = {"https://": library.MockTransport(heard), "all://": None}
    client = library.Client(mounts=mounts, transport=library.MockTransport(heard))
    with through(client, sealing()) as same:
        assert same is client
        same.post(BASE + "/v1/messages", content=raw("/v1/messages"))
    assert PLAIN["system"].encode() not in heard.last.content


@pytest.mark.parametrize("thing", [None, "https://api.example.com", object()])
def test_what_cannot_be_sealed_is_named(thing):
    """With what could be."""
    with pytest.raises(SettingsError, match="cannot be sealed"):
        through(thing, sealing())


def test_sealing_twice_is_refused(library):
    """A client whose transport is sealed already."""
    client = through(library.Client(), sealing())
    with client, pytest.raises(SettingsError, match="sealed already"):
        through(client, sealing())


def test_a_request_that_cannot_be_sealed_is_the_very_same(library):
    """Or is not sent, if the program asked for that; the error is of our kind."""
    heard = Heard(library)
    request = library.Request("POST", BASE + "/v1/messages", content=b"[]")
    through(library.MockTransport(heard), sealing()).handle_request(request)
    assert heard.last is request
    with pytest.raises(Unsealed, match="no JSON object"):
        through(library.MockTransport(heard), sealing(fail_closed=True)).handle_request(request)
    assert len(heard.requests) == 1
