"""Bodies that are no requests: a clean error, and a server that goes on."""

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch_range.upstream.core import Core, ProviderSettings
from stillwatch_range.upstream.generated import Generated
from stillwatch_range.upstream.incoming import (
    BrokenError,
    Sender,
    ask_of,
    check,
    heard,
    one_line,
    read_json,
)
from tests.range.upstream.asks import PATHS, START, WIRES, account
from tests.range.upstream.serving import post, serving

BROKEN = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe",
    b'{"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "\xff"}]}',
    b'{"model": "m", "max_tokens": 1, "messages": "hi"}',
    b'{"model": "m", "max_tokens": 1, "messages": []}',
    b'{"model": "m", "max_tokens": 1, "messages": [1]}',
    b'{"model": "m", "max_tokens": 1, "messages": [{"content": "no role"}]}',
    b'{"model": "m", "messages": [{"role": "user", "content": "no limit"}]}',
    b'{"model": 5, "max_tokens": 1, "messages": [{"role": "user", "content": "x"}]}',
    b"[" * 100_000,
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
NAMES = st.sampled_from(
    (
        "type", "role", "content", "text", "input", "output", "tool_calls", "name", "thinking",
        "signature", "encrypted_content", "tools", "function", "parameters", "input_schema",
        "properties", "required", "enum", "stream", "stream_options", "include", "reasoning",
        "max_output_tokens", "max_completion_tokens", "system", "instructions", "cache_control",
    )
)  # fmt: skip
WORDS = st.sampled_from(
    ("user", "assistant", "text", "tool_use", "tool_result", "thinking", "reasoning", "message",
     "function_call", "function_call_output", "enabled", "system")
)  # fmt: skip
LIKELY = st.recursive(
    ANYTHING | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)
FIELDS = st.dictionaries(NAMES, LIKELY, max_size=6)
ITEMS = st.lists(
    st.fixed_dictionaries({"role": WORDS}, optional={"content": LIKELY}), min_size=1, max_size=3
)


def test_broken_bodies_get_a_clean_error_over_http():
    """Each is answered with 400 in the wire's shape, and the next request is served."""
    with serving() as upstream:
        for form in ("messages", "chat"):
            for body in BROKEN if form == "messages" else BROKEN[:6]:
                got = post(upstream, PATHS[form], body)
                assert got.status == 400, body[:80]
                assert got.json["error"]["type"] == "invalid_request_error"
        good = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
        assert post(upstream, "/v1/messages", good).status == 200
        assert len(upstream.strays) == len(BROKEN) + 6


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_refused(data):
    """Nothing but a JSON object passes, and nothing else is raised."""
    try:
        body = read_json(data)
    except BrokenError:
        return
    assert isinstance(json.loads(data), dict)
    assert msgspec.json.decode(one_line(data)) == body


@settings(deadline=None, max_examples=60)
@given(form=st.sampled_from(WIRES), fields=FIELDS, said=ITEMS)
def test_whatever_the_fields_hold_there_is_an_answer(form, fields, said):
    """A request whose odd fields pass the check is answered or refused, never broken on."""
    name = "input" if form == "responses" else "messages"
    raw = msgspec.json.encode(fields | {"model": "m", "max_tokens": 50, name: said})
    body = read_json(raw)
    check(form, body)
    plan = Generated(1).cue(heard(form, body, "acct")).plan
    sender = Sender(START, PATHS[form], [], "127.0.0.1")
    core = Core(ProviderSettings(overload_share=0), 1)
    served = core.answer(ask_of(form, body, raw, plan, sender), account())
    assert served.reply.status in (200, 400)
    assert msgspec.json.encode(served.body if served.events is None else served.events)
