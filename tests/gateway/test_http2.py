"""HTTP/2 in front of `stillwatch serve`, spoken by a real client."""

import json
import socket
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection

from tests.gateway.test_serve import BAN, CLAUDE, until

LOCAL = "127.0.0.1:0"


class Client:
    """One connection with several requests at once."""

    def __init__(self, sock):
        self.sock = sock
        self.h2 = H2Connection(H2Configuration(header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.heads, self.bodies, self.ended = {}, {}, set()
        self.flush()

    def flush(self):
        self.sock.sendall(self.h2.data_to_send())

    def begin(self, path, body=b"", method="POST", **headers):
        """Send a request; its number."""
        stream = self.h2.get_next_available_stream_id()
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        head = [(":method", method), (":path", path), (":scheme", "http"), (":authority", "a")]
        self.h2.send_headers(stream, head + named)
        while body:
            most = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            self.h2.send_data(stream, body[:most])
            body = body[most:]
            self.flush()
            if body and not self.h2.local_flow_control_window(stream):
                self.hear()
        self.h2.end_stream(stream)
        self.flush()
        return stream

    def hear(self):
        """Take in what came; False where the server is gone."""
        try:
            data = self.sock.recv(65536)
        except ConnectionError:
            return False
        for event in self.h2.receive_data(data):
            if isinstance(event, events.ResponseReceived):
                self.heads[event.stream_id] = dict(event.headers)
            elif isinstance(event, events.DataReceived):
                self.bodies[event.stream_id] = self.bodies.get(event.stream_id, b"") + event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, events.StreamEnded):
                self.ended.add(event.stream_id)
        self.flush()
        return bool(data)

    def answer(self, stream):
        """Status, headers and body of an answer that came to its end."""
        while stream not in self.ended:
            assert self.hear(), "the server closed the connection"
        head = self.heads[stream]
        return int(head[":status"]), head, self.bodies.get(stream, b"")

    def ask(self, path="/v1/messages", body=b"{}", **headers):
        return self.answer(self.begin(path, body, **headers))


@contextmanager
def connected(port, context=None):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
        if context is None:
            yield Client(sock)
        else:
            with context.wrap_socket(sock, server_hostname="localhost") as secure:
                assert secure.selected_alpn_protocol() == "h2"
                yield Client(secure)


def test_requests_pass_and_are_judged_as_on_the_other_port(gateway, upstream):
    """Bodies byte by byte, forged headers dropped, bans told in the wire's own error."""
    gate = gateway(BAN, "--http2", LOCAL, http2=True)
    with connected(gate.http2) as client:
        for body in (b'{ "b":1,\n"a" : "\xff" }', b"x" * 300_000):
            status, head, said = client.ask(body=body, x_api_key="k", x_stillwatch_a="forged")
            assert (status, json.loads(said)) == (200, {"heard": len(body)})
            _, _, sent, got = upstream[1].requests[-1]
            assert got == body
            assert "x-stillwatch-a" not in {name.lower() for name, _ in sent}
            assert "x-stillwatch-forged" not in head
        status, head, said = client.ask(user_agent=CLAUDE)
        assert status == 403
        assert "Use Tool B" in json.loads(said)["error"]["message"]


def test_streams_of_one_connection_do_not_wait_for_each_other(gateway, upstream):
    """A long answer on one stream, another request on the next."""
    gate = gateway(BAN, "--http2", LOCAL, http2=True)
    with connected(gate.http2) as client:
        slow = client.begin("/step", b"{}")
        while b'"n":0' not in client.bodies.get(slow, b""):
            assert client.hear()
        assert client.ask()[0] == 200
        assert b'"n":1' not in client.bodies[slow]
        upstream[1].read.set()
        assert client.answer(slow)[2].count(b"event: tick") == 5


def test_a_reset_stream_ends_the_work_upstream(gateway, upstream):
    """The client took it back; its connection goes on."""
    gate = gateway(BAN, "--http2", LOCAL, http2=True)
    with connected(gate.http2) as client:
        stream = client.begin("/endless", b"{}")
        while not client.bodies.get(stream):
            assert client.hear()
        client.h2.reset_stream(stream)
        client.flush()
        assert upstream[1].gone.wait(20)
        assert client.ask()[0] == 200


def test_half_an_answer_never_looks_whole(gateway, upstream):
    """The model server dies; the stream does not end, the connection does."""
    gate = gateway(BAN, "--http2", LOCAL, http2=True)
    with connected(gate.http2) as client:
        stream = client.begin("/dies", b"{}")
        while client.hear():
            pass
        assert stream not in client.ended


def test_other_versions_are_told_so(gateway, upstream):
    """The other port is for them."""
    gate = gateway(BAN, "--http2", LOCAL, http2=True)
    with socket.create_connection(("127.0.0.1", gate.http2), timeout=20) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        assert b" 505 " in sock.recv(4096)
    assert not upstream[1].requests


def certificate(folder):
    """A certificate of our own and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


def test_over_tls_and_running_requests_end_first(gateway, upstream, tmp_path):
    """HTTP/2 is agreed on by ALPN; a stop lets the answer that is under way come to its end."""
    file = certificate(tmp_path)
    gate = gateway(BAN, "--http2", LOCAL, "--certificate", file, http2=True)
    context = ssl.create_default_context(cafile=file)
    context.set_alpn_protocols(["h2"])
    with connected(gate.http2, context) as client:
        assert client.ask()[0] == 200
        slow = client.begin("/step", b"{}")
        while b'"n":0' not in client.bodies.get(slow, b""):
            assert client.hear()
        gate.process.terminate()
        until(lambda: refused(gate.port))
        upstream[1].read.set()
        assert client.answer(slow)[2].count(b"event: tick") == 5
    gate.process.wait(timeout=30)


def refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=20).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.parametrize("options", [("--certificate", "no.pem"), ("--http2", "nowhere")])
def test_what_cannot_be_served_is_said_at_the_start(gateway, options):
    """No traceback, and what to do."""
    with pytest.raises(AssertionError, match="did not start") as found:
        gateway(BAN, *options)
    assert "Traceback" not in str(found.value)
    assert "--http2" in str(found.value) or "Write it like" in str(found.value)
