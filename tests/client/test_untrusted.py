"""Whatever a program sends and whatever comes in from outside, nothing raises."""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.client.checking import Checker, Received
from stillwatch.client.sealing import Draft, Options, Sealing
from stillwatch.client.server import EnrolmentServer, Owner
from stillwatch.marks.explain import explanation
from stillwatch.marks.grammar import load
from stillwatch.marks.read import Reader
from stillwatch.marks.secrets import DAY_S, new_file
from tests.client.installs import ENROLMENT, GRAMMAR, NOW_S, SECRET

PATHS = st.sampled_from(["/v1/messages", "/v1/chat/completions", "/v1/responses"])
WORDS = st.sampled_from([region.plain for region in GRAMMAR.regions])
TEXTS = st.text(max_size=20) | WORDS
SCALARS = st.none() | st.booleans() | st.integers(-9, 2**70) | st.floats(allow_nan=False) | TEXTS
NAMES = st.sampled_from(
    [
        "role",
        "content",
        "type",
        "text",
        "tools",
        "name",
        "description",
        "function",
        "instructions",
        "input",
        "system",
        "messages",
        "tool_calls",
        "output",
        "user",
        "assistant",
        "tool_result",
        "tool_use",
        "input_text",
        "arguments",
    ]
)
ODD = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | TEXTS, inner, max_size=5),
    max_leaves=12,
)
TURN = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["user", "assistant", "system", "developer", "tool"]) | SCALARS,
        "content": TEXTS | st.lists(st.fixed_dictionaries({"type": TEXTS, "text": TEXTS}) | ODD),
    },
    optional={"tool_calls": ODD, "tool_call_id": SCALARS},
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "messages": st.lists(TURN | ODD, max_size=4) | ODD,
        "input": st.lists(TURN | ODD, max_size=4) | ODD,
        "system": TEXTS | ODD,
        "instructions": TEXTS | ODD,
        "tools": st.lists(ODD, max_size=3) | ODD,
    },
)
QUICK = settings(max_examples=60, deadline=None)
GRAMMARS = {"small": GRAMMAR, "chat-assistant": load("chat-assistant")}
READERS = {name: Reader(grammar) for name, grammar in GRAMMARS.items()}


def sealing(name, report=None):
    """What seals with one of the grammars."""
    options = Options(clock=lambda: NOW_S, report=report)
    return Sealing(ENROLMENT.key, GRAMMARS[name], None, options)


@pytest.mark.parametrize("name", GRAMMARS)
@QUICK
@given(body=BODIES, path=PATHS, indent=st.sampled_from([None, 1]))
def test_any_body_goes_through_sealing(name, body, path, indent):
    """It is sealed or left alone, and never for an error of ours; sealing again changes nothing."""
    events = []
    how = sealing(name, events.append)
    one = Draft("POST", f"https://x.test{path}", [], json.dumps(body, indent=indent).encode())
    sealed = how.sealed(one)
    assert [event.why for event in events if event.kind == "unsealed"] == []
    assert isinstance(json.loads(sealed.body), dict)
    assert how.sealed(sealed).body == sealed.body


@QUICK
@given(st.binary(max_size=300), PATHS)
def test_any_bytes_go_through_sealing(raw, path):
    """As they are, unless they are a conversation."""
    one = Draft("POST", f"https://x.test{path}", [], raw)
    for name in GRAMMARS:
        assert sealing(name).sealed(one).body == raw


@pytest.mark.parametrize("name", GRAMMARS)
@QUICK
@given(body=BODIES)
def test_any_body_is_read(name, body):
    """By the provider's reader; what is read is bits of the grammar."""
    reader = READERS[name]
    reading = reader.read_body(body)
    assert reading.bits & ~reading.known == 0
    assert reading.known >> reader.grammar.width == 0


@QUICK
@given(body=BODIES, headers=st.lists(st.tuples(TEXTS | st.just("signature"), TEXTS), max_size=3))
def test_any_request_is_explained(body, headers):
    """And what is explained can be counted."""
    found = explanation(GRAMMAR, body, headers, SECRET)
    assert found.agrees <= found.read <= found.of
    assert found.read == sum(len(text.choices) for text in found.texts)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return new_file(tmp_path_factory.mktemp("keys") / "marks.json", NOW_S - DAY_S)


NAMES_OF_HEADERS = st.sampled_from(
    [b"Signature", b"signature-input", b"Content-Digest", b"stillwatch-environment", b"Host"]
)
VALUES = st.binary(max_size=60) | st.sampled_from(
    [
        b"stillwatch=:AAAA:",
        b'stillwatch=("@method" "@path");created=1;keyid="a/1/b";alg="hmac-sha256"',
        b"sha-256=:AAAA:",
        b"policy=a;sha-256=:AAAA:",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=8),
    st.text(max_size=30) | st.just("https://x.test/v1/messages"),
    st.lists(st.tuples(NAMES_OF_HEADERS | st.binary(max_size=9), VALUES), max_size=6),
    st.binary(max_size=40),
)
def test_any_request_is_checked(keys, method, url, headers, body):
    """Nothing made up is signed."""
    checker = Checker(keys, lambda _: True, lambda: NOW_S)
    assert checker.check(Received(method, url, headers, body)).standing != "signed"


@QUICK
@given(
    st.sampled_from(["/enrol", "/keys", "/revoke", "/"]) | st.text(max_size=9),
    st.sampled_from([b"Bearer good", b"Bearer ", b"bearer in_1.00"]) | st.binary(max_size=30),
    st.lists(st.binary(max_size=40) | st.just(b'{"install": "in_1"}'), max_size=3),
)
def test_any_request_is_answered(path, authorization, pieces):
    """By the enrolment server, with JSON and a status."""

    async def owner_of(credential):
        return Owner("acct_1") if credential == "good" else None

    messages = [{"type": "http.request", "body": one, "more_body": True} for one in pieces]
    incoming = iter([*messages, {"type": "http.request"}])
    sent = []

    async def receive():
        return next(incoming)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": [(b"authorization", authorization)],
    }
    with TemporaryDirectory() as folder:
        master = new_file(Path(folder) / "marks.json", NOW_S - DAY_S)
        app = EnrolmentServer(lambda: master, Path(folder) / "installs.jsonl", owner_of)
        asyncio.run(app(scope, receive, send))
    json.loads(sent[1]["body"])
    assert sent[0]["status"] in {200, 201, 400, 401, 404, 503}
