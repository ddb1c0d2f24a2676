"""Bodies that one side reads and the other does not, and connections that are meant to harm."""

import json
import socket
from contextlib import contextmanager
from itertools import repeat

import pytest
from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError

from tests.gateway.test_faults import MIB, memory
from tests.gateway.test_http2 import Client
from tests.gateway.test_serve import rule

MODEL = rule("old", "block", 'context.model == "old"')
ODD = {
    "UTF-16": '{"model":"old"}'.encode("utf-16"),
    "a mark first": b'\xef\xbb\xbf{"model":"old"}',
    "NaN": b'{"temperature":NaN,"model":"old"}',
    "half a pair": b'{"user":"\\ud800","model":"old"}',
    "two models": b'{"model":1,"model":"old"}',
    "spaces": b'\n\t {"model" : "\\u006fld"}',
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_a_model_is_seen_however_the_body_is_written(gateway, upstream, body):
    """Python's parser takes all of these, and a server that uses it would serve the model."""
    assert json.loads(body)["model"] == "old"
    gate = gateway(MODEL)
    assert gate.ask(body=body)[0] == 403
    assert gate.ask(body=body.replace(b"l", b"k"))[0] == 200


@pytest.mark.parametrize("fails", ["open", "closed"])
def test_a_long_odd_body_is_what_its_rule_says_of_failures(gateway, upstream, fails):
    """It cannot be judged in time."""
    gate = gateway(rule("old", "block", 'context.model == "old"', f'@fails("{fails}")'))
    body = b'{"a":"' + b"x" * (1 << 20) + b'","temperature":NaN,"model":"old"}'
    assert gate.ask(body=body)[0] == (200 if fails == "open" else 403)
    assert gate.ask(body=b"x" * (2 << 20))[0] == 200


TWO_WAYS = {
    "length and chunks": b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks and length": b"transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n{}",
    "two lengths": b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}",
    "the same twice": b"content-length: 2\r\ncontent-length: 2\r\n\r\n{}",
    "a list of lengths": b"content-length: 2, 2\r\n\r\n{}",
    "a signed length": b"content-length: +2\r\n\r\n{}",
    "a length in hex": b"content-length: 0x2\r\n\r\n{}",
    "hidden chunks": b"transfer-encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks not last": b"transfer-encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks twice": b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": b"transfer-encoding : chunked\r\n\r\n0\r\n\r\n",
    "a folded line": b"x: a\r\n transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n{}",
    "a bare line feed": b"content-length: 2\nx: y\r\n\r\n{}",
    "a negative chunk": b"transfer-encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    "a huge chunk": b"transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    "two hosts": b"host: b\r\ncontent-length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("tail", TWO_WAYS.values(), ids=TWO_WAYS)
def test_what_two_sides_could_cut_in_different_places_is_refused(gateway, upstream, tail):
    """With a 400 and the end of the connection; a second request hidden in it goes nowhere."""
    gate = gateway(MODEL)
    hidden = b"POST /hidden HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}"
    with socket.create_connection(("127.0.0.1", gate.port), timeout=20) as client:
        client.sendall(b"POST /v1/messages HTTP/1.1\r\nhost: a\r\n" + tail + hidden)
        got = b""
        while piece := client.recv(65536):
            got += piece
    assert got.startswith(b"HTTP/1.1 400")
    assert got.count(b"HTTP/1.1") == 1
    assert not upstream[1].requests
    assert gate.ask()[0] == 200


@contextmanager
def connected(gate):
    with socket.create_connection(("127.0.0.1", gate.http2), timeout=20) as sock:
        yield Client(sock)


def sends(client, pieces):
    """Send until the other side has had enough; whether it came to that."""
    try:
        for piece in pieces:
            client.sock.sendall(piece)
    except OSError:
        return True
    return False


def test_streams_that_are_reset_at_once_harm_nobody(gateway, upstream):
    """Ten thousand of them (CVE-2023-44487), and a healthy client is answered."""
    gate = gateway(MODEL, "--http2", "127.0.0.1:0", http2=True)
    with connected(gate) as hostile, connected(gate) as healthy:
        try:
            for _ in range(10_000):
                stream = hostile.begin("/v1/messages")
                hostile.h2.reset_stream(stream, ErrorCodes.CANCEL)
                hostile.flush()
        except (OSError, ProtocolError):
            pass  # it was cut off, which is as good
        assert healthy.ask()[0] == 200


PING = b"\x00\x00\x08\x06\x00" + bytes(12)
SETTINGS = b"\x00\x00\x00\x04\x00" + bytes(4)


@pytest.mark.parametrize("frame", [PING, SETTINGS], ids=["pings", "settings"])
def test_questions_without_end_harm_nobody(gateway, upstream, frame):
    """Each wants an answer, which its sender does not read."""
    gate = gateway(MODEL, "--http2", "127.0.0.1:0", http2=True)
    with connected(gate) as hostile, connected(gate) as healthy:
        hostile.sock.settimeout(2)
        before = memory(gate)
        sends(hostile, repeat(frame * 1000, 200))
        assert healthy.ask()[0] == 200
        assert memory(gate) - before < 64 * MIB


def test_a_head_without_end_is_cut_off(gateway, upstream):
    """Continuation frames would go on for as long as they are taken (CVE-2024-27316)."""
    gate = gateway(MODEL, "--http2", "127.0.0.1:0", http2=True)
    fields = b"\x00\x01a\x01b" * 3276
    piece = len(fields).to_bytes(3, "big") + b"\x09\x00\x00\x00\x00\x01" + fields
    with connected(gate) as hostile, connected(gate) as healthy:
        hostile.sock.sendall(b"\x00\x00\x01\x01\x00\x00\x00\x00\x01\x88")
        assert sends(hostile, repeat(piece, 4096))
        assert healthy.ask()[0] == 200
