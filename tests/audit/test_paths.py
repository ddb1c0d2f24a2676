"""A request as a table of places."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.audit.model import Aspect
from stillwatch.audit.paths import OF_BODY, parts
from stillwatch.audit.paths_style import escapes, spacing
from stillwatch.audit.recording import Request

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def sent(body, headers=()):
    return parts(Request(1.0, "POST", "/v1/x?a=1", tuple(headers), body))


def values(body):
    return {
        path: part.text for (path, aspect), part in sent(body).items() if aspect is Aspect.VALUE
    }


def test_numbers_keep_the_letters_they_are_written_with():
    """0.50 is not 0.5, and 1e3 is not 1000."""
    assert values('{"a":0.50,"b":1e3}')["body.a"] == "0.50"
    assert values('{"a":0.50,"b":1e3}')["body.b"] == "1e3"


def test_members_with_names_are_called_by_them():
    """So that they are found again in another order."""
    body = '{"tools":[{"name":"Read","n":1},{"name":"Bash","n":2}]}'
    assert values(body)["body.tools[name=Bash].n"] == "2"


def test_a_key_that_stands_twice_is_seen_twice():
    """A decoder would take only the last."""
    assert values('{"a":1,"a":2}')["body.a"] == "1"
    assert values('{"a":1,"a":2}')["body.a(1)"] == "2"


def test_a_body_that_is_no_json_is_a_text():
    """It is compared as it is."""
    assert values("hello=1")["body"] == "hello=1"


def test_the_length_of_the_body_tells_nothing_of_its_own():
    """It is put aside, unless it is wrong."""
    right = sent("{}", [("Content-Length", "2")])["headers.content-length", Aspect.VALUE]
    wrong = sent("{}", [("Content-Length", "3")])["headers.content-length", Aspect.VALUE]
    assert (right.text, wrong.text) == (OF_BODY, "3")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":1,"b":2}', '{"a": 1,"b": 2}'),
        ('{"a":1,"b":2}', '{"a":1, "b":2}'),
        ('{"a":1,"b":2}', '{"a":1,"b":2}\n'),
        ('{"a": 1,"b":2}', '{"a":1,"b": 2}'),
        ('{"a":1}', '{\n  "a": 1\n}'),
    ],
)
def test_white_space_of_json_is_told_apart(one, other):
    """Everywhere, or at one place only."""
    assert spacing(one) != spacing(other)


def test_white_space_within_strings_is_none_of_json():
    """It belongs to the text."""
    assert spacing('{"a":"x  y"}') == spacing('{"a":"xy"}')


def test_escapes_are_told_apart_by_their_spelling():
    """Slashes and the case of hexadecimal digits are choices."""
    assert len({escapes(text) for text in ('"/"', '"\\/"', '"\\u00e9"', '"\\u00E9"')}) == 4


@settings(max_examples=40)
@given(JSON)
def test_any_json_can_be_taken_apart(value):
    """Whatever a tool sends, every place has a text."""
    assert all(isinstance(part.text, str) for part in sent(json.dumps(value)).values())


@given(st.text())
def test_any_text_can_be_taken_apart(text):
    """Rubbish is a body too."""
    assert sent(text)
