"""Single fields of capture lines, on all three wires."""

import json

import pytest

from stillwatch.errors import InputError
from stillwatch_range.score.fields import SAMPLE, fields, sample
from tests.range.score.cases import line


def answered(response, **body):
    text = json.loads(line("a", 1, body={"model": "m", **body}))
    return fields(json.dumps(text | {"response": response}).encode())


def test_fields_of_a_messages_exchange():
    """Lengths, limits, address and headers, each under its name."""
    body = {
        "model": "m",
        "max_tokens": 64,
        "temperature": 0.5,
        "system": "be kind",
        "messages": [{}],
    }
    headers = [["Host", "x"], ["User-Agent", "cli/1"]]
    found = fields(line("a", 1, body=body, headers=headers).encode())
    assert found["max_tokens"] == 64
    assert found["system length"] == len('"be kind"')
    assert found["body length"] == len(json.dumps(body))
    assert (found["messages"], found["temperature"], found["model"]) == (1, 0.5, "m")
    assert found["header user-agent"] == "cli/1"
    assert (found["header order"], found["headers"]) == ("host user-agent", 2)
    assert (found["client asn"], found["client address"]) == ("64500", 0xC0000201)


def test_fields_of_a_chat_exchange():
    """The first message is the system prompt; usage has other names."""
    first = {"role": "system", "content": "be kind"}
    found = answered(
        {"body": {"usage": {"prompt_tokens": 5, "completion_tokens": 7}}},
        messages=[first, {"role": "user"}],
        max_completion_tokens=9,
    )
    assert found["system length"] == len(json.dumps(first))
    assert (found["input tokens"], found["output tokens"], found["max_tokens"]) == (5, 7, 9)


def test_fields_of_a_streamed_messages_exchange():
    """Input tokens come first, output tokens last."""
    start = {"type": "message_start", "message": {"usage": {"input_tokens": 5, "output_tokens": 1}}}
    end = {"type": "message_delta", "usage": {"output_tokens": 70}}
    found = answered({"events": [start, {"type": "ping"}, end]}, messages=[])
    assert (found["input tokens"], found["output tokens"]) == (5, 70)


def test_fields_of_a_responses_exchange():
    """The input may be a text; the answer stands inside its last event."""
    end = {
        "type": "response.completed",
        "response": {"usage": {"input_tokens": 3, "output_tokens": 4}},
    }
    found = answered({"events": [end]}, input="hi", instructions="short", max_output_tokens=8)
    assert (found["system length"], found["max_tokens"]) == (5, 8)
    assert (found["input tokens"], "messages" in found) == (3, False)


def test_a_body_of_another_shape_still_has_a_length():
    """A field of an unexpected type costs the body's other fields, not the line."""
    found = fields(line("a", 1, body={"messages": 4}).encode())
    assert found["body length"] == len('{"messages": 4}')
    assert "model" not in found


def test_headers_may_be_an_object():
    """Both shapes of the capture format are read."""
    assert fields(line("a", 1, headers={"Accept": "x"}).encode())["header accept"] == "x"


def test_a_busy_account_is_sampled_over_all_its_traffic():
    """Memory is bounded, and late exchanges have the same chance."""
    many = (line("a", hour / 60, path=f"/{hour}").encode() for hour in range(SAMPLE * 5))
    kept = sample(many, 1)["a"]
    places = [int(one["path"][1:]) for one in kept]
    assert len(kept) == SAMPLE
    assert 1.5 * SAMPLE < sum(places) / SAMPLE < 3.5 * SAMPLE


@pytest.mark.parametrize("broken", [b'{"time": 1}\n', b'{"account": "a"}\n', b'{"account": "a"\n'])
def test_a_broken_line_is_named(broken):
    """By its number."""
    with pytest.raises(InputError, match="Line 2"):
        sample([line("a", 1).encode(), broken], 1)
