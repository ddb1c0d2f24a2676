"""Bodies of the Messages API."""

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

MARK = {"cache_control": {"type": "ephemeral"}}


def parts_of(*blocks, role="assistant"):
    body = {"messages": [{"role": role, "content": list(blocks)}]}
    return build.request("anthropic", body).messages[0].parts


def test_a_request_is_read_whole():
    """System blocks, tools, parameters and the caller's user id have their places."""
    request = build.request(
        "anthropic",
        {
            "model": "claude-x",
            "max_tokens": 64000,
            "temperature": 0.50,
            "thinking": {"type": "adaptive", "budget_tokens": 5},
            "stop_sequences": ["x"],
            "system": [{"type": "text", "text": "one", **MARK}, {"type": "text", "text": "two"}],
            "tools": [{"name": "Bash", "input_schema": {}}, {"type": "web_search_20250305"}],
            "metadata": {"user_id": "someone", "kind": "batch"},
            "messages": [{"role": "user", "content": "hi"}],
            "stream": True,
        },
    )
    assert request.model == "claude-x"
    assert request.system == ("one", "two")
    assert request.tools == (Tool("Bash"), Tool("web_search_20250305"))
    assert request.user == "someone"
    assert request.stream
    assert request.system_key
    assert request.tools_key
    assert request.params == (
        ("max_tokens", "64000"),
        ("temperature", "0.5"),
        ("thinking.type", "adaptive"),
        ("thinking.budget_tokens", "5"),
        ("metadata.kind", "batch"),
    )


def test_what_is_not_there_has_no_key():
    """No system and no tools have the key 0."""
    request = build.request("anthropic", {"messages": [], "system": None})
    assert (request.system, request.system_key) == ((), 0)
    assert (request.tools, request.tools_key) == ((), 0)


def test_system_may_be_text():
    """A system prompt as text is one block."""
    assert build.request("anthropic", {"messages": [], "system": "one"}).system == ("one",)


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ({"type": "text", "text": "hi", "citations": None}, Text("hi")),
        ({"type": "thinking", "thinking": "hm", "signature": "sig"}, Reasoning("hm", "sig")),
        ({"type": "thinking", "thinking": "hm", "signature": ""}, Reasoning("hm", None)),
        ({"type": "redacted_thinking", "data": "xx"}, Reasoning("", "xx")),
        (
            {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"b": 1, "a": "é"}},
            ToolCall("toolu_1", "Bash", '{"b":1,"a":"é"}'),
        ),
        (
            {"type": "tool_use", "id": "toolu_1", "name": "n", "input": {"n": 2**70}},
            ToolCall("toolu_1", "n", '{"n":1180591620717411303424}'),
        ),
        (
            {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {}},
            ToolCall("srv_1", "web_search", "{}"),
        ),
        (
            {"type": "mcp_tool_use", "id": "mcp_1", "name": "n", "server_name": "s", "input": {}},
            ToolCall("mcp_1", "n", "{}"),
        ),
        (
            {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok", "is_error": True},
            ToolResult("toolu_1", "ok", is_error=True),
        ),
        (
            {
                "type": "tool_result",
                "tool_use_id": "toolu_1",
                "content": [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text"}],
            },
            ToolResult("toolu_1", "a"),
        ),
        ({"type": "tool_result", "tool_use_id": "toolu_1"}, ToolResult("toolu_1", "")),
        (
            {
                "type": "bash_code_execution_tool_result",
                "tool_use_id": "srv_1",
                "content": {"stdout": "out", "stderr": "err", "return_code": 0},
            },
            ToolResult("srv_1", "out\nerr"),
        ),
        (
            {"type": "web_search_tool_result", "tool_use_id": "srv_1", "content": [{"url": "u"}]},
            ToolResult("srv_1", ""),
        ),
        ({"type": "image", "source": {"data": "..."}}, Opaque("image")),
        ({"type": "document", "source": {}}, Opaque("file")),
        ({"type": "never_heard_of"}, Opaque("never_heard_of")),
        ({"type": "k" * 500}, Opaque("k" * 64)),
        ({"type": 3}, Opaque("unknown")),
        ({"type": "text", "text": 3}, Opaque("text")),
        ("bare", Text("bare")),
    ],
)
def test_every_kind_of_block_is_read(block, part):
    """Blocks become parts; what we do not know is passed over by its name."""
    assert parts_of(block) == (part,)


def test_cache_markers_do_not_change_a_message():
    """Clients move the marker between turns; the message stays equal under another key."""
    blocks = [{"type": "text", "text": "hi"}, {"type": "text", "text": "hi", **MARK}]
    plain, marked = (
        build.request("anthropic", {"messages": [{"role": "user", "content": [block]}]}).messages[0]
        for block in blocks
    )
    assert plain.parts == marked.parts
    assert plain.key != marked.key


def test_messages_stay_as_they_were_cut():
    """Text in place of a list is one part, and messages of one role in a row stay apart."""
    body = {
        "messages": [
            {"role": "user", "content": "one"},
            {"role": "user", "content": [{"type": "text", "text": "two"}]},
            {"role": "system", "content": "three"},
            {"role": "assistant", "content": None},
            {"role": "assistant", "content": ""},
        ]
    }
    assert build.parts(build.request("anthropic", body).messages) == [
        ("user", (Text("one"),)),
        ("user", (Text("two"),)),
        ("system", (Text("three"),)),
        ("assistant", ()),
        ("assistant", ()),
    ]


@pytest.mark.parametrize(("role", "ours"), [("critic", "user"), (None, "user"), ({}, "user")])
def test_a_role_that_we_do_not_know_is_the_callers(role, ours):
    """What the model did not say was sent by the caller."""
    body = {"messages": [{"role": role, "content": "hi"}]}
    assert build.request("anthropic", body).messages[0].role == ours


def test_a_response_is_read_whole():
    """The turn carries the response's id, and counts are as reported."""
    found = build.response(
        "anthropic",
        status=200,
        body={
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-x",
            "content": [{"type": "text", "text": "hi"}],
            "stop_reason": "end_turn",
            "usage": {
                "input_tokens": 1,
                "output_tokens": 2,
                "cache_read_input_tokens": 3,
                "cache_creation_input_tokens": 4,
            },
        },
    )
    assert (found.status, found.id, found.model) == (200, "msg_1", "claude-x")
    assert (found.message.id, found.message.parts) == ("msg_1", (Text("hi"),))
    assert found.stop_reason == "end_turn"
    assert found.usage == Usage(1, 2, 3, 4)


@pytest.mark.parametrize("count", [-1, True, "3", 2.5, 2**60, None])
def test_a_count_that_is_none_is_left_out(count):
    """Counts go into columns, so they are whole numbers or nothing."""
    found = build.response("anthropic", body={"content": [], "usage": {"input_tokens": count}})
    assert found.usage == Usage()
