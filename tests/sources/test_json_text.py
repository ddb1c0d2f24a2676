"""JSON from logs: forgiving where JSON is, silent about what it says."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.sources.json_text import decode_any, decode_object, encoded, one_line
from stillwatch.sources.model import LineError

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(values)
def test_one_line_changes_spaces_only(value):
    """Any JSON, however it is laid out, means the same on one line."""
    line = bytes(one_line(json.dumps(value, indent=2)))
    assert b"\n" not in line
    assert json.loads(line) == value


@given(st.text(st.characters(exclude_categories=())))
def test_halves_of_surrogate_pairs_are_replaced(text):
    """What the parser refuses becomes the replacement character; all else stays."""
    expected = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in _joined(text))
    assert decode_any(json.dumps(text)) == expected


def _joined(text):
    """The text as JSON reads it: two halves that meet are one character."""
    return json.loads(json.dumps(text))


def test_escaped_backslash_before_the_letters_of_a_half_is_no_half():
    """A backslash in text is not the start of an escape."""
    text = json.dumps(["\\ud83d", "\ud83d"])
    assert decode_any(text) == ["\\ud83d", "\ufffd"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"secret", "not JSON"),
        (b'{"a": "\\ud83d', "not JSON"),
        (b"[" * 99999, "nested too deeply"),
        (b'"secret \xff"', "not UTF-8"),
        ("secret \ud800", "not"),
    ],
)
def test_reasons_do_not_quote(text, reason):
    """A reject may be shown to anybody."""
    with pytest.raises(LineError) as caught:
        decode_any(text)
    assert reason in caught.value.reason
    assert "secret" not in caught.value.reason


def test_what_is_no_object_counts_as_an_empty_one():
    """Logs hold null, lists and text where an object belongs."""
    assert [decode_object(text) for text in (b"null", b"[1]", b'"x"', b'{"a":1}')] == [
        {},
        {},
        {},
        {"a": 1},
    ]


def test_what_cannot_be_written_is_refused():
    """Text that is no Unicode has no place in a line."""
    with pytest.raises(LineError):
        encoded({"a": "\ud83d"})
    assert encoded({"a": msgspec.Raw(b"[1]")}) == b'{"a":[1]}'
