"""Headers by which a customer would speak as the gateway, or as somebody else."""

import json
import socket

import pytest

from stillwatch.sources.inputs import find_inputs
from tests.gateway.test_http2 import LOCAL, connected
from tests.gateway.test_serve import BAN, rule

ONCE = rule("once", "throttle", 'context.wire == "anthropic"', '@rate("1/h")')
SECRET = "sk-not-to-be-told"


def sent(gate, *lines, path=b"/v1/messages", body=b"{}"):
    """The whole answer to a request whose head holds these lines."""
    if not any(b"ransfer-" in line for line in lines):
        lines = (*lines, b"content-length: %d" % len(body))
    head = b"POST %s HTTP/1.1\r\nhost: a\r\n" % path + b"\r\n".join(lines) + b"\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gate.port), timeout=20) as sock:
        sock.sendall(head + body)
        return sock.recv(65536)


def arrived(upstream):
    """Names and values of what the model server got last."""
    return {name.lower(): value for name, value in upstream[1].requests[-1][2]}


@pytest.mark.parametrize(
    "name",
    [b"X-Stillwatch-A", b"x_stillwatch_a", b"X-STILLWATCH_A", b"x_stillwatch-a", b"x-stillwatch-"],
)
def test_a_header_of_ours_from_outside_goes_nowhere(gateway, upstream, name):
    """However it is written, also over HTTP/2."""
    gate = gateway(BAN, "--http2", LOCAL, http2=True)
    assert b" 200 " in sent(gate, name + b": forged", b"x-other: kept")
    assert "forged" not in arrived(upstream).values()
    assert arrived(upstream)["x-other"] == "kept"
    with connected(gate.http2) as client:
        assert client.ask(**{name.decode().lower(): "forged", "x-other": "kept"})[0] == 200
    assert "forged" not in arrived(upstream).values()


def test_what_comes_after_a_body_is_no_header(gateway, upstream, tmp_path):
    """Neither for the model server nor in captures, and a flood of it takes no memory."""
    gate = gateway(BAN, "--record", tmp_path / "captures")
    after = b"x-api-key: B\r\nx-stillwatch-a: forged\r\n" + b"x-flood: forged\r\n" * 20_000
    body = b"2\r\n{}\r\n0\r\n" + after + b"\r\n"
    answer = sent(gate, b"transfer-encoding: chunked", b"x-api-key: A", body=body)
    assert b" 200 " in answer
    assert arrived(upstream)["x-api-key"] == "A"
    gate.stop()
    (capture,) = find_inputs([tmp_path / "captures"])
    assert "x-flood" not in str(recorded(capture))


def recorded(capture):
    """The exchanges of a capture."""
    import zstandard  # noqa: PLC0415

    with zstandard.open(capture.path, "rt") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    "also",
    [
        b"connection: x-api-key",
        b"Connection: close, X-API-Key",
        b"authorization: Bearer B",
        b"api-key: B",
        b"x-api-key: B",
        b"X_Api_Key: B",
        b"api_key: B",
        b"x-api_key: B",
    ],
)
def test_the_account_that_is_counted_is_the_one_that_arrives(gateway, upstream, also):
    """A's bucket is used up, and the model server gets A's key and no other."""
    gate = gateway(ONCE)
    assert b" 200 " in sent(gate, b"x-api-key: A", also)
    got = arrived(upstream)
    assert got["x-api-key"] == "A"
    assert not {value for value in got.values() if value.endswith("B")}
    assert gate.ask(x_api_key="A")[0] == 429
    assert gate.ask(x_api_key="B")[0] == 200


@pytest.mark.parametrize(
    "shown",
    [b"authorization: Bearer A", b"authorization: bearer  A", b"AUTHORIZATION: A", b"api-key:\tA "],
)
def test_ways_to_write_a_key_make_no_new_account(gateway, upstream, shown):
    """Else a throttled account would go on under another spelling."""
    gate = gateway(ONCE)
    assert gate.ask(x_api_key="A")[0] == 200
    assert b" 429 " in sent(gate, shown)
    assert b" 429 " in sent(gate, b"x-api-key: ", shown)


@pytest.mark.parametrize(
    "key", [b"\xff\xfe", b"k" * 60_000, b"acct_none", b"A\0".strip(b"\0") + b"/once"]
)
def test_no_odd_key_uses_up_another_account(gateway, upstream, key):
    """Nor does one that looks like an account's name or like two of them."""
    gate = gateway(ONCE)
    assert b" 200 " in sent(gate, b"x-api-key: " + key)
    assert b" 429 " in sent(gate, b"x-api-key: " + key)
    assert gate.ask(x_api_key="A")[0] == 200
    assert gate.ask()[0] == 200


def test_a_claimed_address_is_not_believed_unless_asked_for(gateway, upstream, tmp_path):
    """Nobody stands in front: what clients write there counts for nothing."""
    networks = tmp_path / "networks.txt"
    networks.write_text("203.0.113.0/24 hosting\n")
    gate = gateway(rule("h", "block", 'context.network == "hosting"'), "--networks", networks)
    assert gate.ask(x_forwarded_for="203.0.113.9", x_real_ip="203.0.113.9")[0] == 200


def test_credentials_are_told_nowhere(gateway, upstream, tmp_path):
    """In no file, and not on the terminal, whatever goes wrong with the request."""
    gate = gateway(BAN, "--record", tmp_path / "captures", to="http://127.0.0.1:9")
    places = (b"x-api-key", b"x_api_key", b"authorization", b"cookie", b"x-goog-api-key")
    for body in (b'{"model":"m"}', b"{broken", b"\xff", b"[" * 5000):
        for name in (*places, b"proxy-authorization"):
            line = name + b": " + SECRET.encode()
            assert b" 502 " in sent(
                gate, line, path=b"/v1/messages?key=" + SECRET.encode(), body=body
            )
            sent(gate, line, line, b"\xff: \x01")
            sent(gate, line, path=b"*")
    assert SECRET not in gate.stop()
    (capture,) = find_inputs([tmp_path / "captures"])
    assert recorded(capture)
    assert SECRET not in str(recorded(capture))
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes()
