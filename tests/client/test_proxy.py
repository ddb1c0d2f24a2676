"""The local proxy: model calls are sealed, all else passes as it is, and as it comes."""

import asyncio
import gzip
import json
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from stillwatch.client.proxy import Proxy, ProxySettings
from stillwatch.client.sealing import Draft
from stillwatch.errors import SettingsError
from stillwatch.marks.manifest import READS
from tests.client.installs import BODIES, PLAIN, raw, sealing
from tests.client.upstream import Upstream

ROOT = Path(__file__).parents[2]
PIECE = bytes(1 << 16)
PATIENCE_S = 30


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    """Whatever this machine has."""
    for name in next(read.variables for read in READS if read.fact == "proxy"):
        monkeypatch.delenv(name, raising=False)


@asynccontextmanager
async def serving(handler, how=None, base="", **settings):
    """The proxy in front of an upstream whose every request goes to a handler."""
    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    upstream = f"http://127.0.0.1:{runner.addresses[0][1]}"
    proxy = Proxy(how or sealing(), ProxySettings(upstream + base, **settings))
    await proxy.start()
    session = aiohttp.ClientSession(auto_decompress=False)
    try:
        yield proxy, session
    finally:
        await session.close()
        await proxy.stop()
        await runner.cleanup()


def run(talk):
    """Run an asynchronous test, with an end."""
    return asyncio.run(asyncio.wait_for(talk, PATIENCE_S))


def through_proxy(method, path, how=None, base="", headers=(), **request):
    """One request: what the upstream heard, status, headers and body of the answer."""
    heard = {}

    async def handler(request):
        heard.update(
            method=request.method,
            path=request.raw_path,
            headers=[(name.decode(), value.decode()) for name, value in request.raw_headers],
            body=await request.read(),
        )
        return web.Response(body=b'{"ok": true}', headers={"X-Answer": "1"})

    async def talk():
        async with serving(handler, how, base) as (proxy, session):
            url = URL(proxy.url + path, encoded=True)
            async with session.request(method, url, headers=dict(headers), **request) as answer:
                return answer.status, dict(answer.headers), await answer.read()

    return heard, *run(talk())


@pytest.mark.parametrize("path", BODIES)
def test_model_calls_are_sealed(path):
    """As the transport would do it; the answer passes."""
    heard, status, headers, body = through_proxy("POST", path, data=raw(path))
    expected = sealing().sealed(Draft("POST", f"https://x{path}", [], raw(path))).body
    assert heard["body"] == expected
    assert PLAIN["system"].encode() not in heard["body"]
    assert dict(heard["headers"])["Content-Length"] == str(len(expected))
    assert (status, body, headers["X-Answer"]) == (200, b'{"ok": true}', "1")


def test_headers_keep_their_order_and_case():
    """Only those of the connection change, and the host."""
    sent = {"X-B": "2", "x-api-key": "k", "Accept": "a/b", "X-a": "1", "Content-Type": "x/y"}
    heard, *_ = through_proxy("POST", "/v1/other", headers=sent, data=b"{}")
    names = [name for name, _ in heard["headers"]]
    assert [name for name in names if name in sent] == list(sent)
    assert set(names) - set(sent) == {"Host", "Content-Length", "Accept-Encoding", "User-Agent"}
    assert dict(heard["headers"])["Host"].startswith("127.0.0.1:")


def test_a_client_that_sends_little_gets_nothing_added():
    """No name of a library, no encodings."""
    heard = []

    async def handler(request):
        heard.extend(name for name, _ in request.headers.items())
        return web.Response()

    async def talk():
        async with serving(handler) as (proxy, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            writer.write(b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            await reader.read()
            writer.close()

    run(talk())
    assert heard == ["Host"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/models?limit=1&after=a%20b+c"),
        ("POST", "/v1/messages/count_tokens?beta=true"),
        ("DELETE", "/v1/files/file%2F1"),
        ("PUT", "/%e2%82%ac//x/../y"),
    ],
)
def test_other_calls_pass_as_they_are(method, path):
    """Path, query and body to the byte."""
    data = raw("/v1/messages") if method in {"POST", "PUT"} else None
    heard, status, _, _ = through_proxy(method, path, sealing(report=pytest.fail), data=data)
    assert status == 200
    assert (heard["method"], heard["path"], heard["body"]) == (method, path, data or b"")


def test_an_upstream_may_have_a_path():
    """As gateways do."""
    heard, *_ = through_proxy("POST", "/v1/messages", base="/api/", data=raw("/v1/messages"))
    assert heard["path"] == "/api/v1/messages"
    assert PLAIN["system"].encode() not in heard["body"]


def test_bodies_in_pieces_are_sealed_or_passed_on():
    """Without a length, and larger than any buffer."""

    async def pieces(body):
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    heard, *_ = through_proxy("POST", "/v1/messages", data=pieces(raw("/v1/messages")))
    assert PLAIN["system"].encode() not in heard["body"]
    large = b"".join(bytes([n]) * 100_000 for n in range(100))
    heard, *_ = through_proxy("POST", "/v1/files", data=pieces(large))
    assert heard["body"] == large


def test_compressed_answers_stay_compressed():
    """The proxy does not look into them."""
    packed = gzip.compress(b"text " * 1000)

    async def handler(_):
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    async def talk():
        async with serving(handler) as (proxy, session), session.get(proxy.url) as answer:
            return answer.headers["Content-Encoding"], await answer.read()

    assert run(talk()) == ("gzip", packed)


@pytest.mark.parametrize("status", [204, 302, 304, 401, 429, 529])
def test_answers_of_all_kinds_pass(status):
    """Redirects are not followed, errors not explained."""

    async def handler(_):
        headers = {"Location": "https://elsewhere.test/", "Retry-After": "7"}
        return web.Response(status=status, headers=headers)

    async def talk():
        async with (
            serving(handler) as (proxy, session),
            session.get(proxy.url, allow_redirects=False) as answer,
        ):
            return answer.status, answer.headers["Location"], answer.headers["Retry-After"]

    assert run(talk()) == (status, "https://elsewhere.test/", "7")


def test_answers_come_as_they_are_sent():
    """The upstream sends its second event when the client has read the first."""
    read = asyncio.Event()

    async def handler(request):
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"data: one\n\n")
        await read.wait()
        await response.write(b"data: two\n\n")
        return response

    async def talk():
        async with serving(handler) as (proxy, session):
            body = raw("/v1/messages")
            async with session.post(f"{proxy.url}/v1/messages", data=body) as answer:
                first = await answer.content.readany()
                read.set()
                return first, await answer.read()

    assert run(talk()) == (b"data: one\n\n", b"data: two\n\n")


