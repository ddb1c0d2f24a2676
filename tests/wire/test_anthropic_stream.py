"""Streams of the Messages API."""

import pytest

from stillwatch.exchange import Reasoning, Text, ToolCall, Usage
from stillwatch.wire import WireError
from tests.wire import build

START = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-x",
        "content": [],
        "usage": {"input_tokens": 5, "output_tokens": 1, "cache_read_input_tokens": 2},
    },
}
END = {
    "type": "message_delta",
    "delta": {"stop_reason": "tool_use", "stop_sequence": None},
    "usage": {"output_tokens": 9, "input_tokens": None},
}


def block(index, start, *deltas):
    yield {"type": "content_block_start", "index": index, "content_block": start}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def thinking(text):
    return {"type": "thinking_delta", "thinking": text}


def partial(text):
    return {"type": "input_json_delta", "partial_json": text}


def answered(*events):
    return build.response("anthropic", status=200, events=list(events))


TOOL = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}}


def test_a_stream_is_put_together():
    """Thinking, its signature, text and arguments arrive in pieces, counts at both ends."""
    found = answered(
        START,
        {"type": "ping"},
        *block(
            0,
            {"type": "thinking", "thinking": "", "signature": ""},
            thinking("h"),
            thinking("m"),
            {"type": "signature_delta", "signature": "sig"},
        ),
        *block(
            1,
            {"type": "text", "text": ""},
            {"type": "text_delta", "text": "h"},
            {"type": "citations_delta", "citation": {}},
            {"type": "text_delta", "text": "i"},
        ),
        *block(2, TOOL, partial(""), partial('{"a": '), partial('"b"}')),
        END,
        {"type": "message_stop"},
    )
    assert (found.id, found.model, found.stop_reason) == ("msg_1", "claude-x", "tool_use")
    assert (found.message.id, found.message.role) == ("msg_1", "assistant")
    assert found.message.parts == (
        Reasoning("hm", "sig"),
        Text("hi"),
        ToolCall("toolu_1", "Bash", '{"a":"b"}'),
    )
    assert found.usage == Usage(5, 9, 2, None)


def test_a_call_without_deltas_has_the_arguments_it_began_with():
    """A tool without parameters is called without a delta."""
    found = answered(START, *block(0, TOOL), END)
    assert found.message.parts == (ToolCall("toolu_1", "Bash", "{}"),)


def test_an_error_in_mid_stream_keeps_what_came():
    """What was said before the fault was said."""
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Busy"}}
    found = answered(START, *list(block(0, TOOL, partial('{"a": 1')))[:2], error)
    assert (found.error_type, found.error_message) == ("overloaded_error", "Busy")
    assert found.message.parts == (ToolCall("toolu_1", "Bash", '{"a": 1'),)
    assert found.stop_reason is None


def test_a_delta_of_no_block_is_passed_over():
    """A stream that was joined in the middle has only what began after that."""
    stray = {"type": "content_block_delta", "index": 7, "delta": thinking("x")}
    assert answered(stray, START).message.parts == ()


@pytest.mark.parametrize("event", ["x", 3, [], {"type": "content_block_delta", "index": "x"}])
def test_events_of_another_shape_are_refused(event):
    """An event that no server sends is reported, not guessed at."""
    with pytest.raises(WireError, match=r"response\.events"):
        answered(START, event, END)
