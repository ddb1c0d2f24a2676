"""Garbage at both doors of one running gateway: it is refused, and others are served."""

import contextlib
import json
import socket

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gateway.test_serve import BAN

PIECES = st.sampled_from(
    [
        b"GET / HTTP/1.1\r\n",
        b"POST /v1/messages HTTP/1.1\r\n",
        b"host: a\r\n",
        b"\r\n",
        b"\n",
        b"content-length: -1\r\n",
        b"transfer-encoding: chunked\r\n",
        b"0x1\r\n",
        b"\x00",
        b": \r\n",
    ]
)
GARBAGE = st.lists(st.one_of(PIECES, st.binary(max_size=40)), max_size=12).map(b"".join)


def spoken(family, place, content):
    """What comes back until the other side ends; our side ends after the content."""
    got = b""
    with socket.socket(family) as sock:
        sock.settimeout(20)
        sock.connect(place)
        with contextlib.suppress(ConnectionError):  # it may end before it has heard everything
            sock.sendall(content)
            sock.shutdown(socket.SHUT_WR)
            while piece := sock.recv(65536):
                got += piece
    return got


def test_garbage_harms_nobody(gateway, upstream, tmp_path):
    """Every answer is a refusal or none; the process lives, and a healthy client is answered."""
    door = tmp_path / "admin.sock"
    gate = gateway(BAN, "--admin", f"unix:{door}")

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(GARBAGE)
    def garbage(content):
        data = spoken(socket.AF_INET, ("127.0.0.1", gate.port), b"NO " + content)
        assert not data or data.startswith(b"HTTP/1.1 4")
        admin = spoken(socket.AF_UNIX, str(door), content)
        assert not admin or admin.startswith(b"HTTP/1.1 4")

    garbage()
    assert gate.process.poll() is None
    assert not upstream[1].requests
    assert json.loads(gate.ask(body=b"well")[2]) == {"heard": 4}
