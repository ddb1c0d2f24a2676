"""Bodies of the Responses API: items become turns again."""

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


def messages(*items):
    return build.request("responses", {"input": list(items)}).messages


def said(text, role="assistant", **fields):
    kind = "output_text" if role == "assistant" else "input_text"
    content = [{"type": kind, "text": text}]
    return {"type": "message", "role": role, "content": content, **fields}


def test_a_request_is_read_whole():
    """Instructions are the system prompt, and a stored response is named."""
    request = build.request(
        "responses",
        {
            "model": "gpt-x",
            "instructions": "be good",
            "input": [said("hi", "user")],
            "tools": [
                {"type": "function", "name": "f"},
                {"type": "web_search"},
                {"type": "namespace", "name": "multi", "tools": []},
            ],
            "reasoning": {"effort": "high", "summary": None},
            "store": False,
            "user": "someone",
            "previous_response_id": "resp_0",
        },
    )
    assert request.system == ("be good",)
    assert request.tools == (Tool("f"), Tool("web_search"), Tool("multi"))
    assert request.params == (("reasoning.effort", "high"), ("store", "false"))
    assert (request.user, request.previous_response) == ("someone", "resp_0")


def test_input_may_be_text():
    """Plain text is what the caller says."""
    request = build.request("responses", {"input": "hi"})
    assert build.parts(request.messages) == [("user", (Text("hi"),))]
    assert request.messages[0].key


@pytest.mark.parametrize("body", [{"previous_response_id": "resp_0"}, {"input": None}])
def test_input_may_be_missing(body):
    """A stored conversation can be continued without a word."""
    assert build.request("responses", body).messages == ()


def test_items_of_a_turn_are_one_message():
    """Reasoning, words and calls in a row are one assistant's turn, with the message's id."""
    found = messages(
        {"role": "developer", "content": "rules"},
        said("hi", "user", id="msg_u"),
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "hm"}],
            "encrypted_content": "enc",
        },
        said("looking", id="msg_1"),
        {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": "{ }"},
        {"type": "function_call", "id": "fc_2", "call_id": "c2", "name": "g", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "one"},
        {
            "type": "function_call_output",
            "call_id": "c2",
            "output": [{"type": "input_text", "text": "two"}],
        },
        said("done"),
    )
    assert build.parts(found) == [
        ("system", (Text("rules"),)),
        ("user", (Text("hi"),)),
        (
            "assistant",
            (
                Reasoning("hm", "enc"),
                Text("looking"),
                ToolCall("c1", "f", "{}"),
                ToolCall("c2", "g", "{}"),
            ),
        ),
        ("user", (ToolResult("c1", "one"), ToolResult("c2", "two"))),
        ("assistant", (Text("done"),)),
    ]
    assert [one.id for one in found] == [None, "msg_u", "msg_1", None, None]
    assert len({one.key for one in found}) == len(found)


def test_a_turn_without_words_has_its_first_id():
    """Where no message stands in a turn, its reasoning or call names it."""
    call = {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": ""}
    (found,) = messages({"type": "reasoning", "id": "rs_1", "summary": []}, call)
    assert found.id == "rs_1"


def test_what_the_caller_says_in_a_row_stays_apart():
    """Only the model's items and the tools' answers are put together."""
    assert len(messages(said("a", "user"), said("b", "user"), said("c", "system"))) == 3


@pytest.mark.parametrize(
    ("item", "role", "parts"),
    [
        (
            {"type": "custom_tool_call", "call_id": "c", "name": "apply_patch", "input": "{ *** }"},
            "assistant",
            (ToolCall("c", "apply_patch", "{ *** }"),),
        ),
        (
            {"type": "custom_tool_call_output", "call_id": "c", "output": "ok"},
            "user",
            (ToolResult("c", "ok"),),
        ),
        (
            {"type": "local_shell_call", "call_id": "c", "action": {"command": ["ls"]}},
            "assistant",
            (ToolCall("c", "local_shell", '{"command":["ls"]}'),),
        ),
        (
            {"type": "local_shell_call_output", "id": "c", "output": "files"},
            "user",
            (ToolResult("c", "files"),),
        ),
        (
            {
                "type": "shell_call_output",
                "call_id": "c",
                "output": [{"stdout": "o", "stderr": ""}],
            },
            "user",
            (ToolResult("c", "o"),),
        ),
        (
            {"type": "tool_search_call", "call_id": "c", "arguments": {"query": "x"}},
            "assistant",
            (ToolCall("c", "tool_search", '{"query":"x"}'),),
        ),
        (
            {"type": "tool_search_output", "call_id": "c", "execution": "server", "tools": []},
            "assistant",
            (ToolResult("c", ""),),
        ),
        (
            {"type": "web_search_call", "id": "ws_1", "action": {"query": "x"}},
            "assistant",
            (ToolCall("ws_1", "web_search", '{"query":"x"}'),),
        ),
        (
            {"type": "code_interpreter_call", "id": "ci_1", "code": "1+1"},
            "assistant",
            (ToolCall("ci_1", "code_interpreter", "1+1"),),
        ),
        (
            {"type": "image_generation_call", "id": "ig_1", "result": "..."},
            "assistant",
            (ToolCall("ig_1", "image_generation", ""),),
        ),
        (
            {"type": "mcp_call", "id": "mcp_1", "name": "n", "arguments": "{}", "output": "o"},
            "assistant",
            (ToolCall("mcp_1", "n", "{}"), ToolResult("mcp_1", "o")),
        ),
        (
            {"type": "mcp_call", "id": "mcp_1", "name": "n", "arguments": "{}", "error": "e"},
            "assistant",
            (ToolCall("mcp_1", "n", "{}"), ToolResult("mcp_1", "e", is_error=True)),
        ),
        (
            {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "all"}]},
            "assistant",
            (Reasoning("all"),),
        ),
        (
            {"type": "compaction", "encrypted_content": "enc"},
            "assistant",
            (Reasoning("", "enc"),),
        ),
        ({"type": "item_reference", "id": "x"}, "assistant", (Opaque("item_reference"),)),
        ({"id": "x"}, "assistant", (Opaque("unknown"),)),
        (
            {"role": "user", "content": [{"type": "input_image"}, {"type": "input_file"}]},
            "user",
            (Opaque("image"), Opaque("file")),
        ),
        (
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
            "assistant",
            (Text("no"),),
        ),
    ],
)
def test_every_kind_of_item_is_read(item, role, parts):
    """Items become parts; what we do not know is passed over by its name."""
    assert build.parts(messages(item)) == [(role, parts)]


def test_a_response_is_read_whole():
    """All output is one turn; the response and its message have ids of their own."""
    found = build.response(
        "responses",
        status=200,
        body={
            "id": "resp_1",
            "object": "response",
            "status": "completed",
            "model": "gpt-x",
            "error": None,
            "output": [{"type": "reasoning", "id": "rs_1", "summary": []}, said("hi", id="msg_1")],
            "usage": {
                "input_tokens": 1,
                "output_tokens": 2,
                "input_tokens_details": {"cached_tokens": 3},
            },
        },
    )
    assert (found.id, found.model, found.stop_reason) == ("resp_1", "gpt-x", "completed")
    assert (found.message.id, found.message.parts) == ("msg_1", (Reasoning(""), Text("hi")))
    assert found.usage == Usage(1, 2, 3, None)
    assert found.error_type is None


def test_an_incomplete_response_says_why():
    """The reason stands one level deeper than the status."""
    body = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    assert build.response("responses", body=body).stop_reason == "max_output_tokens"
