"""Streams of Chat Completions."""

from stillwatch.exchange import Reasoning, Text, ToolCall, Usage
from tests.wire import build


def chunk(delta, index=0, finish=None):
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return {"id": "chatcmpl-1", "model": "gpt-x", "choices": [choice]}


def call(index, **fields):
    return {"tool_calls": [{"index": index, **fields}]}


def answered(*events):
    return build.response("chat", status=200, events=list(events))


def test_a_stream_is_put_together():
    """Calls are told apart by their index; the last chunk counts the tokens."""
    found = answered(
        chunk({"role": "assistant", "content": ""}),
        chunk({"reasoning_content": "h"}),
        chunk({"reasoning_content": "m"}),
        chunk({"content": "h"}),
        chunk({"content": "i"}),
        chunk(call(0, id="c0", type="function", function={"name": "f", "arguments": ""})),
        chunk(call(1, id="c1", type="function", function={"name": "g", "arguments": '{"a"'})),
        chunk(call(0, function={"arguments": "{}"})),
        chunk(call(1, function={"arguments": ": 1}"})),
        chunk({}, finish="tool_calls"),
        {"id": "chatcmpl-1", "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}},
    )
    assert (found.id, found.model, found.stop_reason) == ("chatcmpl-1", "gpt-x", "tool_calls")
    assert found.message.parts == (
        Reasoning("hm"),
        Text("hi"),
        ToolCall("c0", "f", "{}"),
        ToolCall("c1", "g", '{"a":1}'),
    )
    assert found.usage == Usage(1, 2, None, None)


def test_custom_and_legacy_calls_are_put_together():
    """The input of a custom tool is free text; a legacy call has no id but its name."""
    found = answered(
        chunk(call(0, id="c0", type="custom", custom={"name": "p", "input": "{ "})),
        chunk(call(0, custom={"input": "}"})),
        chunk({"function_call": {"name": "f", "arguments": ""}}),
        chunk({"function_call": {"arguments": "{}"}}),
    )
    assert found.message.parts == (ToolCall("c0", "p", "{ }"), ToolCall("f", "f", "{}"))


def test_blocks_of_reasoning_are_put_together():
    """A block goes on until its signature, or until one of another kind or index."""
    found = answered(
        chunk({"reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "h"}]}),
        chunk({"reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "m"}]}),
        chunk({"reasoning_details": [{"type": "reasoning.text", "index": 0, "signature": "sig"}]}),
        chunk({"reasoning_details": [{"type": "reasoning.text", "index": 1, "text": "so"}]}),
        chunk({"reasoning_details": [{"type": "reasoning.encrypted", "data": "xx"}]}),
        chunk({"reasoning_details": [{"type": "reasoning.encrypted", "data": "yy"}]}),
    )
    assert found.message.parts == (
        Reasoning("hm", "sig"),
        Reasoning("so"),
        Reasoning("", "xx"),
        Reasoning("", "yy"),
    )


def test_content_may_come_in_blocks():
    """Some providers stream lists of blocks beside text."""
    found = answered(
        chunk({"content": "h"}),
        chunk({"content": [{"type": "text", "text": "i"}]}),
        chunk({"refusal": "no"}),
    )
    assert found.message.parts == (Text("h"), Text("i"), Text("no"))


def test_only_the_first_choice_is_read():
    """Chunks of other choices stand between those of the first."""
    found = answered(chunk({"content": "a"}), chunk({"content": "b"}, index=1))
    assert found.message.parts == (Text("a"),)


def test_an_error_in_mid_stream_keeps_what_came():
    """What was said before the fault was said."""
    found = answered(chunk({"content": "a"}), {"error": {"type": "server_error", "message": "x"}})
    assert (found.message.parts, found.error_type) == ((Text("a"),), "server_error")


def test_a_stream_of_nothing_has_no_message():
    """Chunks without a choice amount to no answer."""
    assert answered({"id": "x", "choices": []}).message is None
