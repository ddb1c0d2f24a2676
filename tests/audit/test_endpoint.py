"""The endpoint keeps what it is sent, byte for byte, and ends a flood."""

import asyncio
import contextlib
import datetime as dt
import socket
import ssl

import pytest

from stillwatch.audit.endpoint import Endpoint
from stillwatch.audit.endpoint_authority import Authority
from stillwatch.audit.recording import Limits
from stillwatch.audit.room import PORTS, Sockets

LOOPBACK = "127.0.0.1"
AUTHORITY = Authority(dt.datetime.now(dt.UTC))


@contextlib.asynccontextmanager
async def listening(limits=None):
    """An endpoint on free ports, which stand for the room's."""
    streams = {port: socket.create_server((LOOPBACK, 0)) for port in PORTS}
    ports = {port: one.getsockname()[1] for port, one in streams.items()}
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind((LOOPBACK, 0))
    endpoint = Endpoint({"api.example.com": "plain"}, AUTHORITY, limits or Limits())
    await endpoint.start(Sockets(streams, names))
    endpoint.begin()
    try:
        yield endpoint, ports
    finally:
        await endpoint.stop()


async def said(port, *pieces, tls=None, upgrade=None):
    """Send bytes and read until the end; `upgrade` begins TLS after the first answer."""
    name = "api.example.com" if tls else None
    reader, writer = await asyncio.open_connection(LOOPBACK, port, ssl=tls, server_hostname=name)
    answers = []
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        if upgrade and not answers:
            answers.append(await reader.readuntil(b"\r\n\r\n"))
            await writer.start_tls(upgrade, server_hostname="api.example.com")
    with contextlib.suppress(ConnectionError):
        answers.append(await reader.read())
    writer.close()
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        await writer.wait_closed()
    return answers


def trusting():
    return ssl.create_default_context(cadata=AUTHORITY.certificate)


def post(body, *lines, path="/v1/messages"):
    head = [f"POST {path} HTTP/1.1", *lines, f"content-LENGTH: {len(body)}", "Connection: close"]
    return "\r\n".join([*head, "", ""]).encode() + body


def test_headers_and_body_are_kept_as_they_came():
    """Order, case, repeats, and bytes that are no text."""
    sent = post(b"\x1f\x8b\xff", "hOSt: API.example.com:443", "X-b: 1", "x-A: 2", "X-B: 3")

    async def go():
        async with listening() as (endpoint, ports):
            await said(ports[80], sent)
            return endpoint.requests

    (request,) = asyncio.run(go())
    assert request.raw == b"\x1f\x8b\xff"
    assert request.headers[:4] == (
        ("hOSt", "API.example.com:443"),
        ("X-b", "1"),
        ("x-A", "2"),
        ("X-B", "3"),
    )
    assert request.headers[4][0] == "content-LENGTH"
    assert (request.server, request.host, request.scheme) == ("api.example.com", "plain", "http")
    assert (request.method, request.path, request.status) == ("POST", "/v1/messages", 200)
    assert request.at_ms > 0


def test_compressed_bodies_stay_compressed():
    """What a tool packs is evidence as it is."""
    sent = post(b"not gzip at all", "Host: x", "Content-Encoding: gzip")

    async def go():
        async with listening() as (endpoint, ports):
            await said(ports[8080], sent)
            return endpoint.requests

    assert asyncio.run(go())[0].raw == b"not gzip at all"


def test_encrypted_requests_are_read_with_the_handed_out_certificate():
    """For any server's name; one that is no level of the host class is `other`."""

    async def go():
        async with listening() as (endpoint, ports):
            await said(ports[443], post(b"{}", "Host: elsewhere.example"), tls=trusting())
            return endpoint.requests

    (request,) = asyncio.run(go())
    assert request.scheme == "https"
    assert (request.server, request.host) == ("elsewhere.example", "other")


def test_tunnels_of_the_proxy_end_at_the_recorder():
    """Both the wish for a tunnel and what goes through it are kept."""
    opening = b"CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n"

    async def go():
        async with listening() as (endpoint, ports):
            body = post(b'{"a":1}', "Host: api.example.com")
            answers = await said(ports[3128], opening, body, upgrade=trusting())
            return endpoint.requests, answers

    requests, answers = asyncio.run(go())
    assert [(one.method, one.path, one.scheme) for one in requests] == [
        ("CONNECT", "api.example.com:443", "http"),
        ("POST", "/v1/messages", "https"),
    ]
    assert requests[0].server == "api.example.com"
    assert answers[0].startswith(b"HTTP/1.1 200")
    assert b"Hello." in answers[1]


def test_plain_requests_to_the_proxy_are_answered():
    """Their target is a whole address."""

    async def go():
        async with listening() as (endpoint, ports):
            sent = post(b"{}", "Host: proxy", path="http://api.example.com/v1/messages")
            answers = await said(ports[3128], sent)
            return endpoint.requests, answers

    (request,), (answer,) = asyncio.run(go())
    assert request.path == "http://api.example.com/v1/messages"
    assert request.server == "api.example.com"
    assert b"Hello." in answer


@pytest.mark.parametrize(
    ("limits", "sent"),
    [
        (Limits(requests=0), post(b"{}", "Host: x")),
        (Limits(bytes=10), post(b"x" * 11, "Host: x")),
    ],
    ids=["requests", "bytes"],
)
def test_a_flood_is_seen(limits, sent):
    """Past a limit nothing more is kept."""

    async def go():
        async with listening(limits) as (endpoint, ports):
            await said(ports[80], sent)
            assert endpoint.flooded.is_set()
            return endpoint.requests

    assert asyncio.run(go()) == ()


@pytest.mark.parametrize(
    ("sent", "rubbish"), [(b"hello?\r\n\r\n", True), (b"GET / HTTP/1.0\r\n\r\n", False)]
)
def test_rubbish_is_seen(sent, rubbish):
    """What is no HTTP is no request, and is remembered."""

    async def go():
        async with listening() as (endpoint, ports):
            await said(ports[80], sent)
            return endpoint.rubbish, len(endpoint.requests)

    assert asyncio.run(go()) == (rubbish, 0 if rubbish else 1)
