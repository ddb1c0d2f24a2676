"""What peers read from captures."""

import json

import msgspec
import pytest

from stillwatch.errors import InputError
from stillwatch_range.peers.traffic import LONGEST, gather, prompt_of
from tests.range.score.cases import line


def user(content):
    return {
        "messages": [{"role": "assistant", "content": "x"}, {"role": "user", "content": content}]
    }


@pytest.mark.parametrize(
    ("body", "prompt"),
    [
        (user("hello"), "hello"),
        (user([{"type": "text", "text": "rules"}, {"type": "text", "text": "hello"}]), "hello"),
        (user([{"type": "tool_result", "content": [{"type": "text", "text": "out"}]}]), ""),
        ({"messages": [{"role": "tool", "content": "out"}]}, ""),
        ({"input": "hello"}, "hello"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_text", "text": "hello"}]}]},
            "hello",
        ),
        ({"input": [{"type": "function_call_output", "output": "out"}]}, ""),
        ({"messages": []}, ""),
        ({"messages": "odd"}, ""),
        ({"messages": [{"role": "user", "content": None}]}, ""),
        (user("x" * 5_000), "x" * LONGEST),
    ],
    ids=str.split("text parts tool chat-tool input items output none odd null long"),
)
def test_the_prompt_is_what_was_typed_last(body, prompt):
    """On all three wires; an agent's step with tool results types nothing."""
    assert prompt_of(msgspec.Raw(json.dumps(body).encode())) == prompt


def test_streams_are_in_order_of_time():
    """Captures may come in any order."""
    streams = gather(line(name, hour).encode() for name, hour in (("b", 3), ("a", 2), ("b", 1)))
    assert list(streams) == ["a", "b"]
    first, second = streams["b"].times_s
    assert second - first == 7_200
    assert streams["b"].addresses == ["192.0.2.1"] * 2
    assert streams["b"].typed == ["hello"] * 2


def test_a_broken_line_is_named():
    """By its number."""
    with pytest.raises(InputError, match="Line 2"):
        gather([line("a", 1).encode(), b"{}"])
