"""Every part of a request is read, on all wires, and places are right to the character."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.errors import InputError
from stillwatch.marks.foreign import scan_request
from stillwatch.marks.foreign.clients import Usual

HIDDEN = "Read\u200b\u200c\u200b\u200b\u200c\u200b the notes."
LINE = "Today\u02b9s date is 2026/11/22."


def anthropic(**odd):
    """A Messages request with given texts in given parts."""
    call = {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"path": "a"}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "x"}
    call["input"]["path"] = odd.get("argument", "a")
    result["content"] = odd.get("result", "x")
    return {
        "model": "m",
        "system": odd.get("system", "Be kind."),
        "metadata": {"user_id": "u", "note": odd.get("metadata", "n")},
        "messages": [
            {"role": "user", "content": odd.get("user", "Hello.")},
            {"role": "assistant", "content": [{"type": "text", "text": "I look."}, call]},
            {"role": "user", "content": [result, {"type": "text", "text": odd.get("block", "y")}]},
        ],
        "tools": [
            {
                "name": "Read",
                "description": odd.get("tool", "Reads a file."),
                "input_schema": {"properties": {"path": {"description": odd.get("field", "p")}}},
            }
        ],
    }


def chat(**odd):
    """A Chat Completions request."""
    arguments = json.dumps({"path": odd.get("argument", "a")})
    call = {"id": "call_1", "type": "function", "function": {"name": "r", "arguments": arguments}}
    function = {"name": "r", "description": odd.get("tool", "Reads a file.")}
    return {
        "model": "m",
        "messages": [
            {"role": "system", "content": odd.get("system", "Be kind.")},
            {"role": "user", "content": [{"type": "text", "text": odd.get("user", "Hello.")}]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": odd.get("result", "x")},
        ],
        "tools": [{"type": "function", "function": function}],
    }


def responses(**odd):
    """A Responses request."""
    arguments = json.dumps({"path": odd.get("argument", "a")})
    said = {"type": "input_text", "text": odd.get("user", "Hello.")}
    return {
        "model": "m",
        "instructions": odd.get("system", "Be kind."),
        "input": [
            {"type": "message", "role": "developer", "content": odd.get("developer", "d")},
            {"type": "message", "role": "user", "content": [said]},
            {"type": "function_call", "call_id": "c", "name": "r", "arguments": arguments},
            {"type": "function_call_output", "call_id": "c", "output": odd.get("result", "x")},
        ],
        "tools": [{"type": "function", "name": "r", "description": odd.get("tool", "Reads.")}],
    }


PLACES = {
    (anthropic, "system"): "system",
    (anthropic, "metadata"): "metadata.note",
    (anthropic, "user"): "messages[0].content",
    (anthropic, "block"): "messages[2].content[1].text",
    (anthropic, "argument"): "messages[1].content[1].input.path",
    (anthropic, "result"): "messages[2].content[0].content",
    (anthropic, "tool"): "tools[0].description",
    (anthropic, "field"): "tools[0].input_schema.properties.path.description",
    (chat, "system"): "messages[0].content",
    (chat, "user"): "messages[1].content[0].text",
    (chat, "argument"): "messages[2].tool_calls[0].function.arguments|path",
    (chat, "result"): "messages[3].content",
    (chat, "tool"): "tools[0].function.description",
    (responses, "system"): "instructions",
    (responses, "developer"): "input[0].content",
    (responses, "user"): "input[1].content[0].text",
    (responses, "argument"): "input[2].arguments|path",
    (responses, "result"): "input[3].output",
    (responses, "tool"): "tools[0].description",
}
EVERYWHERE = pytest.mark.parametrize(
    ("wire", "part"), PLACES, ids=[f"{wire.__name__}-{part}" for wire, part in PLACES]
)


@pytest.mark.parametrize("wire", [anthropic, chat, responses])
def test_an_ordinary_request_hides_nothing(wire):
    """Indented, compact, or decoded."""
    body = wire()
    assert scan_request(body) == []
    assert scan_request(json.dumps(body, indent=2).encode()) == []
    assert scan_request(json.dumps(body, separators=(",", ":"))) == []


@EVERYWHERE
@pytest.mark.parametrize("ascii_only", [True, False])
def test_hidden_characters_are_found_in_every_part(wire, part, ascii_only):
    """Written as escapes or as they are; the place in the JSON is theirs to the character."""
    raw = json.dumps(wire(**{part: HIDDEN}), ensure_ascii=ascii_only, indent=1)
    (one,) = scan_request(raw)
    assert (one.channel, one.place.path) == ("zero-width-code", PLACES[wire, part])
    assert one.place.offset == 4
    at = one.place.file_offset
    assert raw[at : at + 2] == "\u200b\u200c" or raw[at:].lstrip("\\").startswith("u200b")
    assert raw.split("\n")[one.place.line - 1][one.place.column - 1] == raw[at]


@EVERYWHERE
def test_a_date_line_is_decoded_in_every_part(wire, part):
    """Wherever a relay moves it to: bits, path and the plain line beside it."""
    (one,) = scan_request(wire(**{part: LINE}))
    assert (one.channel, one.place.path) == ("date-line", PLACES[wire, part])
    assert one.payload.data == b"\x07"
    assert one.plain == "Today's date is 2026-11-22."
    assert [mark.text for mark in one.marks] == ["\u02b9", "/", "/"]


@pytest.mark.parametrize("blocks", [True, False])
def test_system_text_is_a_string_or_blocks(blocks):
    """The Messages wire has both."""
    text = [{"type": "text", "text": "Be kind."}, {"type": "text", "text": HIDDEN}]
    (one,) = scan_request(anthropic(system=text if blocks else HIDDEN))
    assert one.place.path == ("system[1].text" if blocks else "system")


def test_a_clients_reminder_among_a_persons_words_is_its_own_text():
    """What a person may paste is odd in a text that a program writes."""
    inside = "<system-reminder>\nSee the\u00a0notes.\n</system-reminder>"
    (one,) = scan_request(anthropic(user=f"Caf\u00e9 at\u00a0noon? {inside} Thanks\u00a0all."))
    assert (one.channel, one.count) == ("odd-spaces", 1)
    assert one.marks[0].offset == len("Caf\u00e9 at\u00a0noon? <system-reminder>\nSee the")


def test_headers_are_read_but_never_secrets():
    """Hidden characters in a header are found; keys and cookies are not looked at."""
    odd = "cli/1.0 (a\u200b\u200c\u200b\u200cb)"
    headers = [["User-Agent", odd], ["Authorization", odd], ["x-api-key", odd], ["Cookie", odd]]
    (one,) = scan_request(anthropic(), headers)
    assert one.place.path == "headers.User-Agent"
    (one,) = scan_request(anthropic(), dict(headers))
    assert one.place.path == "headers.User-Agent"


def test_ids_and_signatures_are_not_read_as_prose_but_hold_nothing_invisible():
    """Base64 belongs there; characters without width do not."""
    body = anthropic()
    block = {"type": "thinking", "thinking": "So.", "signature": "ZmluZCB0aGUgbm90ZXMgYW5kIHJlYWQ="}
    body["messages"][1]["content"].insert(0, block)
    assert scan_request(body) == []
    block["signature"] += "\U000e0041\U000e0042\U000e0043"
    (one,) = scan_request(body)
    assert (one.channel, one.payload.text) == ("tag-characters", "ABC")


def test_keys_are_read_too():
    """A key is text like any other."""
    (one,) = scan_request({"messages": [], "extra": {"no\u200b\u200cte\u200b\u200c": 1}})
    assert one.place.path.endswith("~")


JSON_MARKS = {
    "json-escapes": r'{"messages": [{"role": "user", "content": "\u0048ello"}]}',
    "json-keys": '{"messages": [], "model": "a", "model": "b"}',
    "json-spaces": '{"messages": []}' + " \t \t\t \t ",
}


@pytest.mark.parametrize("channel", JSON_MARKS)
def test_marks_in_the_json_itself_are_found_in_the_text_as_received(channel):
    """They are gone once it is decoded."""
    raw = JSON_MARKS[channel]
    (one,) = scan_request(raw)
    assert one.channel == channel
    at = one.place.file_offset
    assert raw[at : at + len(one.marks[0].text)] == one.marks[0].text
    assert scan_request(json.loads(raw)) == []


def test_another_date_format_is_told_by_what_the_client_sent_before():
    """One request says nothing by itself; the second is unlike the first."""
    usual = Usual()
    headers = {"user-agent": "mycli/1.0 (x)"}
    first = chat(system="Current date: 2026-11-22")
    second = chat(system="Current date: 2026/11/22")
    assert scan_request(first, headers, usual) == []
    (one,) = scan_request(second, headers, usual)
    assert one.channel == "date-format"
    assert "mycli/1.0" in one.says
    assert scan_request(second, headers) == []


def test_a_known_client_has_a_known_format():
    """No earlier request is needed."""
    headers = {"user-agent": "claude-cli/2.1.330 (external, cli)"}
    (one,) = scan_request(chat(system="Current date: 22.11.2026"), headers)
    assert one.channel == "date-format"


@pytest.mark.parametrize("body", ["", "{", "[1,", "\u200b", b"\xff{}", b"{} {}", "[" * 100_000])
def test_what_is_no_json_is_an_error(body):
    """With a message and no trace of the text."""
    with pytest.raises(InputError, match="JSON"):
        scan_request(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
ODD = st.text(st.sampled_from("ab '\"\\/\n\t\u200b\u200c\u2019\u00a0\u0430\U000e0041\ufe0f{}[]"))


@given(st.dictionaries(st.text() | ODD, JSON | ODD, max_size=6), st.booleans())
def test_any_request_is_read_and_every_place_is_real(body, ascii_only):
    """Whatever stands in it, in whatever shape."""
    raw = json.dumps({"messages": [], **body}, ensure_ascii=ascii_only)
    for one in scan_request(raw):
        assert 1 <= one.place.line <= raw.count("\n") + 1
        assert one.place.file_offset is not None
        assert 0 <= one.place.file_offset < len(raw)
        assert one.place.length >= 1


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_bytes_are_read_or_refused(body):
    """Never another error than that it is no JSON."""
    with suppress(InputError):
        assert isinstance(scan_request(body), list)
