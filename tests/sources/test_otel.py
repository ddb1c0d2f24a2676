"""OpenTelemetry spans of calls to models, in three generations of names."""

import json

import pytest

from stillwatch.exchange import Reasoning, Text, ToolCall, ToolResult
from stillwatch.sources import otel
from stillwatch.sources.model import LineError
from tests.sources.build import Read, exchange, input_file, line, words

REQUEST = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-opus-5-5",
    "gen_ai.request.max_tokens": 64,
    "gen_ai.request.temperature": 0.5,
    "gen_ai.conversation.id": "conv-1",
    "client.address": "203.0.113.7",
    "user_agent.original": "demo/1.0",
}
RESPONSE = {
    "gen_ai.response.id": "msg_1",
    "gen_ai.response.model": "claude-opus-5-5",
    "gen_ai.response.finish_reasons": ["tool_call"],
    "gen_ai.usage.input_tokens": 30,
    "gen_ai.usage.output_tokens": 7,
    "gen_ai.usage.cache_read.input_tokens": 20,
}
NEWEST = {
    **REQUEST,
    **RESPONSE,
    "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "You code."}]),
    "gen_ai.input.messages": json.dumps(
        [
            {"role": "user", "parts": [{"type": "text", "content": "Fix a.py"}]},
            {
                "role": "assistant",
                "parts": [
                    {"type": "reasoning", "content": "Hm."},
                    {"type": "tool_call", "id": "t1", "name": "Read", "arguments": {"p": "a.py"}},
                ],
            },
            {
                "role": "tool",
                "parts": [{"type": "tool_call_response", "id": "t1", "response": "print()"}],
            },
        ]
    ),
    "gen_ai.output.messages": json.dumps(
        [
            {
                "role": "assistant",
                "parts": [
                    {"type": "text", "content": "One more."},
                    {"type": "tool_call", "id": "t2", "name": "Read", "arguments": {"p": "b.py"}},
                ],
                "finish_reason": "tool_call",
            }
        ]
    ),
    "gen_ai.tool.definitions": json.dumps([{"type": "function", "name": "Read"}]),
}
RESOURCE = {"service.name": "shop"}


def value(plain):
    """A value as OTLP writes it."""
    match plain:
        case bool():
            return {"boolValue": plain}
        case int():
            return {"intValue": str(plain)}
        case float():
            return {"doubleValue": plain}
        case list():
            return {"arrayValue": {"values": [value(item) for item in plain]}}
        case dict():
            return {"kvlistValue": {"values": attributes(plain)}}
        case _:
            return {"stringValue": plain}


def attributes(plain):
    """Attributes as OTLP writes them."""
    return [{"key": key, "value": value(item)} for key, item in plain.items()]


def span(own, events=(), **changes):
    """A span with attributes and events."""
    return {
        "traceId": "0af7651916cd43dd8448eb211c80319c",
        "spanId": "b7ad6b7169203331",
        "name": "chat claude-opus-5-5",
        "startTimeUnixNano": "1782900000250000000",
        "endTimeUnixNano": "1782900001000000000",
        "attributes": attributes(own),
        "events": [{"name": name, "attributes": attributes(said)} for name, said in events],
        **changes,
    }


def export(*spans, resource=RESOURCE):
    """An export request of spans of one resource."""
    return {
        "resourceSpans": [
            {"resource": {"attributes": attributes(resource)}, "scopeSpans": [{"spans": spans}]}
        ]
    }


def decoded(own, events=(), **changes):
    """The one exchange of a span."""
    (envelope,) = otel.decode(line(export(span(own, events, **changes))))
    return exchange(envelope)


def test_newest_names_become_an_exchange():
    """Messages in parts, instructions, tools, usage and the answer."""
    found = decoded(NEWEST)
    assert (found.account, found.wire, found.id) == ("shop", "anthropic", "b7ad6b7169203331")
    assert (found.time_us, found.duration_us) == (1782900000250000, 750000)
    assert found.client.ip == "203.0.113.7"
    assert dict(found.request.headers) == {"user-agent": "demo/1.0", "x-session-id": "conv-1"}
    assert found.request.system == ("You code.",)
    assert [tool.name for tool in found.request.tools] == ["Read"]
    assert dict(found.request.params) == {"max_tokens": "64", "temperature": "0.5"}
    asked, called, result = found.request.messages
    assert words(asked) == ["Fix a.py"]
    assert called.parts == (Reasoning("Hm."), ToolCall("t1", "Read", '{"p":"a.py"}'))
    assert result.parts == (ToolResult("t1", "print()"),)
    assert found.response.message.parts == (
        Text("One more."),
        ToolCall("t2", "Read", '{"p":"b.py"}'),
    )
    assert (found.response.id, found.response.stop_reason) == ("msg_1", "tool_use")
    usage = found.response.usage
    assert (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens) == (30, 7, 20)


def test_messages_on_the_event_with_details_are_found():
    """Instrumentations may put content on an event rather than on the span."""
    details = {key: NEWEST[key] for key in NEWEST if key.endswith("messages")}
    event = ("gen_ai.client.inference.operation.details", details)
    found = decoded(REQUEST, [event])
    assert words(found.request.messages[0]) == ["Fix a.py"]
    assert found.response.message.parts[0] == Text("One more.")


def test_messages_as_structured_attributes_are_read():
    """Structured values say the same as JSON in a string."""
    opened = {key: json.loads(NEWEST[key]) for key in NEWEST if key.endswith("messages")}
    assert decoded({**NEWEST, **opened}).request.messages == decoded(NEWEST).request.messages


