"""The way a body was written shows the library that wrote it."""

import json

import pytest

from stillwatch.exchange import BodyStyle
from tests.wire import build

BODY = {"model": "m", "messages": [{"role": "user", "content": "née \\u00e9"}], "b": 1, "a": 2}


def style(raw):
    line = json.loads(build.line("/v1/messages", {"messages": []}))
    line["request"]["raw"] = raw
    return build.read(json.dumps(line).encode()).request.style


@pytest.mark.parametrize(
    ("raw", "spaced", "escaped"),
    [
        (json.dumps(BODY), True, True),
        (json.dumps(BODY, ensure_ascii=False), True, False),
        (json.dumps(BODY, separators=(",", ":")), False, True),
        (json.dumps(BODY, separators=(",", ":"), ensure_ascii=False), False, False),
    ],
)
def test_spaces_and_escapes_are_seen(raw, spaced, escaped):
    """Each is a habit of its own."""
    assert style(raw) == BodyStyle(spaced, escaped, "model,messages,b,a")


@pytest.mark.parametrize(
    "text", ["plain", "\n\t\u001b", "\\u00e9", "a\\\\u00e9", "\u001b\\" * 9000]
)
def test_text_without_other_characters_escapes_nothing(text):
    """Escapes of control characters, and backslashes that are text, say nothing."""
    assert not style(json.dumps({"a": text})).ascii_escapes


def test_keys_stand_in_their_order_and_are_few():
    """The order of a long body's first keys is enough."""
    assert style(json.dumps(dict.fromkeys("gfedcba", 0))).first_keys == "g,f,e,d,c,b"


@pytest.mark.parametrize("raw", [None, "", "[]", "{", "hello"])
def test_what_is_no_object_has_no_style(raw):
    """The text is evidence only; a broken one spoils nothing."""
    assert style(raw) is None


def test_an_empty_object_has_no_habits():
    """Nothing was written, so nothing shows."""
    assert style("{}") == BodyStyle(spaced=False, ascii_escapes=False, first_keys="")
