"""Chat requests become messages requests with the same work in them; gaps in histories are filled."""

import msgspec

from stillwatch_range.model import Ask, Called, Plan, Toolset, Truth
from stillwatch_range.relays.items import LOST, filled
from stillwatch_range.relays.memory import Memory
from stillwatch_range.relays.translate import to_messages
from tests.range.relays.stage import blocks, items, session, through

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
CALL = {"id": "call_7", "type": "function", "function": {"name": "look", "arguments": '{"at":"a"}'}}
OTHER = {**CALL, "id": "call_8"}


def chat(*rows, **fields):
    body = {
        "model": "claude-opus-5-5",
        "messages": [msgspec.Raw(msgspec.json.encode(r)) for r in rows],
    }
    tools = Toolset(("look",), msgspec.Raw(msgspec.json.encode([TOOL])))
    body |= {"tools": tools, **fields}
    truth = Truth("p", 0)
    return Ask(0, "chat", "/v1/chat/completions", [], body, Plan(), "100.64.0.1", 64512, truth)


def test_a_chat_history_keeps_its_ids_inputs_and_results():
    """System text moves to its field, calls and results keep ids, results share one user turn."""
    ask = chat(
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "look"},
        {"role": "assistant", "content": None, "tool_calls": [CALL, OTHER]},
        {"role": "tool", "tool_call_id": "call_7", "content": "one"},
        {"role": "tool", "tool_call_id": "call_8", "content": "two"},
        max_tokens=9,
        stop="END",
        tool_choice="required",
    )
    made = to_messages(ask, Memory(), 4096)
    assert made.wire == "messages"
    assert made.body["system"] == "Be kind."
    assert [item["role"] for item in items(made)] == ["user", "assistant", "user"]
    assert [(b["id"], b["input"]) for b in blocks(made, "tool_use")] == [
        ("call_7", {"at": "a"}),
        ("call_8", {"at": "a"}),
    ]
    assert [(b["tool_use_id"], b["content"]) for b in blocks(made, "tool_result")] == [
        ("call_7", "one"),
        ("call_8", "two"),
    ]
    assert made.body["max_tokens"] == 9
    assert made.body["stop_sequences"] == ["END"]
    assert made.body["tool_choice"] == {"type": "any"}
    tools = msgspec.json.decode(made.tools.raw)
    assert [(tool["name"], tool["input_schema"]) for tool in tools] == [
        ("look", {"type": "object"})
    ]


def test_a_limit_is_set_where_the_caller_set_none():
    """The messages wire needs max_tokens."""
    assert (
        to_messages(chat({"role": "user", "content": "x"}), Memory(), 4096).body["max_tokens"]
        == 4096
    )


def test_ids_go_round_through_a_converting_relay():
    """What the provider minted comes back from the chat client as it was."""
    repo = session("opencode", version="1.18.33").repository
    seen, went = through("cpa", [session("qwen-code", version="0.24.4", repository=repo)])
    made = {b.id for _, _, r in seen.rows for b in r.content if isinstance(b, Called)}
    assert made
    assert {b["id"] for b in blocks(seen.asks[-1], "tool_use")} <= made
    assert {b["tool_use_id"] for b in blocks(seen.asks[-1], "tool_result")} <= made
    assert blocks(seen.asks[-1], "tool_result")
    assert went[-1][0].wire == "chat"


def test_missing_results_are_filled_with_one_sentence():
    """A call without a result gets one; complete turns stay the objects that they were."""
    calls = [{"type": "tool_use", "id": name, "name": "t", "input": {}} for name in ("a", "b")]
    rows = [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": calls},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "x"}]},
    ]
    raws = [msgspec.Raw(msgspec.json.encode(row)) for row in rows]
    made = filled(raws, Memory())
    results = msgspec.json.decode(made[2])["content"]
    assert {(row["tool_use_id"], row["content"]) for row in results} == {("a", "x"), ("b", LOST)}
    assert made[0] is raws[0]
    assert made[1] is raws[1]
