"""Streams kept as text, and events kept in the ways that logs keep them."""

import json

import pytest

from stillwatch.exchange import Text
from stillwatch.wire import WireError
from tests.wire import build

EVENTS = [
    {"id": "x", "choices": [{"index": 0, "delta": {"content": "h"}}]},
    {"id": "x", "choices": [{"index": 0, "delta": {"content": "é"}, "finish_reason": "stop"}]},
]
WHOLE = "".join(f"data: {json.dumps(event)}\n\n" for event in EVENTS)


def answered(body):
    return build.response("chat", status=200, body=body)


def said(text):
    message = answered(text).message
    return message and "".join(part.text for part in message.parts if isinstance(part, Text))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_every_way(end):
    """The standard allows three line ends."""
    assert said(WHOLE.replace("\n", end)) == "hé"


@pytest.mark.parametrize(
    "text",
    [
        WHOLE + "data: [DONE]\n\n",
        ": a comment\n\n" + WHOLE,
        "\ufeff" + WHOLE,
        "\n\n" + WHOLE,
        WHOLE.replace("data: ", "event: x\nid: 3\nretry: 5\nunknown\ndata:"),
        WHOLE.replace('"choices"', '\ndata: "choices"'),
        WHOLE.rstrip("\n"),
        WHOLE + 'data: {"id": "x", "choi',
        WHOLE + "data",
    ],
)
def test_what_the_standard_allows_is_read(text):
    """Comments, other fields, data on several lines, and an end that was cut off."""
    assert said(text) == "hé"


def test_a_broken_event_in_the_middle_is_refused():
    """Only the end of a stream can be cut off."""
    with pytest.raises(WireError, match=r"response\.events is not JSON"):
        answered("data: {\n\n" + WHOLE)


def test_a_body_kept_as_json_text_is_read():
    """Text that is no stream may be the body itself."""
    body = {"choices": [{"message": {"role": "assistant", "content": "hi"}}]}
    assert said(json.dumps(body)) == "hi"


@pytest.mark.parametrize(
    "wrap",
    [
        lambda event: {"event": "message", "data": event},
        lambda event: {"event": "message", "data": json.dumps(event)},
        json.dumps,
        lambda event: f"data: {json.dumps(event)}\n\n",
    ],
)
@pytest.mark.parametrize("end", [[], ["[DONE]"]])
def test_events_may_be_wrapped(wrap, end):
    """Logs keep events as objects with their names, as text, or as lines of the stream."""
    found = build.response("chat", events=[*map(wrap, EVENTS), *end])
    assert (found.message.parts, found.stop_reason) == ((Text("hé"),), "stop")
    plain = build.response("chat", events=[*EVENTS, *end])
    assert plain.message.parts == found.message.parts
