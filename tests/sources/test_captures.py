"""The native format."""

import pytest

from stillwatch.sources import captures
from stillwatch.sources.model import LineError
from tests.sources.build import capture, exchange, line, words


def test_capture_line_becomes_an_exchange():
    """A line of the format decodes to what it says."""
    (envelope,) = captures.decode(line(capture(7, duration_ms=12, organization="org_1")))
    found = exchange(envelope)
    assert (found.id, found.account, found.organization) == ("ex_7", "acct_1", "org_1")
    assert words(found.request.messages[0]) == ["question 7"]
    assert words(found.response.message) == ["answer 7"]


def test_only_time_account_and_body_are_required():
    """Anything else may be missing, and unknown fields are passed over."""
    least = {"time": 1782900000, "account": "a", "request": {"body": {}}, "extra": {"x": 1}}
    (envelope,) = captures.decode(line(least))
    assert (envelope.id, envelope.response) == (None, None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"time": 1, "request": {"body": {}}}', "missing required field `account`"),
        (b'{"time": 1, "account": ["secret"], "request": {"body": {}}}', "$.account"),
        (b'{"time": 1, "account": "secret"', "truncated"),
        (b'{"time": 1, "account": "secret\xff", "request": {"body": {}}}', "not UTF-8"),
        (b'{"time": 1, "account": "a", "request": {"body": ' + b"[" * 99999, "too deeply"),
    ],
)
def test_bad_line_says_why_without_quoting(content, reason):
    """The reason names the field or the fault; the content stays out of it."""
    with pytest.raises(LineError) as caught:
        captures.decode(content)
    assert reason in caught.value.reason
    assert "secret" not in caught.value.reason


def test_first_bytes_of_a_long_line_are_recognised():
    """Real lines are longer than what is looked at; the beginning must do."""
    record = line(capture(1))
    assert captures.matches(record)
    assert captures.matches(record[: len(record) // 2])
    assert not captures.matches(b'{"call_type": "completion"}')


@pytest.mark.parametrize(
    "body", [b'{"model": "m",  "caf\\u00e9": [1 , 2]}', '{"b":"ü","a":{}}'.encode()]
)
def test_a_body_that_stands_verbatim_keeps_its_spacing_and_escapes(body):
    """They are evidence; the text need not stand in the line twice."""
    rest = b'{"time": 1, "account": "a", "request": {"body": %s, "verbatim": %s}}'
    (envelope,) = captures.decode(rest % (body, b"true"))
    assert envelope.request.raw.encode() == body
    (other,) = captures.decode(rest % (body, b"false"))
    assert other.request.raw is None


def test_a_verbatim_body_that_is_no_text_is_refused():
    """What cannot be read is said, and nothing breaks."""
    with pytest.raises(LineError, match="UTF-8"):
        captures.decode(
            b'{"time": 1, "account": "a", "request": {"verbatim": true, "body": {"a": "\xff"}}}'
        )