def test_a_slow_client_slows_the_upstream_down():
    """Nothing piles up in the proxy."""
    sent, stalled = [0], asyncio.Event()

    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        while not stalled.is_set():
            try:
                await asyncio.wait_for(response.write(PIECE), 1)
            except TimeoutError:
                stalled.set()
            sent[0] += len(PIECE)
            assert sent[0] < 1 << 30
        return response

    async def talk():
        async with serving(handler) as (proxy, _):
            _, writer = await asyncio.open_connection("127.0.0.1", proxy.port, limit=1 << 10)
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await stalled.wait()
            writer.transport.abort()

    run(talk())
    assert sent[0] < 32 << 20


def test_a_client_that_goes_away_ends_the_request_upstream():
    """Nobody pays for an answer that nobody reads."""
    began, ended = asyncio.Event(), asyncio.Event()

    async def handler(_):
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def talk():
        async with serving(handler) as (proxy, _):
            _, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await began.wait()
            writer.transport.abort()
            await ended.wait()

    run(talk())


def test_an_answer_that_breaks_off_is_not_taken_for_the_whole():
    """The client sees that the connection broke."""

    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"half")
        request.transport.abort()
        return response

    async def talk():
        async with serving(handler) as (proxy, session), session.get(proxy.url) as answer:
            with pytest.raises(aiohttp.ClientError):
                await answer.read()

    run(talk())


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://a-page.test"},
        {"Origin": "null"},
        {"Host": "rebound.test:80"},
        {"Host": "127.0.0.1.rebound.test"},
        {"Host": "[broken"},
    ],
)
def test_web_pages_are_refused(headers):
    """Also those that bend names to this machine; the upstream hears nothing."""
    heard, status, _, body = through_proxy(
        "POST", "/v1/messages", headers=headers, data=raw("/v1/messages")
    )
    assert (heard, status) == ({}, 403)
    assert json.loads(body)["error"]["type"] == "stillwatch_proxy_error"


def test_what_cannot_be_sealed_is_held_back_if_that_is_asked_for():
    """Else it passes as it is."""
    request = {"data": b'{"messages": "\xff"}'}
    heard, status, _, _ = through_proxy("POST", "/v1/messages", **request)
    assert (heard["body"], status) == (request["data"], 200)
    heard, status, _, body = through_proxy(
        "POST", "/v1/messages", sealing(fail_closed=True), **request
    )
    assert (heard, status) == ({}, 502)
    assert "no JSON" in json.loads(body)["error"]["message"]


def test_a_body_that_is_too_long_is_refused():
    """Before it fills the memory."""

    async def handler(_):
        pytest.fail("it was passed on")

    async def talk():
        async with (
            serving(handler, most_body=1000) as (proxy, session),
            session.post(f"{proxy.url}/v1/messages", data=bytes(5000)) as answer,
        ):
            return answer.status

    assert run(talk()) == 413


def test_an_upstream_that_is_away_is_said_to_be():
    """Without what stands in its address."""

    async def talk():
        settings = ProxySettings("http://user:geheim@127.0.0.1:9")
        proxy = Proxy(sealing(), settings)
        await proxy.start()
        try:
            async with aiohttp.ClientSession() as session, session.get(proxy.url) as answer:
                return answer.status, await answer.text()
        finally:
            await proxy.stop()

    status, text = run(talk())
    assert status == 502
    assert "geheim" not in text


@pytest.mark.parametrize("url", ["", "api.example.com", "ftp://x.test", "https://", "http://x/?a"])
def test_an_upstream_that_is_no_base_url_is_refused(url):
    """At the start."""
    with pytest.raises(SettingsError, match="no base URL"):
        Proxy(sealing(), ProxySettings(url))


def test_the_machine_s_own_proxy_is_used(monkeypatch):
    """A company's, for instance; exceptions from it as well."""
    with Upstream() as gate:
        monkeypatch.setenv("http_proxy", gate.url.replace("http://", "http://u:p@"))

        async def talk():
            proxy = Proxy(sealing(), ProxySettings("http://api.example.test"))
            await proxy.start()
            try:
                async with aiohttp.ClientSession() as session:
                    url = f"{proxy.url}/v1/messages"
                    async with session.post(url, data=raw("/v1/messages")) as answer:
                        return answer.status
            finally:
                await proxy.stop()

        assert run(talk()) == 200
        (heard,) = gate.heard
        assert heard.path == "http://api.example.test/v1/messages"
        assert "proxy-authorization" in heard.names
