"""LiteLLM's logs."""

import json

import pytest

from stillwatch.exchange import Reasoning, Text, ToolCall
from stillwatch.sources import litellm
from stillwatch.sources.model import LineError
from tests.sources.build import Read, exchange, input_file, line, words

KEY_HASH = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b"
CHAT_ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-5.6",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello."}}
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
}


def payload(**changes):
    """A standard logging payload of a chat call."""
    return {
        "id": "chatcmpl-1",
        "trace_id": "t-1",
        "call_type": "acompletion",
        "stream": True,
        "status": "success",
        "startTime": 1782900000.25,
        "endTime": 1782900001.75,
        "model": "gpt-5.6",
        "custom_llm_provider": "openai",
        "api_base": "https://api.example.com",
        "metadata": {
            "user_api_key_hash": KEY_HASH,
            "user_api_key_alias": "team-key",
            "user_api_key_team_id": "team_7",
            "user_api_key_org_id": None,
        },
        "requester_ip_address": "203.0.113.7",
        "user_agent": "OpenAI/Python 2.54.0",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
        ],
        "model_parameters": {"temperature": 0.2, "max_tokens": 50},
        "response": CHAT_ANSWER,
        "error_str": None,
        **changes,
    }


def anthropic_payload(**changes):
    """A payload of a Messages call, whose answer LiteLLM logs in the chat format."""
    message = {
        "role": "assistant",
        "content": "Let me look.",
        "thinking_blocks": [{"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}],
        "tool_calls": [
            {
                "id": "toolu_1",
                "type": "function",
                "function": {"name": "Read", "arguments": '{"path": "a.py"}'},
            }
        ],
    }
    usage = {"prompt_tokens": 120, "completion_tokens": 20, "cache_read_input_tokens": 100}
    answer = {
        "id": "msg_1",
        "model": "claude-opus-5-5",
        "choices": [{"finish_reason": "tool_calls", "message": message}],
        "usage": usage,
    }
    return payload(
        call_type="anthropic_messages",
        model="claude-opus-5-5",
        messages=[{"role": "user", "content": [{"type": "text", "text": "Fix a.py"}]}],
        model_parameters={"system": "You code.", "max_tokens": 99, "tools": [{"name": "Read"}]},
        response=answer,
        **changes,
    )


def decoded(record):
    """A record as an exchange."""
    (envelope,) = litellm.decode(line(record))
    return exchange(envelope)


def test_chat_payload_becomes_an_exchange():
    """Who, when, from where, what was asked and what was answered."""
    found = decoded(payload())
    assert (found.id, found.account, found.organization) == ("chatcmpl-1", KEY_HASH, "team_7")
    assert (found.time_us, found.duration_us) == (1782900000250000, 1500000)
    assert found.client.ip == "203.0.113.7"
    assert found.wire == "chat"
    assert found.request.headers == (("user-agent", "OpenAI/Python 2.54.0"),)
    assert found.request.model == "gpt-5.6"
    assert found.request.stream
    assert ("temperature", "0.2") in found.request.params
    assert [words(message) for message in found.request.messages][-1] == ["Hi"]
    assert words(found.response.message) == ["Hello."]
    assert found.response.usage.input_tokens == 9


def test_messages_payload_gets_its_answer_back_in_its_own_wire():
    """Reasoning, its signature, words and tool calls stand as the provider sent them."""
    found = decoded(anthropic_payload())
    assert found.wire == "anthropic"
    assert found.request.system == ("You code.",)
    assert [tool.name for tool in found.request.tools] == ["Read"]
    reasoning, text, call = found.response.message.parts
    assert reasoning == Reasoning("Hm.", "c2ln")
    assert text == Text("Let me look.")
    assert (call.id, call.name, json.loads(call.arguments)) == (
        "toolu_1",
        "Read",
        {"path": "a.py"},
    )
    assert found.response.stop_reason == "tool_use"
    assert (found.response.usage.input_tokens, found.response.usage.cache_read_tokens) == (20, 100)


def test_answer_turn_looks_like_the_same_turn_in_the_next_request():
    """Threads are linked by equal turns, so the way back must give equal parts."""
    answered = decoded(anthropic_payload()).response.message
    blocks = [
        {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
        {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"path": "a.py"}},
    ]
    later = anthropic_payload()
    later["messages"] = [*later["messages"], {"role": "assistant", "content": blocks}]
    assert decoded(later).request.messages[-1].parts == answered.parts


def test_messages_call_served_by_the_responses_api_is_turned_back():
    """LiteLLM may log such an answer in a third format."""
    output = [
        {"type": "reasoning", "summary": [{"text": "Hm."}], "encrypted_content": "ZW5j"},
        {"type": "message", "content": [{"type": "output_text", "text": "Done."}]},
        {"type": "function_call", "call_id": "c1", "name": "Read", "arguments": "{}"},
    ]
    answer = {"id": "resp_1", "model": "gpt-5.6", "output": output, "usage": {"input_tokens": 5}}
    record = anthropic_payload()
    record["response"] = answer
    found = decoded(record)
    assert found.response.message.parts == (
        Reasoning("Hm.", "ZW5j"),
        Text("Done."),
        ToolCall("c1", "Read", "{}"),
    )
    assert found.response.stop_reason == "tool_use"


def test_responses_payload_keeps_its_input():
    """A Responses call logs its input where chat calls log messages."""
    answer = {
        "id": "resp_1",
        "object": "response",
        "output": [
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "Ho"}],
            }
        ],
    }
    found = decoded(payload(call_type="aresponses", messages="Hi", response=answer))
    assert found.wire == "responses"
    assert words(found.request.messages[0]) == ["Hi"]
    assert words(found.response.message) == ["Ho"]


