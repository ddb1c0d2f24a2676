"""Envoy with the external processor beside it, as in `examples/envoy.yaml`."""

import json
import socket
from http.client import HTTPConnection

import pytest

from tests.gateway.clients.model_server import ModelServer
from tests.gateway.recording.conftest import read_back
from tests.gateway.test_serve import rule

from .conformance import RULES, Case
from .starting import envoy, until, write_rules

pytestmark = pytest.mark.faces
MESSAGES = "/v1/messages"
ALLOWED = Case("allowed", "anthropic", False)
STREAMED = Case("allowed", "anthropic", True)
BLOCKED = Case("blocked", "anthropic", False)


@pytest.fixture
def model():
    """The model server that requests go to."""
    with ModelServer() as server:
        yield server


@pytest.fixture
def ours():
    """The model server that requests are sent to instead."""
    with ModelServer() as server:
        yield server


def decisions(face):
    """The log of decisions."""
    file = face.folder / "state" / "decisions.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def with_target(folder, key):
    """Rules that send chats elsewhere."""
    policy = write_rules(
        folder, rule("move", "reroute", 'context.wire != "responses"', '@to("ours")')
    )
    (folder / "target-key").write_text(key)
    (policy / "targets.toml").write_text(
        '[ours]\nwire = "chat"\nbase_url = "http://127.0.0.1:9/other/v1"\nmodel = "qwen"\n'
        f'key_file = "{folder / "target-key"}"\n'
    )


def test_a_request_is_sent_to_another_model(tmp_path, model, ours):
    """It asks for the other model with the target's key; the client's goes nowhere."""
    with_target(tmp_path, "sk-of-the-target")
    case = Case("allowed", "chat", False)
    with envoy(tmp_path, model.url, "", other=ours.url) as face:
        status, _, said = face.ask("/v1/chat/completions", case.body(), case.headers())
        assert (status, json.loads(said)["model"]) == (200, "qwen")
        assert not model.heard
        assert json.loads(ours.heard[0])["model"] == "qwen"
        path, seen = ours.asked[0]
        assert seen["authorization"] == "Bearer sk-of-the-target"
        assert path == "/other/v1/chat/completions"
        assert not [name for name in seen if name.startswith("x-stillwatch")]


def test_what_cannot_be_sent_there_is_refused(tmp_path, model, ours):
    """A target that speaks another wire gets nothing, and neither does the first model."""
    with_target(tmp_path, "sk-of-the-target")
    with envoy(tmp_path, model.url, "", other=ours.url) as face:
        status, _, said = face.ask(MESSAGES, ALLOWED.body(), ALLOWED.headers())
        assert (status, json.loads(said)["type"]) == (403, "error")
        assert not model.heard
        assert not ours.heard


def test_nobody_outside_chooses_the_way(tmp_path, model, ours):
    """Headers of ours that a client writes are gone before the way is chosen."""
    with envoy(tmp_path, model.url, RULES, other=ours.url) as face:
        forged = {"x-stillwatch-target": "ours", "X-Stillwatch-Else": "1"}
        for path in (MESSAGES, "/v1/else"):
            assert face.ask(path, ALLOWED.body(), ALLOWED.headers() | forged)[0] == 200
        assert not ours.heard
        names = {name for _, headers in model.asked for name in headers}
        assert not [name for name in names if name.startswith("x-stillwatch")]


def test_of_several_credentials_only_the_one_that_counts_passes(tmp_path, model):
    """An account that shows one key to us cannot use another there."""
    both = ALLOWED.headers() | {"authorization": "Bearer sk-other"}
    with envoy(tmp_path, model.url, RULES) as face:
        assert face.ask(MESSAGES, ALLOWED.body(), both)[0] == 200
    seen = model.asked[0][1]
    assert "authorization" not in seen
    assert seen["x-api-key"] == ALLOWED.headers()["x-api-key"]


def test_what_passes_can_be_read_again_and_holds_no_credential(tmp_path, model):
    """Bodies, answers and the client's address are recorded; keys are in no file."""
    bodies = [ALLOWED.body(), STREAMED.body(), BLOCKED.body()]
    with envoy(tmp_path, model.url, RULES, "--record", tmp_path / "record") as face:
        for case, body in zip((ALLOWED, STREAMED, BLOCKED), bodies, strict=True):
            face.ask(MESSAGES, body, case.headers())
        until(lambda: len(decisions(face)) == 3)
        said = face.stop()
        assert face.process.returncode == 0, said
        assert "Exchanges seen: 3, stored: 3" in said
    found = read_back(tmp_path / "record")
    assert sorted(one.request.raw.encode() for one in found) == sorted(bodies)
    assert sorted(one.response.status for one in found) == [200, 200, 403]
    assert {one.client.ip for one in found} == {"127.0.0.1"}
    (events,) = [one.response.events for one in found if one.response.events]
    said = b"".join(bytes(event) for event in events)
    assert all(b"word%d" % n in said for n in range(4))
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert b"sk-allowed" not in file.read_bytes(), file.name


def test_a_body_that_is_too_large_is_refused_and_never_passes(tmp_path, model):
    """Just above the limit with words; where not even the message fits, by Envoy."""
    with envoy(tmp_path, model.url, RULES, "--most-body-mb", 1) as face:
        status, _, said = face.ask(MESSAGES, b"x" * 1_200_000, BLOCKED.headers())
        assert (status, json.loads(said)["error"]["message"]) == (413, "The request is too large.")
        assert face.ask(MESSAGES, b"x" * 9_000_000, BLOCKED.headers())[0] >= 500
        assert not model.heard
        assert face.ask(MESSAGES, ALLOWED.body(), ALLOWED.headers())[0] == 200


def test_a_large_body_passes_as_it_is(tmp_path, model):
    """Twenty megabytes arrive byte by byte."""
    body = b'{"messages": [{"role": "user", "content": "%s"}], "model": "m"}' % (b"y" * 20_000_000)
    with envoy(tmp_path, model.url, RULES) as face:
        assert face.ask(MESSAGES, body, ALLOWED.headers())[0] == 200
    assert model.heard == [body]


def test_a_client_that_goes_away_is_noted_once(tmp_path, model):
    """Whether it leaves with half a request or with half an answer."""
    model.reached = lambda _piece: gone
    gone = False
    with envoy(tmp_path, model.url, RULES, "--record", tmp_path / "record") as face:
        with socket.create_connection(("127.0.0.1", face.port), timeout=20) as half:
            half.sendall(b"POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-length: 99\r\n\r\n{")
        client = HTTPConnection("127.0.0.1", face.port, timeout=20)
        client.request("POST", MESSAGES, STREAMED.body(), STREAMED.headers())
        client.getresponse().read1(10)
        client.close()
        until(lambda: decisions(face))
        face.ask(MESSAGES, ALLOWED.body(), ALLOWED.headers())
        until(lambda: len(decisions(face)) > 1)
        face.stop()
        # Nothing was decided about half a request.
        assert [one["status"] for one in decisions(face)] == [200, 200]


def test_without_stillwatch_requests_stop(tmp_path, model):
    """The example fails closed; `failure_mode_allow` is the operator's choice."""
    with envoy(tmp_path, model.url, RULES) as face:
        assert face.ask(MESSAGES, ALLOWED.body(), ALLOWED.headers())[0] == 200
        face.stop()
        assert face.ask(MESSAGES, ALLOWED.body(), ALLOWED.headers())[0] >= 500
        assert len(model.heard) == 1
