"""Targets by which a customer would reach other servers, or get past a rule that goes by the path."""

import socket

import pytest

from tests.gateway.test_http2 import LOCAL, connected
from tests.gateway.test_serve import BAN, rule

NO_MESSAGES = rule("closed", "block", 'context.wire == "anthropic"')


def asked(gate, target, method=b"POST"):
    """The status of the answer to a request with a target as it is."""
    with socket.create_connection(("127.0.0.1", gate.port), timeout=20) as sock:
        head = b"%s %s HTTP/1.1\r\nhost: a\r\nconnection: close\r\n" % (method, target)
        sock.sendall(head + b"content-length: 2\r\n\r\n{}")
        return int(sock.recv(65536).split(b" ")[1])


@pytest.fixture
def elsewhere():
    """A server that no request may reach."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        found.setblocking(False)
        yield found


@pytest.mark.parametrize("form", ["@{}/x", "http://{}/x", "https://{}/x", ".{}", "x", "*", "?a"])
def test_no_path_leads_to_another_server(gateway, upstream, elsewhere, form):
    """HTTP/2 lets a path be any text; none may be read as a user, a host or a whole address."""
    gate = gateway(BAN, "--http2", LOCAL, http2=True)
    place = f"127.0.0.1:{elsewhere.getsockname()[1]}"
    with connected(gate.http2) as client:
        assert client.answer(client.begin(form.format(place), b"{}"))[0] == 400
        assert client.ask()[0] == 200
    with pytest.raises(BlockingIOError):
        elsewhere.accept()
    assert len(upstream[1].requests) == 1


@pytest.mark.parametrize(
    "target",
    [
        b"/v1\\messages",
        b"/v1/messages/.",
        b"/v1/messages/%2e",
        b"/v1/messages/x/..",
        b"/v1/messages/x/%2E.",
        b"/a/../v1/messages",
        b"*",
    ],
)
def test_a_path_that_would_be_tidied_up_on_its_way_is_refused(gateway, upstream, target):
    """Else the rules would judge one path and the model server get another."""
    gate = gateway(NO_MESSAGES)
    assert asked(gate, target) == 400
    assert asked(gate, b"/v1/models/a.b..c", b"GET") == 200
    assert [one[1] for one in upstream[1].requests] == ["/v1/models/a.b..c"]


@pytest.mark.parametrize(
    "target",
    [
        b"/v1/%6dessages",
        b"/v1%2fmessages",
        b"/v1/messages%2F",
        b"/v1/messages;a=b",
        b"/v1;x/messages;y/",
        b"//v1//messages//",
        b"/V1/Messages/",
        b"http://other.example/v1/messages",
        b"//other.example/v1/messages",
        b"/v1/messages?a=/v1/models",
        b"/v1/messages#/v1/models",
    ],
)
def test_a_path_in_another_dress_is_the_same_to_rules(gateway, upstream, target):
    """Some servers take it for the plain one."""
    gate = gateway(NO_MESSAGES)
    assert asked(gate, target) == 403
    assert not upstream[1].requests


@pytest.mark.parametrize("target", [b"/v1/%6dodels", b"/a;b/c?d=%2e%2e/&e=\\"])
def test_a_path_that_passes_is_sent_on_as_it_came(gateway, upstream, target):
    """Nothing is decoded or tidied up for the model server."""
    gate = gateway(NO_MESSAGES)
    assert asked(gate, target) == 200
    assert upstream[1].requests[-1][1].encode() == target
