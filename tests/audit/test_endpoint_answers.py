"""Answers are valid in each wire format, streamed or whole, and always the same."""

import json

import msgspec
import pytest

from stillwatch.audit.endpoint_answers import JSON, SAYS, STREAM, answer
from stillwatch.exchange import Text
from stillwatch.wire import WireMemory, decode
from stillwatch.wire.envelope import Envelope, EnvelopeRequest, EnvelopeResponse

PATHS = ["/v1/messages", "/v1/chat/completions", "/v1/responses"]


def events(body):
    data = [line[6:] for line in body.decode().splitlines() if line.startswith("data: ")]
    return [json.loads(one) for one in data if one != "[DONE]"]


def read(path, sent, given):
    """The answer as our own reader of the wire understands it."""
    streamed = given.kind == STREAM
    response = (
        EnvelopeResponse(
            status=200, events=[msgspec.Raw(msgspec.json.encode(one)) for one in events(given.body)]
        )
        if streamed
        else EnvelopeResponse(status=200, body=msgspec.Raw(given.body))
    )
    request = EnvelopeRequest(body=msgspec.Raw(sent), path=path)
    envelope = Envelope(time=0, account="a", request=request, response=response)
    return decode(envelope, WireMemory(), default_id="x").response


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("path", PATHS)
def test_a_prompt_is_answered(path, stream):
    """Model and words come back, and the turn is over."""
    asked = {"model": "m-1", "stream": stream, "messages": [], "input": []}
    sent = json.dumps(asked | {"stream_options": {"include_usage": True}}).encode()
    given = answer("POST", path, sent)
    assert given.status == 200
    assert given.kind == (STREAM if stream else JSON)
    response = read(path, sent, given)
    assert response.model == "m-1"
    assert response.message.parts == (Text(SAYS),)
    assert response.usage.output_tokens == 3
    assert given == answer("POST", path, sent)


def test_usage_is_streamed_only_to_who_asks_for_it():
    """As the Chat format has it."""
    sent = {"model": "m", "stream": True, "stream_options": {"include_usage": True}}
    asked = events(answer("POST", PATHS[1], json.dumps(sent).encode()).body)
    del sent["stream_options"]
    silent = events(answer("POST", PATHS[1], json.dumps(sent).encode()).body)
    assert "usage" in asked[-1]
    assert not any("usage" in event for event in silent)


@pytest.mark.parametrize("verb", ["generateContent", "streamGenerateContent"])
def test_the_format_of_gemini_is_answered(verb):
    """Its path says whether the answer is streamed."""
    given = answer("POST", f"/v1beta/models/gemini-2.5-pro:{verb}", b"{}")
    whole = events(given.body)[0] if given.kind == STREAM else json.loads(given.body)
    assert whole["candidates"][0]["content"]["parts"] == [{"text": SAYS}]
    assert (given.kind == STREAM) == verb.startswith("stream")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v1/messages/count_tokens", 200),
        ("POST", "/v1beta/models/m:countTokens", 200),
        ("GET", "/v1/models", 200),
        ("GET", "/v1/models/gpt-5", 200),
        ("HEAD", "/", 200),
        ("POST", "/otel/v1/logs", 200),
        ("GET", "/nothing/here", 404),
        ("DELETE", "/v1/messages", 404),
    ],
)
def test_other_paths_are_answered_as_a_server_would(method, path, status):
    """Events are taken, models are listed, unknown paths are unknown."""
    given = answer(method, path, b"not json")
    assert given.status == status
    assert isinstance(json.loads(given.body), dict)
