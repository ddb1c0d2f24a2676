"""Mitmdump with the addon, before a real model server."""

import json
import os
import signal
import socket
import subprocess
from http.client import HTTPConnection

import pytest

from tests.gateway.clients.model_server import ModelServer
from tests.gateway.raw import STREAM, RawModel, event
from tests.gateway.recording.conftest import read_back
from tests.gateway.test_serve import rule

from .conformance import RULES, Case
from .starting import MITMDUMP, free_port, mitmproxy, until, write_rules

pytestmark = pytest.mark.skipif(not MITMDUMP.exists(), reason="mitmproxy is installed elsewhere")
MESSAGES = "/v1/messages"
ALLOWED = Case("allowed", "anthropic", False)
STREAMED = Case("allowed", "anthropic", True)
BLOCKED = Case("blocked", "anthropic", False)


@pytest.fixture
def model():
    """The model server that requests go to."""
    with ModelServer() as server:
        yield server


def decisions(face):
    """The log of decisions."""
    file = face.folder / "state" / "decisions.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_headers_arrive_in_order_and_case_and_bodies_byte_by_byte(tmp_path, upstream):
    """What the client wrote is what the model server reads, but for headers of ours."""
    url, seen = upstream
    body = b'{ "b":1,\n"a" : "\xff\xfe" }'
    with mitmproxy(tmp_path, url, RULES) as face:
        connection = HTTPConnection("127.0.0.1", face.port, timeout=30)
        sent = {"X-B": "1", "user-agent": "curl/8", "x-a": "2", "X-Stillwatch-Else": "3"}
        connection.request("POST", MESSAGES, body, sent)
        answer = connection.getresponse()
        assert json.loads(answer.read()) == {"heard": len(body)}
        assert "x-stillwatch-forged" not in {name.lower() for name, _ in answer.getheaders()}
        connection.close()
    _, path, headers, heard = seen.requests[0]
    assert (path, heard) == (MESSAGES, body)
    ours = [name for name, _ in headers if name.lower() in {"x-b", "user-agent", "x-a"}]
    assert ours == ["X-B", "user-agent", "x-a"]
    assert not [name for name, _ in headers if name.lower().startswith("x-stillwatch")]


def test_what_is_no_call_of_a_model_passes_without_a_look(tmp_path, upstream):
    """A banned tool may still fetch a page, and nothing is written down about it."""
    with mitmproxy(tmp_path, upstream[0], RULES) as face:
        assert face.ask("/index.html", b"", BLOCKED.headers(), "GET")[0] == 200
        assert face.ask(MESSAGES, BLOCKED.body(), BLOCKED.headers())[0] == 403
        until(lambda: decisions(face))
        assert len(decisions(face)) == 1


def test_a_forward_proxy_decides_by_path(tmp_path, model):
    """Programs that name it as their proxy get the same answers."""
    with mitmproxy(tmp_path, model.url, RULES, mode="regular") as face:
        for case, status in ((ALLOWED, 200), (BLOCKED, 403)):
            assert face.ask(model.url + MESSAGES, case.body(), case.headers())[0] == status
    assert len(model.heard) == 1


def test_a_request_is_sent_to_another_model(tmp_path, model):
    """It asks for the other model with the target's key; another wire is refused."""
    rules = write_rules(
        tmp_path, rule("move", "reroute", 'context.wire != "responses"', '@to("ours")')
    )
    (tmp_path / "target-key").write_text("sk-of-the-target")
    with ModelServer() as ours:
        (rules / "targets.toml").write_text(
            f'[ours]\nwire = "chat"\nbase_url = "{ours.url}/other/v1"\nmodel = "qwen"\n'
            f'key_file = "{tmp_path / "target-key"}"\n'
        )
        with mitmproxy(tmp_path, model.url, "") as face:
            case = Case("allowed", "chat", False)
            status, _, said = face.ask("/v1/chat/completions", case.body(), case.headers())
            assert (status, json.loads(said)["model"]) == (200, "qwen")
            status, _, said = face.ask(MESSAGES, ALLOWED.body(), ALLOWED.headers())
            assert (status, json.loads(said)["type"]) == (403, "error")
        path, seen = ours.asked[0]
        assert (len(ours.heard), path) == (1, "/other/v1/chat/completions")
        assert seen["authorization"] == "Bearer sk-of-the-target"
        assert seen["host"] == ours.url.removeprefix("http://")
    assert not model.heard


