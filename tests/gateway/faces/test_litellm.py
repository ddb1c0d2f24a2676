"""LiteLLM's proxy with the plugin, before a real model server."""

import json
import signal
import socket
from itertools import count

import pytest

from tests.gateway.clients.model_server import ModelServer
from tests.gateway.recording.conftest import read_back
from tests.gateway.test_serve import rule

from .conformance import CASES, MESSAGE, PATHS, REASON, RULES, TRIES, WIRES, Case, error_of
from .starting import LITELLM_KEY, litellm, until

pytestmark = pytest.mark.faces
THROUGH = "/through/v1/messages"
BUSY = rule("busy", "block", 'context.client == "hurried" && context.busy >= 60')
BLOCKED = Case("blocked", "anthropic", False)
_numbers = count()
SHOWN = [case for case in CASES if case.wire in WIRES]


@pytest.fixture(scope="module")
def model():
    """The model server behind LiteLLM."""
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="module")
def face(model, tmp_path_factory):
    """One LiteLLM, which takes its time to start."""
    folder = tmp_path_factory.mktemp("litellm")
    record = {"STILLWATCH_RECORD": str(folder / "record")}
    with litellm(folder, model.url, RULES + BUSY, **record) as running:
        yield running


def decisions(face):
    """The log of decisions."""
    file = face.folder / "state" / "decisions.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def settled(face):
    """How many decisions there are once all that were made are in the log.

    They are written in order, a moment later; so one more is made, for an account of its own.
    """
    name = next(_numbers)
    known = {one["account"] for one in decisions(face)}
    strange = {**BLOCKED.headers(), "x-litellm-api-key": f"sk-settled-{name}"}
    assert face.ask(PATHS["anthropic"], BLOCKED.body(), strange)[0] == 403
    until(lambda: {one["account"] for one in decisions(face)} - known)
    return len(decisions(face))


@pytest.mark.parametrize("case", SHOWN, ids=str)
def test_refusals_are_those_of_the_table(face, model, case):
    """They have the wire's own shape; LiteLLM, and the model server, never hear of the request."""
    expected, before = case.expected(face.name), len(model.heard)
    for _ in range(TRIES.get(case.tool, 1)):
        status, headers, said = face.ask(PATHS[case.wire], case.body(), case.headers())
    assert status == expected.status, said
    assert headers.get("retry-after") == expected.retry_after
    if not expected.heard:
        kind, text, code = error_of(case.wire, said)
        assert (kind, code) == (expected.kind, REASON)
        assert text.startswith(MESSAGE)
        if case.tool != "throttled":
            assert len(model.heard) == before
    else:
        assert len(model.heard) == before + 1
        assert b"word3" in said
        kind = "text/event-stream" if case.streamed else "application/json"
        assert headers["content-type"].startswith(kind)


def test_pass_through_routes_are_decided_about_too(face, model):
    """LiteLLM's own hooks leave them out."""
    assert face.ask(THROUGH, BLOCKED.body(), BLOCKED.headers())[0] == 403
    before = len(model.heard)
    allowed = Case("allowed", "anthropic", True)
    status, _, said = face.ask(THROUGH, allowed.body(), allowed.headers())
    assert (status, len(model.heard)) == (200, before + 1)
    assert said == model.said[-1]


def test_what_is_no_call_of_a_model_passes_without_a_look(face):
    """LiteLLM's own pages are none of our business."""
    before = settled(face)
    assert face.ask("/health/liveliness", b"", BLOCKED.headers(), "GET")[0] == 200
    assert face.ask("/v1/else", b"{}", BLOCKED.headers())[0] == 404
    assert face.ask("/v1/messages", BLOCKED.body(), BLOCKED.headers())[0] == 403
    until(lambda: len(decisions(face)) > before)
    assert len(decisions(face)) == before + 1


def test_litellm_s_own_key_names_the_account(face):
    """A client that shows two keys is the one that LiteLLM takes it for, however it writes it."""
    case, plain, before = Case("allowed", "chat", False), face.headers, settled(face)
    shown = [
        plain,
        {"authorization": "Bearer sk-junk", "x-litellm-api-key": f"Bearer {LITELLM_KEY}"},
        {"authorization": f"Bearer {LITELLM_KEY}", "x-api-key": "sk-junk"},
        {"authorization": f"Bearer sk-Bearer {LITELLM_KEY[3:]}"},
        {"authorization": f"AWS4-HMAC-SHA256 Credential={LITELLM_KEY}/2026, Signature=5"},
    ]
    try:
        for face.headers in shown:
            assert face.ask(PATHS["chat"], case.body(), case.headers())[0] == 200, face.headers
    finally:
        face.headers = plain
    until(lambda: len(decisions(face)) == before + len(shown))
    assert len({one["account"] for one in decisions(face)[before:]}) == 1


def test_clients_that_went_away_are_no_longer_busy(face, model):
    """Each call ends once: one that is left half-way does not count for ever.

    Other tests' threads count too, for a while.
    """
    case = Case("hurried", "chat", True)
    body, before = case.body(), settled(face)
    for number in range(1, 61):
        heads = case.headers() | face.headers | {"content-length": str(len(body)), "host": "a"}
        head = "".join(f"{name}: {value}\r\n" for name, value in heads.items())
        with socket.create_connection(("127.0.0.1", face.port), timeout=30) as client:
            client.sendall(f"POST {PATHS['chat']} HTTP/1.1\r\n{head}\r\n".encode() + body)
            assert client.recv(12) == b"HTTP/1.1 200"
        until(lambda number=number: len(decisions(face)) == before + number)


def test_the_switch_stops_all_enforcement(face):
    """What would be held back passes while the switch is there."""
    face.switch.touch()
    try:
        until(lambda: face.ask(PATHS["chat"], BLOCKED.body(), BLOCKED.headers())[0] == 200)
    finally:
        face.switch.unlink()
    until(lambda: face.ask(PATHS["chat"], BLOCKED.body(), BLOCKED.headers())[0] == 403)


def test_it_does_not_start_without_rules(tmp_path, model):
    """Nobody believes that a gate is there which is not."""
    with (
        pytest.raises(AssertionError, match="has no policy"),
        litellm(tmp_path, model.url, "", STILLWATCH_POLICY=""),
    ):
        pass


def test_what_passed_can_be_read_again_and_holds_no_credential(face):
    """The last test of this module: it ends the process. Bodies are recorded as they came."""
    body, case = BLOCKED.body(), Case("allowed", "anthropic", True)
    streamed = case.body()
    face.ask(PATHS["anthropic"], body, BLOCKED.headers())
    face.ask(PATHS["anthropic"], streamed, case.headers())
    face.process.send_signal(signal.SIGTERM)
    face.process.wait(60)
    found = {one.request.raw.encode(): one for one in read_back(face.folder / "record")}
    assert found[body].response.status == 403
    assert b"word3" in b"".join(bytes(event) for event in found[streamed].response.events)
    for file in face.folder.rglob("*"):
        if file.is_file() and file.name != "litellm.yaml":
            assert LITELLM_KEY.encode() not in file.read_bytes(), file.name
