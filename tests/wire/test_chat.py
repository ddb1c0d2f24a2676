"""Bodies of Chat Completions, as OpenAI and others write them."""

import pytest

from stillwatch.exchange import (
    Opaque,
    Reasoning,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
)
from tests.wire import build


def message(**fields):
    return build.request("chat", {"messages": [fields]}).messages[0]


def call(name, arguments):
    return {"id": name, "type": "function", "function": {"name": "f", "arguments": arguments}}


def test_a_request_is_read_whole():
    """Tools, parameters and the caller's user have their places; system prompts are messages."""
    request = build.request(
        "chat",
        {
            "model": "gpt-x",
            "messages": [
                {"role": "system", "content": "one"},
                {"role": "developer", "content": [{"type": "text", "text": "two"}]},
                {"role": "user", "content": "hi"},
            ],
            "tools": [
                {"type": "function", "function": {"name": "f"}},
                {"type": "custom", "custom": {"name": "c"}},
            ],
            "reasoning_effort": "high",
            "n": 2,
            "user": "someone",
        },
    )
    assert [one.role for one in request.messages] == ["system", "system", "user"]
    assert request.system == ()
    assert request.tools == (Tool("f"), Tool("c"))
    assert request.params == (("reasoning_effort", "high"), ("n", "2"))
    assert request.user == "someone"
    assert not request.stream


def test_the_newer_name_of_the_user_comes_first():
    """`safety_identifier` has taken the place of `user`."""
    body = {"messages": [], "user": "cache", "safety_identifier": "person"}
    assert build.request("chat", body).user == "person"


def test_legacy_functions_are_tools():
    """The form before tools is still sent."""
    body = {"messages": [], "functions": [{"name": "f"}]}
    assert build.request("chat", body).tools == (Tool("f"),)


def test_an_assistants_turn_is_one_message():
    """Reasoning, words, refusal and calls stand in the order in which they are made."""
    found = message(
        role="assistant",
        reasoning_content="hm",
        content="hi",
        refusal="no",
        tool_calls=[call("call_1", '{"a": 1,  "b": [2]}'), call("call_2", "not { json")],
    )
    assert found.parts == (
        Reasoning("hm"),
        Text("hi"),
        Text("no"),
        ToolCall("call_1", "f", '{"a":1,"b":[2]}'),
        ToolCall("call_2", "f", "not { json"),
    )


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ({"reasoning": "hm"}, (Reasoning("hm"),)),
        (
            {
                "reasoning": "hm",
                "reasoning_details": [
                    {"type": "reasoning.text", "text": "hm", "signature": "sig"},
                    {"type": "reasoning.summary", "summary": "short"},
                    {"type": "reasoning.encrypted", "data": "xx"},
                ],
            },
            (Reasoning("hm", "sig"), Reasoning("short"), Reasoning("", "xx")),
        ),
        (
            {
                "reasoning_content": "hm",
                "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "sig"}],
            },
            (Reasoning("hm", "sig"),),
        ),
        ({"reasoning_content": ""}, ()),
    ],
)
def test_reasoning_is_read_in_every_dialect(fields, parts):
    """The fields that carry a proof come before those that carry text alone."""
    assert message(role="assistant", content=None, **fields).parts == parts


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        (
            {"function_call": {"name": "f", "arguments": "{}"}},
            ToolCall("f", "f", "{}"),
        ),
        (
            {
                "tool_calls": [
                    {"id": "c", "type": "custom", "custom": {"name": "p", "input": "{ }"}}
                ]
            },
            ToolCall("c", "p", "{ }"),
        ),
        ({"tool_calls": [call("c", None)]}, ToolCall("c", "f", "")),
        ({"tool_calls": [call("c", '{"cut": "of')]}, ToolCall("c", "f", '{"cut": "of')),
        ({"tool_calls": [{"type": "strange"}]}, Opaque("strange")),
    ],
)
def test_every_kind_of_call_is_read(fields, part):
    """Calls of functions, of custom tools and of the form before tools."""
    assert message(role="assistant", **fields).parts == (part,)


def test_results_in_a_row_are_one_message():
    """As in the Messages API, what the tools answered together is one turn of the caller."""
    body = {
        "messages": [
            {"role": "tool", "tool_call_id": "call_1", "content": "one"},
            {
                "role": "tool",
                "tool_call_id": "call_2",
                "content": [{"type": "text", "text": "two"}],
            },
            {"role": "user", "content": "go on"},
            {"role": "function", "name": "f", "content": "three"},
        ]
    }
    messages = build.request("chat", body).messages
    assert build.parts(messages) == [
        ("user", (ToolResult("call_1", "one"), ToolResult("call_2", "two"))),
        ("user", (Text("go on"),)),
        ("user", (ToolResult("f", "three"),)),
    ]
    assert len({one.key for one in messages}) == 3


def test_pictures_files_and_sounds_are_passed_over():
    """They have the names that they have in the other formats."""
    content = [{"type": kind} for kind in ("image_url", "file", "input_audio")]
    parts = message(role="user", content=content).parts
    assert parts == (Opaque("image"), Opaque("file"), Opaque("audio"))


def test_a_response_is_read_whole():
    """Of several choices the first is read."""
    choices = [
        {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"},
        {"index": 1, "message": {"role": "assistant", "content": "ho"}, "finish_reason": "stop"},
    ]
    usage = {
        "prompt_tokens": 1,
        "completion_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": 3},
    }
    body = {"id": "chatcmpl-1", "model": "gpt-x", "choices": choices, "usage": usage}
    found = build.response("chat", status=200, body=body)
    assert (found.id, found.model, found.stop_reason) == ("chatcmpl-1", "gpt-x", "stop")
    assert found.message.parts == (Text("hi"),)
    assert found.usage == Usage(1, 2, 3, None)


def test_a_response_without_choices_has_no_message():
    """An empty answer is none."""
    assert build.response("chat", body={"id": "x", "choices": []}).message is None
