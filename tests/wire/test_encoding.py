"""What is encoded decodes to what it was, in every format."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.exchange import Response
from stillwatch.wire import encode_events, encode_request, encode_response
from tests.wire import build


def without_keys(messages):
    return tuple(msgspec.structs.replace(message, key=0) for message in messages)


def bare(request):
    return msgspec.structs.replace(
        request,
        messages=without_keys(request.messages),
        params=tuple(sorted(request.params)),
        system_key=0,
        tools_key=0,
        body_keys=(),
    )


def answered(wire, **fields):
    response = build.response(wire, status=200, **fields)
    message = response.message and without_keys([response.message])[0]
    return msgspec.structs.replace(response, message=message)


def decoded(raws):
    return [msgspec.Raw(raw) for raw in raws]


@pytest.mark.parametrize("wire", build.WIRES)
@given(data=st.data())
@settings(max_examples=40)
def test_a_request_comes_back(wire, data):
    """Messages, system, tools, parameters and all survive encoding."""
    request = data.draw(build.requests(wire))
    body = msgspec.Raw(encode_request(request, wire))
    assert bare(build.request(wire, body)) == request


@pytest.mark.parametrize("wire", build.WIRES)
@given(data=st.data())
@settings(max_examples=40)
def test_a_response_comes_back(wire, data):
    """A body that is not streamed carries the whole response."""
    response = data.draw(build.responses(wire))
    assert answered(wire, body=msgspec.Raw(encode_response(response, wire))) == response


@pytest.mark.parametrize("wire", build.WIRES)
@given(data=st.data())
@settings(max_examples=40)
def test_a_streamed_response_comes_back(wire, data):
    """Events put together give what the body would have given."""
    response = data.draw(build.responses(wire))
    events = decoded(encode_events(response, wire))
    streamed = answered(wire, events=events)
    if wire == "anthropic" and response.error_type:
        # An error ends the stream before it says why and at what cost it stopped.
        response = msgspec.structs.replace(response, stop_reason=None)
    assert streamed == response


@pytest.mark.parametrize("wire", build.WIRES)
@given(data=st.data())
@settings(max_examples=40)
def test_the_text_of_a_stream_comes_back(wire, data):
    """A stream kept as text gives the same as its events."""
    response = data.draw(build.responses(wire))
    raws = encode_events(response, wire)
    text = "".join(f"event: x\r\ndata: {raw.decode()}\r\n\r\n" for raw in raws)
    assert answered(wire, body=text) == answered(wire, events=decoded(raws))


@pytest.mark.parametrize("wire", build.WIRES)
@pytest.mark.parametrize("streamed", [True, False])
def test_a_refusal_comes_back(wire, streamed):
    """An error without a message stays one."""
    refused = Response(status=200, error_type="rate_limit_error", error_message="Slow down.")
    if streamed:
        found = answered(wire, events=decoded(encode_events(refused, wire)))
    else:
        found = answered(wire, body=msgspec.Raw(encode_response(refused, wire)))
    assert (found.message, found.error_type, found.error_message) == (
        None,
        "rate_limit_error",
        "Slow down.",
    )


@pytest.mark.parametrize("wire", build.WIRES)
def test_keys_stand_as_the_request_had_them(wire):
    """The order of a body's keys is evidence, so encoding keeps it."""
    field = "input" if wire == "responses" else "messages"
    request = build.request(wire, {"stream": True, "zeta": 1, field: [], "model": "m"})
    body = msgspec.json.decode(encode_request(request, wire))
    assert list(body) == ["stream", "zeta", field, "model"]


@settings(max_examples=40)
@given(conversation=build.conversations())
def test_a_conversation_looks_the_same_in_every_format(conversation):
    """The same turns through three formats are the same messages."""
    request = msgspec.structs.replace(
        build.request("chat", {"messages": []}), messages=conversation
    )
    for wire in build.WIRES:
        body = msgspec.Raw(encode_request(request, wire))
        assert build.parts(build.request(wire, body).messages) == build.parts(conversation)
