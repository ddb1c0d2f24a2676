"""The path says which format a body has; where it does not, the body does."""

import pytest

from tests.wire import build

EMPTY = {"messages": [], "input": []}


def wire(path, body, /, method="POST", **response):
    line = build.line(path, body, **response)
    return build.read(line.replace(b'{"path"', b'{"method":"%s","path"' % method.encode())).wire


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/messages", "anthropic"),
        ("/v1/messages?beta=true", "anthropic"),
        ("/anthropic/v1/messages/", "anthropic"),
        ("https://relay.example/claude/v1/messages", "anthropic"),
        ("/v1/chat/completions", "chat"),
        ("/openai/deployments/x/chat/completions?api-version=2026-01-01", "chat"),
        ("/api/v1/Chat/Completions", "chat"),
        ("/v1/responses", "responses"),
        ("/openai/v1/responses?x=1", "responses"),
        ("/v1/messages/count_tokens?beta=true", "unknown"),
        ("/v1/messages/batches", "unknown"),
        ("/v1/responses/input_tokens", "unknown"),
        ("/v1/models", "unknown"),
        ("/v1/models/gpt-x", "unknown"),
        ("/v1/embeddings", "unknown"),
        ("/v1/completions", "unknown"),
        ("/v1/threads/thread_1/messages", "unknown"),
    ],
)
def test_the_path_decides(path, expected):
    """Prefixes and queries do not matter, and calls beside the conversations are none."""
    assert wire(path, EMPTY) == expected


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_only_a_post_is_a_conversation(method):
    """Stored responses are read and deleted under the same path."""
    assert wire("/v1/responses", {}, method) == "unknown"
    assert wire("/", None, method) == "unknown"


HI = [{"role": "user", "content": "hi"}]
CALL = {"type": "tool_use", "id": "t", "name": "n", "input": {}}


@pytest.mark.parametrize("path", ["", "/", "/relay", "/model/some.model/invoke"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"input": "hi"}, "responses"),
        ({"previous_response_id": "x"}, "responses"),
        ({"messages": HI, "system": "x"}, "anthropic"),
        ({"messages": HI, "anthropic_version": "bedrock-2023-05-31"}, "anthropic"),
        ({"messages": HI, "tools": [{"name": "n", "input_schema": {}}]}, "anthropic"),
        ({"messages": [{"role": "assistant", "content": [CALL]}]}, "anthropic"),
        ({"messages": HI, "stream_options": {}}, "chat"),
        ({"messages": HI}, "chat"),
        ({"contents": []}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_the_body_decides_where_the_path_does_not(path, body, expected):
    """Fields and words that only one format has tell it."""
    assert wire(path, body) == expected


def test_the_answer_decides_last():
    """A short question looks the same in two formats; its answer does not."""
    body = {"model": "m", "max_tokens": 5, "messages": HI}
    answer = {"content": [], "stop_reason": "end_turn"}
    assert wire("", body, body=answer) == "anthropic"
    assert wire("", body, events=[{"type": "message_start", "message": {}}]) == "anthropic"
    assert wire("", body, body={"choices": []}) == "chat"


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/openai/deployments/gpt-x/chat/completions", "gpt-x"),
        ("/model/anthropic.claude-x/invoke-with-response-stream", "anthropic.claude-x"),
        ("/v1/projects/p/publishers/anthropic/models/claude-x:streamRawPredict", "claude-x"),
        ("/v1/chat/completions", None),
    ],
)
def test_clouds_name_the_model_in_the_path(path, model):
    """The body's own model comes first."""
    body = {"messages": HI, "anthropic_version": "x"}
    assert build.read(build.line(path, body)).request.model == model
    assert build.read(build.line(path, {**body, "model": "m"})).request.model == "m"