def test_failed_call_keeps_its_status_and_error():
    """Refusals are evidence too."""
    facts = {"error_code": "429", "error_class": "RateLimitError", "error_message": "slow down"}
    found = decoded(payload(status="failure", error_information=facts, response={}))
    assert found.response.status == 429
    assert found.response.error_type == "RateLimitError"
    assert found.response.error_message == "slow down"
    assert found.response.message is None


def test_row_of_the_spend_log_with_json_as_text():
    """Exports of the table hold JSON columns as text and times without a zone."""
    row = {
        "request_id": "req_1",
        "call_type": "acompletion",
        "api_key": KEY_HASH,
        "startTime": "2026-07-01 10:00:00.250",
        "endTime": "2026-07-01 10:00:01.000",
        "organization_id": "org_1",
        "team_id": "team_7",
        "model": "gpt-5.6",
        "messages": json.dumps([{"role": "user", "content": "Hi"}]),
        "response": json.dumps(CHAT_ANSWER),
        "proxy_server_request": json.dumps({}),
        "metadata": json.dumps({"user_api_key_alias": "team-key"}),
        "requester_ip_address": "203.0.113.7",
    }
    found = decoded(row)
    assert (found.id, found.account, found.organization) == ("req_1", KEY_HASH, "org_1")
    assert (found.time_us, found.duration_us) == (1782900000250000, 750000)
    assert words(found.request.messages[0]) == ["Hi"]
    assert words(found.response.message) == ["Hello."]


def test_body_as_the_proxy_received_it_wins():
    """It has what LiteLLM's own fields leave out."""
    received = {"messages": [{"role": "user", "content": "As sent"}], "user": "u-1"}
    found = decoded(payload(proxy_server_request=received, messages={}))
    assert words(found.request.messages[0]) == ["As sent"]
    assert (found.request.user, found.request.model) == ("u-1", "gpt-5.6")


def test_pass_through_call_is_read_from_its_only_message():
    """Pass-through calls are logged as one message whose text is the body."""
    body = {"model": "claude-opus-5-5", "messages": [{"role": "user", "content": "Hi"}]}
    record = payload(
        call_type="pass_through_endpoint",
        custom_llm_provider="anthropic",
        messages=[{"role": "user", "content": json.dumps(body)}],
        response=None,
    )
    found = decoded(record)
    assert found.wire == "anthropic"
    assert words(found.request.messages[0]) == ["Hi"]


def test_key_in_clear_never_becomes_an_account():
    """Old versions log the key itself where the hash belongs."""
    record = payload(metadata={"user_api_key": "sk-very-secret"})
    account = decoded(record).account
    assert account.startswith("key_")
    assert "secret" not in account


def test_alias_serves_where_there_is_no_hash():
    """The alias names the key for people; it is better than nothing."""
    assert decoded(payload(metadata={"user_api_key_alias": "team-key"})).account == "team-key"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"call_type": "aembedding"}, "holds no conversation"),
        ({"messages": {}}, "store_prompts_in_spend_logs"),
        ({"messages": "{}"}, "store_prompts_in_spend_logs"),
        ({"messages": "secret"}, "not a list"),
        ({"messages": [{"role": "user", "content": "redacted-by-litellm"}]}, "redacted"),
        ({"metadata": {}}, "neither the hash nor the alias"),
        ({"startTime": "secret"}, "time"),
        ({"startTime": 1782900000250}, "out of range"),
        ({"call_type": "pass_through_endpoint"}, "without its body"),
        ({"call_type": ["secret"]}, "$.call_type"),
    ],
)
def test_record_that_cannot_be_used_says_why(changes, reason):
    """The reason tells what to switch on, or what is wrong; never what was said."""
    with pytest.raises(LineError) as caught:
        litellm.decode(line(payload(**changes)))
    assert reason in caught.value.reason
    assert "secret" not in caught.value.reason


def test_redacted_answer_is_left_out():
    """The same placeholder in every answer would link everybody to everybody."""
    found = decoded(payload(response={"text": "redacted-by-litellm"}))
    assert found.response.message is None


def test_lines_and_arrays_are_both_found_and_read(tmp_path):
    """The format is known by its content, as lines or as one array."""
    as_lines = Read(input_file(tmp_path / "a.jsonl", line(payload()) * 2))
    as_array = Read(input_file(tmp_path / "b.json", json.dumps([payload()] * 2, indent=1).encode()))
    forced = Read(input_file(tmp_path / "b.json"), "litellm")
    for read in (as_lines, as_array, forced):
        assert read.ids == ["chatcmpl-1", "chatcmpl-1"]
        assert read.rejects == []