def test_a_span_event_for_every_message_becomes_the_same_conversation():
    """The middle generation: one event a message, the answer in gen_ai.choice."""
    call = {"id": "t1", "type": "function", "function": {"name": "Read", "arguments": "{}"}}
    events = [
        ("gen_ai.system.message", {"content": "You code."}),
        ("gen_ai.user.message", {"content": "Fix a.py"}),
        ("gen_ai.assistant.message", {"tool_calls": json.dumps([call])}),
        ("gen_ai.tool.message", {"id": "t1", "content": "print()"}),
        ("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": {"content": "Done."}}),
    ]
    own = {**REQUEST, "gen_ai.system": "openai", "gen_ai.request.model": "gpt-5.6"}
    del own["gen_ai.provider.name"]
    found = decoded(own, events)
    assert found.wire == "chat"
    turns = [message.parts for message in found.request.messages if message.role != "system"]
    assert turns == [
        (Text("Fix a.py"),),
        (ToolCall("t1", "Read", "{}"),),
        (ToolResult("t1", "print()"),),
    ]
    assert words(found.response.message) == ["Done."]
    assert found.response.stop_reason == "stop"


def test_events_with_their_body_as_json_are_read():
    """Some exporters put the whole body of an event into one attribute."""
    events = [
        ("gen_ai.user.message", {"gen_ai.event.content": json.dumps({"content": "Hi"})}),
        ("gen_ai.choice", {"gen_ai.event.content": json.dumps({"message": {"content": "Ho"}})}),
    ]
    found = decoded(REQUEST, events)
    assert words(found.request.messages[0]) == ["Hi"]
    assert words(found.response.message) == ["Ho"]


def test_flat_attributes_become_the_same_conversation():
    """The oldest generation: a number for every message, and old names for usage."""
    blocks = [{"type": "tool_result", "tool_use_id": "t1", "content": "print()"}]
    own = {
        "gen_ai.system": "Anthropic",
        "gen_ai.request.model": "claude-opus-4-8",
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": "You code.",
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": "Fix a.py",
        "gen_ai.prompt.2.role": "assistant",
        "gen_ai.prompt.2.content": "",
        "gen_ai.prompt.2.tool_calls.0.id": "t1",
        "gen_ai.prompt.2.tool_calls.0.name": "Read",
        "gen_ai.prompt.2.tool_calls.0.arguments": '{"p":"a.py"}',
        "gen_ai.prompt.10.role": "user",
        "gen_ai.prompt.10.content": json.dumps(blocks),
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "Done.",
        "gen_ai.completion.0.finish_reason": "stop",
        "llm.request.functions.0.name": "Read",
        "gen_ai.usage.prompt_tokens": 30,
        "gen_ai.usage.completion_tokens": 7,
    }
    found = decoded(own)
    assert found.request.system == ("You code.",)
    assert [message.parts for message in found.request.messages] == [
        (Text("Fix a.py"),),
        (ToolCall("t1", "Read", '{"p":"a.py"}'),),
        (ToolResult("t1", "print()"),),
    ]
    assert [tool.name for tool in found.request.tools] == ["Read"]
    assert words(found.response.message) == ["Done."]
    assert found.response.stop_reason == "end_turn"
    assert (found.response.usage.input_tokens, found.response.usage.output_tokens) == (30, 7)


def test_account_is_the_first_attribute_that_names_one():
    """What an operator sets for us comes before what happens to be there."""
    names = ["user.id", "enduser.id", "user.account.id", "stillwatch.account"]
    own = dict(NEWEST)
    for name in names:
        own[name] = f"by {name}"
        assert decoded(own).account == f"by {name}"


def test_failed_span_keeps_its_error():
    """The kind of error and its status stand in attributes, its message in the status."""
    own = {**NEWEST, "error.type": "429"}
    found = decoded(own, status={"code": 2, "message": "slow down"})
    assert (found.response.status, found.response.error_message) == (429, "slow down")
    assert found.response.message is None


def test_other_spans_are_passed_over():
    """Traces are full of spans that have nothing to do with models."""
    tool = {**NEWEST, "gen_ai.operation.name": "execute_tool"}
    assert not otel.decode(line(export(span({"http.request.method": "GET"}), span(tool))))


def test_span_without_messages_is_reported_and_the_others_are_kept():
    """A batch is not lost for one span that was recorded without content."""
    with pytest.raises(LineError) as caught:
        otel.decode(line(export(span(REQUEST), span(NEWEST), span(REQUEST))))
    assert "no messages were recorded" in caught.value.reason
    assert "1 more" in caught.value.reason
    assert len(caught.value.readable) == 1


def test_span_without_account_is_reported():
    """Nobody is invented."""
    with pytest.raises(LineError, match="none of the attributes"):
        otel.decode(line(export(span(NEWEST), resource={})))


def test_lines_and_documents_are_both_found_and_read(tmp_path):
    """One export a line, or one document over many lines."""
    one = export(span(NEWEST), span(REQUEST), span(NEWEST))
    as_lines = Read(input_file(tmp_path / "a.jsonl", line(one) * 2))
    assert (len(as_lines.envelopes), len(as_lines.rejects)) == (4, 2)
    as_document = Read(input_file(tmp_path / "b.json", json.dumps(one, indent=2).encode()))
    assert (len(as_document.envelopes), len(as_document.rejects)) == (2, 1)
    assert exchange(as_document.envelopes[0]) == exchange(as_lines.envelopes[0])
