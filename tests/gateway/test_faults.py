"""Model servers and clients that break, stall and flood: others are served, and memory is bounded."""

import hashlib
import json
import re
import socket
import threading
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.clients.tap import messages
from tests.gateway.raw import END, SHORT, STREAM, RawModel, chunk, event, reset
from tests.gateway.test_http2 import Client
from tests.gateway.test_serve import BAN, CLAUDE, rule, until

MIB = 1 << 20
CURIOUS = rule(
    "curious",
    "block",
    'context.mark == "no-such" && context.model == "no-such" && context.busy > 254',
)
"""A rule that makes the gateway find out everything, and meets nobody."""


def memory(gate):
    """Bytes that the gateway holds."""
    return psutil.Process(gate.process.pid).memory_info().rss


def peak(gate):
    """The most bytes that it ever held."""
    status = Path(f"/proc/{gate.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10


def clients(gate):
    """How many connections clients have."""
    found = psutil.Process(gate.process.pid).net_connections("tcp")
    return sum(one.status == "ESTABLISHED" and one.laddr.port == gate.port for one in found)


def connected(gate):
    return socket.create_connection(("127.0.0.1", gate.port), timeout=20)


def all_of(sock):
    """Everything until the connection ends, in whatever way."""
    got = b""
    try:
        while piece := sock.recv(65536):
            got += piece
    except ConnectionResetError:
        pass
    return got


LENGTH = re.compile(rb"content-length: (\d+)\r\n.*?\r\n\r\n", re.DOTALL)


def answer_of(sock):
    """One answer whose length is told."""
    got = b""
    while True:
        found = LENGTH.search(got)
        if found and len(got) == found.end() + int(found[1]):
            return got
        piece = sock.recv(65536)
        assert piece, got
        got += piece


def test_an_outage_is_told_once_and_its_end_too(gateway, upstream):
    """A line for each client would fill the disk just then."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    gate = gateway(BAN, to=f"http://127.0.0.1:{port}")
    for _ in range(3):
        status, _, said = gate.ask()
        assert (status, b"Try again later" in said) == (502, True)
    with RawModel(lambda _path, sock, _rest: sock.sendall(SHORT), port) as model:
        assert model.url.endswith(str(port))
        assert gate.ask()[0] == 200
    said = gate.stop()
    assert said.count("The model server cannot be reached") == 1
    assert said.count("The model server is back") == 1


@pytest.mark.parametrize("leave", [socket.socket.close, reset], ids=["closes", "resets"])
def test_a_stream_whose_model_server_dies_is_seen_as_cut(gateway, leave):
    """What came passes, the end does not come, and the next request is answered."""

    def serve(path, sock, _rest):
        if path == "/v1/messages":
            sock.sendall(STREAM + event(1) + event(2))
            leave(sock)
        else:
            sock.sendall(SHORT)

    with RawModel(serve) as model:
        gate = gateway(BAN, to=model.url)
        with connected(gate) as client:
            client.sendall(b"POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}")
            got = all_of(client)
        assert got.startswith(b"HTTP/1.1 200") or not got
        assert not got.endswith(END)
        if leave is socket.socket.close:
            assert b'{"n":2}' in got
        assert gate.ask("/other")[0] == 200


@pytest.mark.parametrize("begun", [False, True], ids=["at all", "any more"])
def test_a_model_server_that_does_not_speak_is_given_up(gateway, begun):
    """Before the answer with a 504 that may be tried again; within it by cutting it off."""
    silent = threading.Event()

    def serve(_path, sock, _rest):
        if begun:
            sock.sendall(STREAM + event(1))
        silent.wait(20)

    with RawModel(serve) as model:
        gate = gateway(BAN, "--read-timeout", "0.3", to=model.url)
        with connected(gate) as client:
            client.sendall(b"POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}")
            client.settimeout(20)
            got = all_of(client) if begun else answer_of(client)
        silent.set()
    if begun:
        assert b'{"n":1}' in got
        assert not got.endswith(END)
    else:
        head, _, body = got.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 504")
        assert b"x-should-retry: true" in head
        assert json.loads(body)["error"]["type"] == "api_error"


def ask_and_read_nothing(gate, stack, http2):
    """A request whose client takes nothing of the answer."""
    port = gate.http2 if http2 else gate.port
    sock = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
    if http2:
        Client(sock).begin("/endless", method="GET")
    else:
        sock.sendall(b"GET /endless HTTP/1.1\r\nhost: a\r\n\r\n")


@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
def test_a_client_that_reads_nothing_holds_the_model_server_back(gateway, tmp_path, http2):
    """The endless answer waits where it is made, and not in the gateway's memory."""
    sent, held, gone = [0], threading.Event(), threading.Event()

    def serve(path, sock, _rest):
        if path != "/endless":
            sock.sendall(SHORT)
            return
        sock.sendall(STREAM)
        sock.settimeout(1)
        piece = chunk(b": " + b"x" * 65532 + b"\n\n")
        try:
            while True:
                try:
                    sent[0] += sock.send(piece)
                except TimeoutError:
                    held.set()
        except OSError:
            gone.set()

    with RawModel(serve) as model:
        options = ("--record", tmp_path / "captures", "--http2", "127.0.0.1:0")
        gate = gateway(BAN, *options, to=model.url, http2=True)
        assert gate.ask()[0] == 200
        before = memory(gate)
        with ExitStack() as stack:
            ask_and_read_nothing(gate, stack, http2)
            assert held.wait(30)
            assert sent[0] < 64 * MIB
            assert memory(gate) - before < 64 * MIB
            assert gate.ask()[0] == 200
        assert gone.wait(20)


@pytest.mark.parametrize("recorded", [False, True], ids=["passed on", "recorded"])
def test_an_answer_without_end_takes_no_memory(gateway, tmp_path, recorded):
    """What is kept for the recorder has an end, and nothing else is kept."""
    size = 250 * MIB

    def serve(path, sock, _rest):
        if path != "/long":
            sock.sendall(SHORT)
            return
        sock.sendall(STREAM)
        piece = chunk(b": " + b"x" * 262_140 + b"\n\n")
        for _ in range(size // 262_144):
            sock.sendall(piece)
        sock.sendall(END)

    with RawModel(serve) as model:
        options = ("--record", tmp_path / "captures") if recorded else ()
        gate = gateway(BAN, *options, to=model.url)
        gate.ask()
        before = memory(gate)
        assert len(gate.ask("/long")[2]) == size
        assert peak(gate) - before < (160 if recorded else 32) * MIB
        assert gate.ask()[0] == 200


def test_hundred_megabytes_pass_both_ways(gateway):
    """Byte for byte; a body stands in memory a few times, its answer never."""
    body = hashlib.sha256(b"seed").digest() * (100 * MIB // 32)
    digest = hashlib.sha256(body).hexdigest()
    heard = hashlib.sha256()

    def serve(path, sock, rest):
        if path != "/large":
            sock.sendall(SHORT)
            return
        left = len(body) - len(rest)
        heard.update(rest)
        while left:
            piece = sock.recv(min(left, 262_144))
            heard.update(piece)
            left -= len(piece)
        sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body))
        sock.sendall(body)

    with RawModel(serve) as model:
        gate = gateway(CURIOUS, to=model.url)
        gate.ask()
        before = memory(gate)
        status, _, said = gate.ask("/large", body)
        assert status == 200
        assert heard.hexdigest() == hashlib.sha256(said).hexdigest() == digest
        assert peak(gate) - before < 4 * len(body)
        until(lambda: memory(gate) - before < 48 * MIB)


def test_a_thousand_heads_without_end_keep_nobody_waiting(gateway, upstream):
    """A healthy client is served among them; when they go, nothing of them stays."""
    gate = gateway(BAN)
    assert gate.ask()[0] == 200
    before = memory(gate)
    with ExitStack() as stack:
        for _ in range(1000):
            slow = stack.enter_context(connected(gate))
            slow.sendall(b"POST /v1/messages HTTP/1.1\r\nhost: a\r\nx-slow: ")
        until(lambda: clients(gate) == 1000)
        for _ in range(20):
            assert gate.ask(body=b"{}")[0] == 200
        assert memory(gate) - before < 64 * MIB
    until(lambda: not clients(gate))
    assert len(upstream[1].requests) == 21


PARTS = {
    "half a head": b"POST /v1/messages HTTP/1.1\r\nhost",
    "half a body": b"POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{",
    "half a chunk": b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{",
}


@pytest.mark.parametrize("leave", [socket.socket.close, reset], ids=["closes", "resets"])
@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_client_that_leaves_in_the_middle_leaves_nothing(gateway, upstream, part, leave):
    """The model server never hears of it, and its connection is over."""
    gate = gateway(BAN)
    assert gate.ask()[0] == 200
    with ExitStack() as stack:
        gone = [stack.enter_context(connected(gate)) for _ in range(20)]
        for one in gone:
            one.sendall(PARTS[part])
        until(lambda: clients(gate) == 20)
        for one in gone:
            leave(one)
        until(lambda: not clients(gate))
    assert gate.ask()[0] == 200
    assert len(upstream[1].requests) == 2


def test_requests_that_come_all_at_once_are_answered_in_order(gateway, upstream):
    """Each is judged by its own headers, and each body stays its own."""
    gate = gateway(BAN)
    asked = b""
    for n in range(30):
        agent = CLAUDE.encode() if n % 3 == 0 else b"curl/8"
        head = b"POST /v1/messages HTTP/1.1\r\nhost: a\r\nuser-agent: " + agent
        asked += head + b"\r\ncontent-length: %d\r\n\r\n" % n + b"x" * n
    last = (
        b"POST /v1/messages HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    )
    with connected(gate) as client:
        client.sendall(asked + last)
        found = messages(all_of(client))
    assert [one.start.split()[1] for one in found[:-1]] == [
        "403" if n % 3 == 0 else "200" for n in range(30)
    ]
    heard = [len(request[3]) for request in upstream[1].requests]
    assert heard == [*(n for n in range(30) if n % 3), 0]
    said = [json.loads(one.body).get("heard") for one in found if " 200" in one.start]
    assert said == heard


BROKEN = [
    b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"transfer-encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    b"transfer-encoding: chunked\r\n\r\n2\r\n{}X0\r\n\r\n",
    b"transfer-encoding: gzip\r\n\r\n{}",
    b"transfer-encoding: chunked, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"content-length: -2\r\n\r\n{}",
    b"content-length: +2\r\n\r\n{}",
    b"content-length: 2e0\r\n\r\n{}",
    b"content-length: 99999999999999999999999999\r\n\r\n{}",
    b"content-length: 2, 2\r\n\r\n{}",
]


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_a_body_whose_end_is_unclear_is_refused(gateway, upstream, number):
    """Whatever comes after it could be taken for another request."""
    gate = gateway(BAN)
    with connected(gate) as client:
        client.sendall(b"POST / HTTP/1.1\r\nhost: a\r\n" + BROKEN[number])
        client.shutdown(socket.SHUT_WR)
        got = all_of(client)
    assert got.startswith((b"HTTP/1.1 400", b"HTTP/1.1 413")) or not got
    assert not upstream[1].requests
    assert gate.ask()[0] == 200


ODD = [
    b"",
    b"[" * 100_000,
    b'{"messages":' + b'[{"content":' * 20_000,
    b'{"model":1e999,"stream":"yes","messages":{"0":null}}',
    b'{"model":"\\ud800","messages":[{"role":7,"content":["\\udfff"]}]}',
    b'{"model":"a","model":["b"],"input":NaN}',
    b"\xff\xfe{}\x00",
    b"\x1f\x8b\x08 not really packed",
]


def test_bodies_of_any_kind_pass_as_they_are(gateway, upstream):
    """The gateway reads what it can and judges what it knows; it is not the one to say no."""
    gate = gateway(CURIOUS)
    connection = HTTPConnection("127.0.0.1", gate.port, timeout=20)

    def passes(body):
        for path in ("/v1/messages", "/v1/chat/completions", "/v1/responses"):
            connection.request("POST", path, body)
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, b'{"heard": %d}' % len(body))
            assert upstream[1].requests[-1][3] == body

    @settings(max_examples=40, deadline=None, database=None)
    @given(st.binary(max_size=400))
    def any_body(body):
        passes(body.replace(b'"stream":true', b""))

    for body in ODD:
        passes(body)
    any_body()
    connection.close()
