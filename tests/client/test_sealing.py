"""Sealing drafts: whatever happens, a request goes out, or is held back if that was asked for."""

import json
from dataclasses import replace

import pytest

from stillwatch.client.events import Unsealed
from stillwatch.client.sealing import Draft, Options, Sealing
from stillwatch.client.transport import SealedTransport
from stillwatch.marks.grammar import load
from stillwatch.marks.seal import Sealer
from tests.client.installs import (
    BODIES,
    ENROLMENT,
    GRAMMAR,
    NOW_S,
    PLAIN,
    SECRET,
    raw,
    sealing,
    without_keys,
)

BASE = "https://api.example.com"


def draft(path="/v1/messages", body=None, method="POST", **headers):
    """A request that is about to be sent."""
    body = raw(path) if body is None else body
    lines = [(b"Host", b"api.example.com"), (b"Content-Length", str(len(body)).encode())]
    lines += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Draft(method, BASE + path, lines, body)


@pytest.mark.parametrize("path", BODIES)
def test_model_calls_are_sealed(path):
    """On all three wires, as the sealer would do it; only the length changes beside."""
    sealed = sealing().sealed(draft(path))
    wire = {"/v1/messages": "anthropic", "/v1/responses": "responses"}.get(path, "chat")
    assert json.loads(sealed.body) == Sealer(GRAMMAR, ENROLMENT.install, SECRET).seal(
        BODIES[path], wire
    )
    assert PLAIN["system"].encode() not in sealed.body
    length = (b"Content-Length", str(len(sealed.body)).encode())
    assert sealed.headers == [draft(path).headers[0], length]


@pytest.mark.parametrize(
    ("path", "like"),
    [
        ("/prefix/v1/messages", "/v1/messages"),
        ("/v1/messages?beta=true", "/v1/messages"),
        ("/v1/messages/", "/v1/messages"),
        ("/api/v1/responses", "/v1/responses"),
    ],
)
def test_gateways_may_have_longer_paths(path, like):
    """The end of the path counts."""
    assert sealing().sealed(draft(path, raw(like))).body != raw(like)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/v1/messages/count_tokens", "POST"),
        ("/v1/messages/batches", "POST"),
        ("/v1/messages", "GET"),
        ("/v1/conversations", "POST"),
        ("/v1/models", "POST"),
    ],
)
def test_other_calls_are_the_same_object(path, method):
    """And nobody is told anything, even if requests are to be held back."""
    one = draft(path, raw("/v1/messages"), method)
    how = sealing(report=pytest.fail, fail_closed=True)
    assert not how.seals(method, one.url)
    assert how.sealed(one) is one


BROKEN = {
    "no JSON": (b"{", {}, "no JSON"),
    "no object": (b"[]", {}, "no JSON object"),
    "compressed": (b"{}", {"Content_Encoding": "gzip"}, "compressed"),
    "signed": (b"{}", {"Signature_Input": "sig1=()"}, "signed"),
    "signed for a cloud": (b"{}", {"Authorization": "AWS4-HMAC-SHA256 x"}, "signed"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_request_that_cannot_be_sealed_goes_out_as_it_is(case):
    """And the program is told why, without a word of the request."""
    body, headers, why = BROKEN[case]
    events = []
    one = draft("/v1/messages?beta=1", body, **headers)
    assert sealing(report=events.append).sealed(one) is one
    assert [(event.kind, event.path) for event in events] == [("unsealed", "/v1/messages")]
    assert why in events[0].why


@pytest.mark.parametrize("case", BROKEN)
def test_a_program_may_ask_to_hold_such_requests_back(case):
    """With the reason."""
    body, headers, why = BROKEN[case]
    with pytest.raises(Unsealed, match=why):
        sealing(fail_closed=True).sealed(draft(body=body, **headers))


def test_whatever_breaks_inside_the_request_goes_out(monkeypatch):
    """Also when the sealer has a bug, the keys are gone, or the callback raises."""

    def fails(*_):
        raise ZeroDivisionError

    one = draft()
    assert sealing(report=fails).sealed(draft(body=b"[]")).body == b"[]"
    assert Sealing(without_keys().key, GRAMMAR).sealed(one) is one
    monkeypatch.setattr(Sealer, "seal", fails)
    assert sealing(report=fails).sealed(one) is one
    with pytest.raises(Unsealed, match="ZeroDivisionError"):
        sealing(fail_closed=True).sealed(one)


def test_a_declaration_that_fails_lets_the_sealed_request_go():
    """And the program is told."""

    class Fails:
        def put(self, *_):
            raise OSError

    events = []
    sealed = sealing(report=events.append, declaration=Fails()).sealed(draft())
    assert sealed.body != draft().body
    assert len(sealed.headers) == len(draft().headers)
    assert [event.kind for event in events] == ["unsigned"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/threads/thread_1/messages", {"role": "user", "content": "Hello"}),
        ("/v1/messages", {"messages": "Hello"}),
        ("/v1/responses", {"previous_response_id": "resp_1"}),
        ("/v1/chat/completions", {}),
    ],
)
def test_what_is_no_conversation_stays_as_it_is(path, body):
    """Whatever its path says: a grammar that adds texts would break it."""
    grammar = load("chat-assistant")
    how = Sealing(ENROLMENT.key, grammar, None, Options(clock=lambda: NOW_S))
    one = draft(path, json.dumps(body).encode())
    assert how.sealed(one).body == one.body


def test_it_is_told_when_there_is_nothing_to_seal():
    """Somebody else's prompts, and a grammar that adds none: worth a look, but no failure."""
    events = []
    one = draft(body=b'{"model": "m", "messages": []}')
    assert sealing(report=events.append, fail_closed=True).sealed(one) == one
    assert [event.kind for event in events] == ["nothing-to-seal"]


def test_a_sealed_request_is_not_sealed_again():
    """A retry, or a proxy behind a sealing client."""
    once = sealing().sealed(draft())
    assert sealing().sealed(once).body == once.body


def test_a_new_epoch_brings_new_words():
    """Without making anything anew."""
    keys = iter([ENROLMENT.keys[0], replace(ENROLMENT.keys[0], epoch=101, secret=bytes(32))])
    how = Sealing(lambda _: next(keys), GRAMMAR)
    assert how.sealed(draft()).body != how.sealed(draft()).body


def test_keys_are_not_shown():
    """Neither by the enrolment nor by anything that is made from it."""
    transport = SealedTransport(None, sealing())
    shown = f"{ENROLMENT!r} {ENROLMENT.keys!r} {sealing()!r} {transport!r} {vars(transport)!r}"
    assert SECRET.hex() not in shown
    assert repr(SECRET) not in shown
    assert ENROLMENT.token not in shown
