"""A conversation decoded with memory is the conversation decoded without it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from stillwatch.wire import WireError, WireMemory
from tests.wire import build

LONG = "word " * 400


def turns(wire, count, text=LONG):
    """A conversation of an agent: it says something and calls a tool, which answers."""
    for turn in range(count):
        name = f"call_{turn}"
        match wire:
            case "anthropic":
                call = {"type": "tool_use", "id": name, "name": "f", "input": {"turn": turn}}
                yield {"role": "assistant", "content": [{"type": "text", "text": text}, call]}
                result = {"type": "tool_result", "tool_use_id": name, "content": text}
                yield {"role": "user", "content": [result]}
            case "chat":
                call = {"id": name, "function": {"name": "f", "arguments": f'{{"turn":{turn}}}'}}
                yield {"role": "assistant", "content": text, "tool_calls": [call]}
                yield {"role": "tool", "tool_call_id": name, "content": text}
            case "responses":
                yield {"type": "reasoning", "id": f"rs_{turn}", "summary": []}
                yield {"role": "assistant", "content": text}
                yield {"type": "function_call", "call_id": name, "name": "f", "arguments": "{}"}
                yield {"type": "function_call_output", "call_id": name, "output": text}


def field(wire):
    return "input" if wire == "responses" else "messages"


def decoded(wire, elements, memory, separators=(",", ":")):
    body = Raw(json.dumps({field(wire): elements}, separators=separators).encode())
    return build.request(wire, body, memory).messages


def growing(wire, count=14):
    history = [{"role": "user", "content": f"begin {LONG}"}, *turns(wire, count)]
    return [history[:end] for end in range(1, len(history) + 1)]


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (",\n", ":")])
@pytest.mark.parametrize("wire", build.WIRES)
def test_memory_changes_nothing(wire, separators):
    """Every request of a growing conversation decodes to the same with and without memory."""
    memory = WireMemory()
    for history in growing(wire):
        fresh = decoded(wire, history, WireMemory(), separators)
        assert decoded(wire, history, memory, separators) == fresh


@pytest.mark.parametrize("wire", build.WIRES)
def test_what_was_seen_is_not_decoded_again(wire):
    """The beginning of a conversation comes back as the same objects."""
    memory = WireMemory()
    first, second = (decoded(wire, history, memory) for history in growing(wire)[-5::4])
    shared = len(first) - 5
    assert shared > 5
    assert all(one is two for one, two in zip(first[:shared], second, strict=False))


@pytest.mark.parametrize("wire", build.WIRES)
def test_many_conversations_are_kept_apart(wire):
    """Conversations that begin alike and go on differently do not mix."""
    memory = WireMemory()
    common = growing(wire)[-1]
    for name in ("a", "b", "a", "b"):
        for extra in (2, 4):
            history = [*common, *turns(wire, extra, name + LONG)]
            assert decoded(wire, history, memory) == decoded(wire, history, WireMemory())


@settings(max_examples=40)
@given(
    data=st.data(),
    wire=st.sampled_from(build.WIRES),
)
def test_edits_anywhere_are_seen(data, wire):
    """A client that rewrites, drops or doubles an old element gets a different history."""
    memory = WireMemory()
    history = growing(wire)[-1]
    decoded(wire, history, memory)
    place = data.draw(st.integers(0, len(history) - 1))
    other = {"role": "user", "content": data.draw(st.sampled_from(["x", "y", LONG]))}
    change = data.draw(st.sampled_from([[], [other], [history[place], history[place]]]))
    edited = [*history[:place], *change, *history[place + 1 :]]
    assert decoded(wire, edited, memory) == decoded(wire, edited, WireMemory())


def test_a_turn_is_never_cut_where_it_was_remembered():
    """An item that joins the last remembered turn joins it with memory too."""
    memory = WireMemory()
    history = growing("responses", 30)[-1]
    decoded("responses", history, memory)
    for end in range(60, len(history)):
        joining = [*history[:end], {"role": "assistant", "content": "more"}]
        fresh = decoded("responses", joining, WireMemory())
        assert decoded("responses", joining, memory) == fresh


@pytest.mark.parametrize("wire", build.WIRES)
def test_a_fault_behind_a_known_beginning_has_its_true_place(wire):
    """The index in the reason counts from the beginning of the conversation."""
    memory = WireMemory()
    history = growing(wire)[-1]
    decoded(wire, history, memory)
    with pytest.raises(WireError, match=rf"^{field(wire)}\[{len(history)}\] is not an object$"):
        decoded(wire, [*history, 3], memory)


def test_a_list_that_breaks_off_behind_a_known_beginning_is_refused():
    """What is known of a list does not make up for the rest."""
    memory = WireMemory()
    history = growing("chat")[-1]
    decoded("chat", history, memory)
    text = json.dumps({"messages": history}, separators=(",", ":"))
    for end in range(9000, len(text) - 1, 997):
        body = Raw(text[:end].encode())
        with pytest.raises(WireError, match="not JSON"):
            build.read_raw("chat", body, memory)
