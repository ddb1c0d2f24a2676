"""Envelopes become exchanges, whatever stands in them, or say in a few words why not."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Raw

from stillwatch.exchange import Response, Text
from stillwatch.wire import WireError, WireMemory, decode
from stillwatch.wire.envelope import Envelope, EnvelopeRequest, EnvelopeResponse
from tests.wire import build

PATHS = [*build.PATHS.values(), "", "/v1/other"]
SECRET = "do-not-quote-me"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
# Words of the formats, so that arbitrary values reach the code behind them.
_NAMES = """
messages input role content type text tool_use id name arguments function tool_calls
message tools system metadata user_id instructions choices delta index error output item
response content_block input_json_delta usage summary data reasoning_details custom
stop_reason
"""
_KINDS = """
user assistant tool text tool_use tool_result message function_call reasoning
message_start content_block_start content_block_delta message_delta error
response.completed response.output_item.done response.output_text.delta
function_call_output mcp_call
"""
_names = st.sampled_from(_NAMES.split())
_words = st.sampled_from(_KINDS.split())
near_values = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 3) | _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=5),
    max_leaves=25,
)


def decoded(path, body, response=None):
    envelope = Envelope(
        time=0,
        account="a",
        request=EnvelopeRequest(body=body, path=path),
        response=response,
    )
    return decode(envelope, WireMemory(), default_id="made-up")


def tried(path, body, response=None):
    """Whether it was read; anything but a WireError is let through."""
    try:
        decoded(path, body, response)
    except WireError:
        return False
    return True


@pytest.mark.parametrize("path", PATHS)
@given(body=st.binary(max_size=60))
@settings(max_examples=40)
def test_bytes_for_a_body_raise_nothing_else(path, body):
    """A body that is no JSON is refused or passed over."""
    tried(path, Raw(body))


@pytest.mark.parametrize("path", PATHS)
@given(body=json_values | near_values)
@settings(max_examples=40)
def test_json_for_a_body_raises_nothing_else(path, body):
    """Whatever JSON stands in a body, it is read or refused."""
    tried(path, Raw(json.dumps(body).encode()))


@pytest.mark.parametrize("wire", build.WIRES)
@given(value=near_values | json_values, events=st.lists(near_values, max_size=4))
@settings(max_examples=100)
def test_json_for_an_element_raises_nothing_else(wire, value, events):
    """Arbitrary messages, responses and events are read or refused."""
    body = build.empty(wire)
    name = next(iter(body))
    tried(build.PATHS[wire], Raw(json.dumps({name: [value], "tools": value}).encode()))
    raw = Raw(json.dumps(body).encode())
    tried(build.PATHS[wire], raw, EnvelopeResponse(200, body=Raw(json.dumps(value).encode())))
    raws = [Raw(json.dumps(event).encode()) for event in events]
    tried(build.PATHS[wire], raw, EnvelopeResponse(200, events=raws))


@pytest.mark.parametrize("wire", build.WIRES)
@given(raw=st.binary(max_size=40), text=st.text(max_size=40))
def test_bytes_for_a_response_raise_nothing_else(wire, raw, text):
    """A response that is no JSON, and text that is no stream, are read or refused."""
    body = Raw(json.dumps(build.empty(wire)).encode())
    tried(build.PATHS[wire], body, EnvelopeResponse(200, body=Raw(raw)))
    tried(build.PATHS[wire], body, EnvelopeResponse(200, events=[Raw(raw)]))
    for prefix in ("", "data: "):
        quoted = Raw(json.dumps(prefix + text).encode())
        tried(build.PATHS[wire], body, EnvelopeResponse(200, body=quoted))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ([SECRET], "request.body is not an object"),
        (SECRET, "request.body is not JSON"),
        ({"model": SECRET}, "messages is missing"),
        ({"messages": SECRET}, "messages is not a list"),
        ({"messages": [{}, SECRET]}, "messages[1] is not an object"),
        (
            {"messages": [{"content": {SECRET: 1}}]},
            "messages[0].content is neither text nor a list",
        ),
        ({"messages": [], "tools": SECRET}, "tools is not a list"),
        ({"messages": [], "system": {SECRET: 1}}, "system is neither text nor a list"),
    ],
)
def test_the_reason_names_the_place_and_never_the_content(body, reason):
    """Reasons end in reports, so they hold nothing of the traffic."""
    with pytest.raises(WireError) as raised:
        build.request("anthropic", body)
    assert raised.value.reason == str(raised.value) == reason


@pytest.mark.parametrize("wire", build.WIRES)
def test_deep_nesting_is_refused(wire):
    """A body nested past the limit is a fault of its own and crashes nothing."""
    name = next(iter(build.empty(wire)))
    deep = b"[" * 100_000 + b"]" * 100_000
    with pytest.raises(WireError, match="nested too deeply"):
        decoded(build.PATHS[wire], Raw(b'{"%s":[%s]}' % (name.encode(), deep)))
    body = Raw(json.dumps(build.empty(wire)).encode())
    with pytest.raises(WireError, match="nested too deeply"):
        decoded(build.PATHS[wire], body, EnvelopeResponse(200, body=Raw(deep)))


def test_text_that_is_not_utf_8_is_refused():
    """A message is never guessed at."""
    with pytest.raises(WireError, match=r"messages\[0\] is not UTF-8"):
        decoded("/v1/messages", Raw(b'{"messages":[{"role":"user","content":"\xff"}]}'))


def test_a_body_may_stand_as_text():
    """Some logs keep a body as the JSON text it was."""
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    found = build.request("chat", json.dumps(body))
    assert (found.model, build.parts(found.messages)) == ("m", [("user", (Text("hi"),))])


@pytest.mark.parametrize("body", [None, "", "no JSON", [], 3, {"messages": SECRET}])
def test_other_calls_are_exchanges_without_messages(body):
    """Counting tokens, listing models and preflights are no conversations, and no errors."""
    found = build.read(build.line("/v1/messages/count_tokens", body, status=200, body=[1]))
    assert (found.wire, found.request.messages, found.response) == ("unknown", (), Response(200))


def test_what_the_envelope_says_is_kept():
    """Everything around the bodies arrives in the exchange."""
    envelope = Envelope(
        time="2026-07-01T12:00:00.123Z",
        account="acct",
        organization="org",
        duration_ms=812.5,
        request=EnvelopeRequest(
            body=Raw(b'{"messages":[],"stream":true,"model":"m"}'),
            path="/v1/messages?beta=true",
            headers=[("User-Agent", "x"), ("user-agent", "y")],
            raw='{"messages": []}',
        ),
    )
    found = decode(envelope, WireMemory(), default_id="made-up")
    assert (found.id, found.account, found.organization) == ("made-up", "acct", "org")
    assert (found.time_us, found.duration_us) == (1782907200123000, 812500)
    request = found.request
    assert request.headers == (("User-Agent", "x"), ("user-agent", "y"))
    assert (request.headers_ordered, request.stream, request.model) == (True, True, "m")
    assert request.body_keys == ("messages", "stream", "model")
    assert request.style is not None
    assert found.response is None


def test_headers_of_an_object_are_not_ordered():
    """An object says nothing about order and case."""
    raw = (
        b'{"time":0,"account":"a","id":"mine",'
        b'"request":{"headers":{"a":"1"},"body":{"messages":[]}}}'
    )
    found = build.read(raw)
    assert found.id == "mine"
    assert (found.request.headers, found.request.headers_ordered) == ((("a", "1"),), False)


@pytest.mark.parametrize("wire", build.WIRES)
def test_a_response_without_a_body_has_only_its_status(wire):
    """Nothing recorded is not an error."""
    assert build.response(wire, status=499) == Response(499)
    assert build.response(wire, status=200, body=None) == Response(200)
    assert build.response(wire, status=200, events=[]) == Response(200)


@pytest.mark.parametrize("wire", build.WIRES)
def test_an_error_page_is_an_error(wire):
    """A proxy's page in place of a body is kept as the message of an error."""
    found = build.response(wire, status=502, body="<html>bad gateway</html>")
    assert found == Response(502, error_message="<html>bad gateway</html>")
    with pytest.raises(WireError, match=r"response\.body is not JSON"):
        build.response(wire, status=200, body="<html>fine</html>")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"type": "error", "error": {"type": "t", "message": "m"}}, ("t", "m")),
        ({"error": {"message": "m", "type": "t", "code": "c"}}, ("t", "m")),
        ({"error": {"message": "m", "code": "c"}}, ("c", "m")),
        ({"error": "m"}, ("error", "m")),
        ({"detail": "m"}, ("error", "m")),
    ],
)
@pytest.mark.parametrize("wire", build.WIRES)
def test_errors_of_every_shape_are_read(wire, body, error):
    """Vendors, gateways and web frameworks each have their own error body."""
    found = build.response(wire, status=429, body=body)
    assert (found.error_type, found.error_message) == error
    assert (found.status, found.message) == (429, None)


def test_keys_tell_messages_apart_between_formats_and_kinds():
    """Equal keys mean equal messages, also where the same bytes mean different things."""
    body = {"messages": [{"role": "user", "content": "hi"}]}
    one, other = (build.request(wire, body).messages[0] for wire in ("anthropic", "chat"))
    assert (one.parts, one.key != other.key) == (other.parts, True)
    assert build.request("anthropic", body).messages[0].key == one.key


def test_an_answer_is_keyed():
    """Work on a response's message can be remembered, streamed or not."""
    body = {"content": [{"type": "text", "text": "hi"}]}
    first, again = (build.response("anthropic", body=body).message for _ in range(2))
    assert first.parts == (Text("hi"),)
    assert first.key == again.key != 0
    start = {"type": "message_start", "message": body}
    assert build.response("anthropic", events=[start]).message.key not in (0, first.key)


def test_an_envelope_of_a_line_opens_the_body():
    """The body is opened with its line, so that its bytes are passed over only once."""
    envelope = msgspec.json.decode(build.line("/v1/messages", {"model": "m"}), type=Envelope)
    assert {name: bytes(raw) for name, raw in envelope.request.body.items()} == {"model": b'"m"'}
    assert envelope.response is None
    assert EnvelopeResponse().body is UNSET
