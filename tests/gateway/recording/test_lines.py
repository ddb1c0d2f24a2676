"""From an exchange to a line of a capture, and back."""

import gzip
import json
import zlib

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from stillwatch.gateway.recording.lines import BLANK, SECRETS, line_of
from stillwatch.sources import captures
from stillwatch.sources.model import LineError

from .conftest import passed

SPACES = st.sampled_from(["", " ", "  ", "\n", "\t", "\r\n"])
SECRET = "sk-very-secret-0123456789"


@st.composite
def bodies(draw):
    """JSON objects with spacing, escapes and an order of keys of their own."""
    value = draw(st.dictionaries(st.text(max_size=8), st.text(max_size=12), max_size=4))
    text = json.dumps(
        value,
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, 1, 2])),
        separators=draw(st.sampled_from([(",", ":"), (" , ", " : "), (", ", ": ")])),
    )
    return (draw(SPACES) + text + draw(SPACES)).encode("utf-8", "surrogatepass")


def back(line):
    """What a hunt reads from a line."""
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    (envelope,) = captures.decode(line)
    return envelope


@given(bodies())
@example(b'{"x": "\\ud83d"}')
@example(b' {"x": "\\ud83d\\u0041"} ')
@example(b'{"x": 1}\n')
@example(b'\t{"x" :1 }\t')
@example('{"ü": "\u2028"}'.encode())
def test_a_body_comes_back_byte_by_byte(body):
    """Spacing, escapes and order are evidence, whichever way they stand in the line."""
    try:
        body.decode()
    except UnicodeDecodeError:
        with pytest.raises(LineError):
            line_of(passed(body))
        return
    assert back(line_of(passed(body))).request.raw.encode() == body


@given(bodies())
def test_without_raw_text_only_the_value_is_kept(body):
    """Operators may choose so."""
    try:
        line = line_of(passed(body), keep_raw=False)
    except LineError:
        return
    assert back(line).request.raw is None


@pytest.mark.parametrize("name", sorted(SECRETS))
@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
def test_no_credential_reaches_a_line(name, change):
    """In whatever case its header is written, in requests and in answers."""
    header = (change(name).encode(), SECRET.encode())
    line = line_of(passed(headers=[header, (b"X-Odd", b"1")], answer_headers=[header]))
    assert SECRET.encode() not in line
    found = back(line)
    assert found.request.headers == [(change(name), BLANK), ("X-Odd", "1")]
    assert found.response.headers == [(change(name), BLANK)]


@pytest.mark.parametrize("name", ["key", "api_key", "api-key", "KEY", "access_token", "token"])
def test_no_credential_in_a_path_reaches_a_line(name):
    """Some clients write it there; the rest of the path stays."""
    line = line_of(passed(target=f"/v1/messages?beta=true&{name}={SECRET}&x=1"))
    assert SECRET.encode() not in line
    assert back(line).request.path == f"/v1/messages?beta=true&{name}={BLANK}&x=1"


def test_further_headers_can_be_named():
    """Where somebody's gateway has a header of its own."""
    found = passed(headers=[(b"X-Our-Key", SECRET.encode())])
    assert SECRET.encode() not in line_of(found, SECRETS | {"x-our-key"})


PACKED = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.compress,
    "zstd, gzip": lambda raw: gzip.compress(zstandard.compress(raw)),
}


@pytest.mark.parametrize("coding", sorted(PACKED))
def test_packed_bodies_are_unpacked(coding):
    """On both ways, also where two codings lie upon each other."""
    header = [(b"Content-Encoding", coding.encode())]
    raw = b'{"model": "m" }'
    found = back(
        line_of(
            passed(
                PACKED[coding](raw),
                headers=header,
                answer=[PACKED[coding](b'{"ok":1}')],
                answer_headers=header,
            )
        )
    )
    assert found.request.raw.encode() == raw
    assert bytes(found.response.body) == b'{"ok":1}'


@pytest.mark.parametrize("coding", [b"br", b"gzip", b"snappy"])
def test_an_answer_that_cannot_be_unpacked_does_not_cost_the_request(coding):
    """The request is what is looked at; the answer then has a status and no body."""
    header = [(b"content-encoding", coding)]
    found = back(line_of(passed(answer=[b"\x01\x02\x03"], answer_headers=header)))
    assert found.request.raw == '{"model": "m"}'
    assert found.response.status == 200
    assert not found.response.body


def test_a_packed_bomb_stays_out():
    """A kilobyte that becomes a gigabyte is no capture."""
    bomb = gzip.compress(bytes(80 << 20))
    with pytest.raises(LineError, match="too long"):
        line_of(passed(bomb, headers=[(b"content-encoding", b"gzip")]))


def test_a_stream_stands_as_its_events():
    """Also where it was cut off in the middle of one."""
    pieces = [b'event: a\ndata: {"n"', b':1}\n\ndata: {"n":2}\n\n', b'data: {"n"']
    found = back(line_of(passed(answer=pieces)))
    assert [bytes(event) for event in found.response.events] == [b'{"n":1}', b'{"n":2}']


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[1]", b'{"a"', b"\xef\xbb\xbf{}", b'{"a":"\xff"}']
)
def test_what_is_no_json_object_is_no_capture(body):
    """It is counted by the writer, and stands nowhere."""
    with pytest.raises(LineError):
        line_of(passed(body))


def test_a_refusal_page_stands_as_text():
    """Proxies answer with web pages; the line stays JSON."""
    found = back(line_of(passed(status=502, answer=[b"<html>\nno</html>"])))
    assert bytes(found.response.body) == b'"<html>\\nno</html>"'
