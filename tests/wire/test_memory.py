"""What decoding remembers stays within its budget and never holds a line."""

import gc
import sys

import pytest

from stillwatch.wire import WireMemory
from tests.wire import build

BUDGET = 1 << 20


def held(memory):
    """Bytes of everything that a memory keeps alive, counted once."""
    seen, waiting, total = set(), [memory], 0
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        waiting += gc.get_referents(one)
    return total


def texts(count, size):
    return [{"role": "user", "content": f"{number} " + "x" * size} for number in range(count)]


@pytest.mark.parametrize("wire", build.WIRES)
@pytest.mark.parametrize(
    ("requests", "count", "size"), [(300, 3, 4000), (60, 40, 900), (8, 2, 10**6)]
)
def test_memory_is_bounded(wire, requests, count, size):
    """However many, long or large the conversations are, the budget holds, about."""
    memory = WireMemory(BUDGET)
    name = "input" if wire == "responses" else "messages"
    system = "instructions" if wire == "responses" else "system"
    for number in range(requests):
        history = texts(count, size + number)
        tools = [{"name": f"tool {number}", "function": {"name": f"tool {number}"}}]
        build.request(wire, {name: history, system: "s" * (size + number), "tools": tools}, memory)
    assert held(memory) < 1.25 * BUDGET


def test_wide_characters_count_for_what_they_take():
    """One emoji makes Python store every character of its text in four bytes."""
    memory = WireMemory(BUDGET)
    for number in range(400):
        text = f"{number} \U0001f600" + "x" * 5000
        build.request("chat", {"messages": [{"role": "user", "content": text}]}, memory)
    assert held(memory) < 1.25 * BUDGET


def test_no_line_is_kept_alive():
    """A raw value is a view of its whole line; memory holds copies alone."""
    memory = WireMemory()
    history = texts(20, 900)
    body = {"messages": history, "system": "x", "tools": [{"name": "t"}], "padding": "p" * 10**7}
    build.request("anthropic", body, memory)
    assert held(memory) < 10**6


def test_system_and_tools_come_back_as_they_were():
    """The second request with the same system and tools gets the same objects."""
    memory = WireMemory()
    body = {"messages": [], "system": "be good", "tools": [{"name": "t"}]}
    first, second = (build.request("anthropic", body, memory) for _ in range(2))
    assert first.system is second.system
    assert first.tools is second.tools
