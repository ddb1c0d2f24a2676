"""Changing texts in JSON while all other bytes stay."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.client.rewrite import NotRewritten, rewritten

PLAIN, SEALED = "Keep to the plan.", "Stick to the plan."


def swap(value):
    """A copy with the one sentence changed wherever it stands."""
    if isinstance(value, str):
        return value.replace(PLAIN, SEALED)
    if isinstance(value, list):
        return [swap(item) for item in value]
    if isinstance(value, dict):
        return {key: swap(item) for key, item in value.items()}
    return value


STYLES = {
    "compact": lambda body: json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    "ascii": lambda body: json.dumps(body, separators=(",", ":")),
    "spaced": json.dumps,
    "indented": lambda body: json.dumps(body, indent=2, ensure_ascii=False),
    "go": lambda body: (
        json.dumps(body, separators=(",", ":")).replace("<", "\\u003c").replace("&", "\\u0026")
    ),
    "php": lambda body: json.dumps(body).replace("/", "\\/"),
    "upper": lambda body: json.dumps(body).replace("\\u00e9", "\\u00E9"),
    "odd spaces": lambda body: " \n" + json.dumps(body, separators=("\t,\r\n ", " : ")) + "\n",
}
BODY = {
    "model": "m",
    "temperature": 1.0,
    "top_p": 1e-7,
    "big": 123456789012345678901234567890,
    "system": f'Café </b> & co. 🙂 "quoted" \\ back/slash\t{PLAIN} And é again.\n',
    "tools": [],
    "stop": None,
    "stream": True,
    "messages": [
        {"role": "user", "content": f"one {PLAIN}"},
        {"role": "assistant", "content": [{"type": "text", "text": "two é"}, {}]},
        {"role": "user", "content": [{"type": "text", "text": f"{PLAIN} é/é"}]},
    ],
}


@pytest.mark.parametrize("style", STYLES)
def test_only_the_changed_words_differ(style):
    """Whatever wrote the body: spaces, escapes and numbers stay."""
    raw = STYLES[style](BODY)
    assert PLAIN in raw
    assert rewritten(raw.encode(), swap).decode() == raw.replace(PLAIN, SEALED)


@pytest.mark.parametrize("style", STYLES)
def test_what_is_added_fits_in(style):
    """New keys at the end of objects, new items at the beginning of lists."""

    def add(body):
        lead = {"role": "system", "content": SEALED}
        return {**body, "messages": [lead, *body["messages"]], "instructions": SEALED}

    raw = STYLES[style](BODY)
    new = rewritten(raw.encode(), add)
    assert json.loads(new) == add(BODY)
    assert list(json.loads(new)) == [*BODY, "instructions"]


@pytest.mark.parametrize("raw", ["{}", "{ }", '{"messages": []}', '{"a": [ ]}'])
def test_empty_containers_take_new_members(raw):
    """The smallest bodies there are."""
    add = lambda body: {**body, "messages": [1], "x": {"y": 2}}  # noqa: E731
    assert json.loads(rewritten(raw.encode(), add)) == add(json.loads(raw))


def test_a_body_that_needs_no_change_is_the_same_object():
    """So that nothing is written anew."""
    raw = STYLES["indented"](BODY).encode()
    assert rewritten(raw, dict) is raw


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{",
        b'{"a": 1}x',
        b'"text"',
        b"\xff\xfe",
        b'{"a": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"system": "again", ' + json.dumps({"system": PLAIN}).encode()[1:],
    ],
)
def test_what_cannot_be_changed_is_refused(raw):
    """A body that is no object, broken, too deep, or ambiguous."""
    with pytest.raises(NotRewritten):
        rewritten(raw, swap)


def test_a_lone_surrogate_elsewhere_does_not_matter():
    """Some clients cut emoji in two."""
    raw = '{"a": "\\ud83d", "system": "\\uD83D ' + PLAIN + ' \\ud83d\\ude00"}'
    assert rewritten(raw.encode(), swap).decode() == raw.replace(PLAIN, SEALED)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.just(PLAIN)
    | st.text().map(lambda text: f"{text}{PLAIN}{text}"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
LAYOUTS = st.sampled_from([None, 0, 2]), st.booleans(), st.sampled_from([",", ", ", " , "])


@given(st.dictionaries(st.text(), VALUES, max_size=5), *LAYOUTS)
def test_any_object_in_any_layout(body, indent, ascii_only, comma):
    """The result decodes to the changed body, and is as long as it should be."""
    raw = json.dumps(body, indent=indent, ensure_ascii=ascii_only, separators=(comma, ": "))
    new = rewritten(raw.encode(errors="surrogatepass"), swap).decode(errors="surrogatepass")
    assert json.loads(new) == swap(body)
    assert len(new) - len(raw) == raw.count(PLAIN) * (len(SEALED) - len(PLAIN))


@given(st.binary(max_size=200))
def test_no_bytes_break_it(raw):
    """It is refused, or it is an object and stays."""
    with suppress(NotRewritten):
        assert rewritten(raw, swap) is not None