def test_of_several_credentials_only_the_one_that_counts_passes(tmp_path, model):
    """An account that shows one key to us cannot use another there."""
    both = ALLOWED.headers() | {"authorization": "Bearer sk-other"}
    with mitmproxy(tmp_path, model.url, RULES) as face:
        assert face.ask(MESSAGES, ALLOWED.body(), both)[0] == 200
    assert "authorization" not in model.asked[0][1]
    assert model.asked[0][1]["x-api-key"] == ALLOWED.headers()["x-api-key"]


def test_what_passes_can_be_read_again_and_holds_no_credential(tmp_path, model):
    """Bodies, answers and the client's address are recorded; keys are in no file."""
    bodies = [ALLOWED.body(), STREAMED.body(), BLOCKED.body()]
    record = {"STILLWATCH_RECORD": str(tmp_path / "record")}
    with mitmproxy(tmp_path, model.url, RULES, **record) as face:
        for case, body in zip((ALLOWED, STREAMED, BLOCKED), bodies, strict=True):
            face.ask(MESSAGES, body, case.headers())
        face.process.send_signal(signal.SIGTERM)
        face.process.wait(40)
    assert len(decisions(face)) == 3
    found = read_back(tmp_path / "record")
    assert sorted(one.request.raw.encode() for one in found) == sorted(bodies)
    assert sorted(one.response.status for one in found) == [200, 200, 403]
    assert {one.client.ip for one in found} == {"127.0.0.1"}
    (events,) = [one.response.events for one in found if one.response.events]
    assert b"word3" in b"".join(bytes(event) for event in events)
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert b"sk-allowed" not in file.read_bytes(), file.name


def test_a_stream_passes_event_by_event_and_clients_that_go_are_no_longer_busy(tmp_path):
    """An event is there before the next; of a client that is gone nothing runs any longer."""
    busy = rule("busy", "block", "context.busy >= 2")

    def endless(_path, sock, _rest):
        sock.sendall(STREAM + event(0))
        sock.recv(1)  # until the other side goes away

    head = b"POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\nx-api-key: k\r\n\r\n{}"
    with RawModel(endless) as server, mitmproxy(tmp_path, server.url, busy) as face:

        def asked():
            client = socket.create_connection(("127.0.0.1", face.port), timeout=30)
            client.sendall(head)
            got = b""
            while b'"n":0' not in got and b"Use Tool B" not in got:
                piece = client.recv(65536)
                assert piece, got
                got += piece
            client.close()
            return b'"n":0' in got

        for number in range(1, 6):
            assert asked()
            until(lambda number=number: len(decisions(face)) == number)


def test_it_ends_where_it_has_no_rules(tmp_path):
    """Nobody believes that a gate is there which is not."""
    script = tmp_path / "gate.py"
    script.write_text("from stillwatch.gateway.faces.mitmproxy import addons\n")
    words = [MITMDUMP, "-s", script, "--set", f"confdir={tmp_path}", "-p", str(free_port())]
    variables = os.environ | {"STILLWATCH_POLICY": ""}
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=60, env=variables, check=False
    )
    assert done.returncode == 1
    assert "has no policy" in done.stdout + done.stderr


def test_the_flows_can_be_written_by_mitmproxy_too(tmp_path, model):
    """What we note of a flow does not stand in the way of mitmproxy's own files."""
    file = tmp_path / "flows"
    with mitmproxy(tmp_path, model.url, RULES, "-w", str(file)) as face:
        assert face.ask(MESSAGES, ALLOWED.body(), ALLOWED.headers())[0] == 200
        face.process.send_signal(signal.SIGTERM)
        face.process.wait(40)
    said = subprocess.run(
        [MITMDUMP, "-nr", file], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert MESSAGES in said
