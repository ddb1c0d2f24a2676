"""Streams of the Responses API."""

import pytest

from stillwatch.exchange import Text, ToolCall
from tests.wire import build

MESSAGE = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "hi"}],
}
CALL = {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": ""}
CREATED = {
    "type": "response.created",
    "response": {"id": "resp_1", "model": "gpt-x", "status": "in_progress", "output": []},
}


def event(kind, index, **fields):
    return {"type": f"response.{kind}", "output_index": index, **fields}


def answered(*events):
    return build.response("responses", status=200, events=list(events))


@pytest.mark.parametrize("end", ["completed", "incomplete", "failed"])
def test_the_last_event_carries_everything(end):
    """A stream that came to its end needs no putting together."""
    whole = {"id": "resp_1", "model": "gpt-x", "status": end, "output": [MESSAGE]}
    found = answered(CREATED, {"type": f"response.{end}", "response": whole})
    assert (found.id, found.stop_reason) == ("resp_1", end)
    assert (found.message.id, found.message.parts) == ("msg_1", (Text("hi"),))


def test_an_empty_end_is_filled_from_the_items():
    """Some proxies end with a response whose output is empty."""
    end = {"id": "resp_1", "status": "completed", "output": []}
    found = answered(
        CREATED,
        event("output_item.added", 0, item={**MESSAGE, "content": []}),
        event("output_text.delta", 0, delta="h"),
        event("output_item.done", 0, item=MESSAGE),
        {"type": "response.completed", "response": end},
    )
    assert (found.stop_reason, found.message.parts) == ("completed", (Text("hi"),))


def test_a_stream_that_broke_off_has_what_came():
    """Finished items are whole, the last one is as long as it got."""
    found = answered(
        CREATED,
        event("output_item.done", 0, item=MESSAGE),
        event("output_item.added", 1, item=CALL),
        event("function_call_arguments.delta", 1, delta='{"a": '),
        event("function_call_arguments.delta", 1, delta="1}"),
        event("output_item.added", 2, item={**MESSAGE, "content": []}),
        event("output_text.delta", 2, delta="mo"),
        event("output_text.delta", 3, delta="re"),
    )
    assert found.message.parts == (
        Text("hi"),
        ToolCall("c", "f", '{"a":1}'),
        Text("mo"),
        Text("re"),
    )
    assert (found.id, found.stop_reason) == ("resp_1", "in_progress")


def test_an_error_in_mid_stream_keeps_what_came():
    """The error stands in the event itself or below it."""
    flat = {"type": "error", "code": "server_error", "message": "x"}
    nested = {"type": "error", "error": {"type": "server_error", "message": "x"}}
    for error in (flat, nested):
        found = answered(CREATED, event("output_item.done", 0, item=MESSAGE), error)
        assert (found.error_type, found.error_message) == ("server_error", "x")
        assert found.message.parts == (Text("hi"),)
