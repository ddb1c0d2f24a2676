"""Every face gives the same answers, held to one table."""

import json
import socket

import pytest

from tests.gateway.clients.model_server import ModelServer

from .conformance import CASES, MESSAGE, PATHS, REASON, RULES, TRIES, WIRES, Case, error_of
from .starting import APART, FACES, until


@pytest.fixture(scope="module")
def model():
    """A model server behind all faces."""
    with ModelServer() as server:
        yield server


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=[pytest.mark.faces] if name in APART else []) for name in FACES
    ],
)
def face(request, model, tmp_path_factory):
    """Each face, started once."""
    folder = tmp_path_factory.mktemp(request.param)
    with FACES[request.param](folder, model.url, RULES) as running:
        yield running


def ask(face, case):
    """What comes of a case: the answer that counts, and the body that was sent for it."""
    for _ in range(TRIES.get(case.tool, 1)):
        body = case.body()
        answer = face.ask(PATHS[case.wire], body, case.headers())
    return answer, body


def same(face, one, other):
    """Whether two bodies are the same, as far as this face keeps them."""
    return one == other if face.exact else json.loads(one) == json.loads(other)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_answer_is_that_of_the_table(face, model, case):
    """Status, shape, words and headers; and whether the model server hears of it."""
    expected = case.expected(face.name)
    before = len(model.heard)
    (status, headers, said), body = ask(face, case)
    assert status == expected.status, said
    assert headers.get("retry-after") == expected.retry_after
    assert headers.get("x-should-retry") == expected.should_retry
    assert not [name for name in headers if name.startswith("x-stillwatch")]
    heard = [one for one in model.heard[before:] if same(face, one, body)]
    assert len(heard) == int(expected.heard)
    if expected.kind:
        kind, text, code = error_of(case.wire, said)
        assert (kind, code) == (expected.kind, REASON)
        assert text.startswith(MESSAGE)
        assert text.endswith(f"[{REASON}]")
        assert headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_the_answer_of_the_model_passes_as_it_is(face, model, wire, streamed):
    """Nothing is added to what the model says, and nothing is lost."""
    before = len(model.said)
    (_, headers, said), _ = ask(face, Case("allowed", wire, streamed))
    until(lambda: len(model.said) > before)
    if face.exact:
        assert said == model.said[before]
    assert headers["content-type"].startswith("text/event-stream" if streamed else "application/")


@pytest.mark.parametrize("name", ["x-api-key", "authorization"])
def test_of_two_credentials_of_one_name_the_second_opens_nothing(face, model, name):
    """Else an account could show one key to the rules and use another behind them."""
    case = Case("allowed", "anthropic", False)
    body = case.body()
    lines = ["POST /v1/messages HTTP/1.1", "host: a", "connection: close", "user-agent: allowed/1"]
    lines += [f"{name}: Bearer first", f"{name}: Bearer second", f"content-length: {len(body)}"]
    with socket.create_connection(("127.0.0.1", face.port), timeout=20) as client:
        client.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        assert client.recv(65536).startswith(b"HTTP/1.1 200")
    _, headers = model.asked[-1]
    # Envoy makes one value of two `authorization`: one key for both sides, and nobody's.
    assert headers[name] in {"Bearer first", "Bearer first,Bearer second"}


def test_the_switch_stops_all_enforcement_and_brings_it_back(face):
    """What would be held back passes on every wire while the switch is there."""
    cases = [Case("blocked", wire, streamed) for wire in WIRES for streamed in (False, True)]
    face.switch.touch()
    try:
        until(lambda: ask(face, cases[0])[0][0] == 200)
        assert [ask(face, case)[0][0] for case in cases] == [200] * len(cases)
    finally:
        face.switch.unlink()
    until(lambda: ask(face, cases[0])[0][0] != 200)
    assert [ask(face, case)[0][0] for case in cases] == [
        case.expected(face.name).status for case in cases
    ]
