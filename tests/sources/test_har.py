"""HTTP archives."""

import base64
import json

import pytest

from tests.sources.build import Read, exchange, gzipped, input_file, words

BODY = {
    "model": "claude-opus-5-5",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hi"}],
}
ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-5-5",
    "content": [{"type": "text", "text": "Ho"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 2},
}
STREAM = "".join(
    f"event: {data['type']}\ndata: {json.dumps(data)}\n\n"
    for data in [
        {"type": "message_start", "message": {**ANSWER, "content": [], "stop_reason": None}},
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "text", "text": ""},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "Ho"},
        },
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}},
        {"type": "message_stop"},
    ]
)


def entry(**changes):
    """An entry of an archive: a Messages call."""
    return {
        "startedDateTime": "2026-07-01T10:00:00.250Z",
        "time": 812.5,
        "request": {
            "method": "POST",
            "url": "https://api.example.com/v1/messages?beta=true",
            "headers": [
                {"name": "User-Agent", "value": "demo/1.0"},
                {"name": "X-Api-Key", "value": "sk-very-secret"},
                {"name": "anthropic-beta", "value": "a"},
                {"name": "anthropic-beta", "value": "b"},
            ],
            "postData": {"mimeType": "application/json", "text": json.dumps(BODY, indent=1)},
            **changes.pop("request", {}),
        },
        "response": {
            "status": 200,
            "headers": [{"name": "content-type", "value": "application/json"}],
            "content": {"mimeType": "application/json", "text": json.dumps(ANSWER)},
            **changes.pop("response", {}),
        },
        **changes,
    }


def archive(*entries):
    """An archive as a browser writes it."""
    return json.dumps({"log": {"version": "1.2", "entries": entries}}, indent=2).encode()


def read(tmp_path, *entries):
    """What comes out of an archive."""
    return Read(input_file(tmp_path / "session.har", archive(*entries)))


def test_call_becomes_an_exchange(tmp_path):
    """Time, path, words and the body's own text are kept."""
    (envelope,) = read(tmp_path, entry()).envelopes
    found = exchange(envelope)
    assert (found.time_us, found.duration_us) == (1782900000250000, 812500)
    assert (found.wire, found.request.path) == ("anthropic", "/v1/messages?beta=true")
    assert words(found.request.messages[0]) == ["Hi"]
    assert words(found.response.message) == ["Ho"]
    assert envelope.request.raw == json.dumps(BODY, indent=1)


def test_account_is_a_digest_of_the_key(tmp_path):
    """Equal keys are one account, in whatever header; the key itself is nowhere."""
    bearer = [{"name": "authorization", "value": "Bearer sk-very-secret"}]
    out = read(tmp_path, entry(), entry(request={"headers": bearer}))
    first, second = out.envelopes
    assert first.account == second.account
    assert first.account == "key_" + "e7f15906532b"
    assert not any(b"secret" in block.data for block in out.blocks)


def test_order_of_headers_counts_as_unknown(tmp_path):
    """Browsers sort them, so their order is no evidence; values of one name are joined."""
    (envelope,) = read(tmp_path, entry()).envelopes
    assert envelope.request.headers["anthropic-beta"] == "a, b"
    assert not exchange(envelope).request.headers_ordered


@pytest.mark.parametrize("encoding", ["plain", "base64"])
def test_streamed_answer_is_put_together(tmp_path, encoding):
    """Server-sent events stand in the text, some exporters write them in base64."""
    packed = {"encoding": "base64", "text": base64.b64encode(STREAM.encode()).decode()}
    content = packed if encoding == "base64" else {"text": STREAM}
    (envelope,) = read(tmp_path, entry(response={"content": content})).envelopes
    found = exchange(envelope)
    assert words(found.response.message) == ["Ho"]
    assert found.response.stop_reason == "end_turn"


def test_refusal_in_html_keeps_its_status(tmp_path):
    """Proxies answer with pages; the status says enough."""
    content = {"text": "<html>no</html>"}
    (envelope,) = read(tmp_path, entry(response={"status": 502, "content": content})).envelopes
    found = exchange(envelope)
    assert (found.response.status, found.response.message) == (502, None)


def test_call_without_response_is_kept(tmp_path):
    """Browsers write status 0 where nothing came back."""
    (envelope,) = read(tmp_path, entry(response={"status": 0})).envelopes
    assert envelope.response is None


def test_other_entries_are_passed_over(tmp_path):
    """Pages and pictures are no calls."""
    page = entry(request={"method": "GET", "url": "https://example.com/"})
    counted = entry(request={"url": "https://api.example.com/v1/messages/count_tokens"})
    out = read(tmp_path, page, entry(), counted)
    assert (len(out.envelopes), out.rejects) == (1, [])


def test_archive_without_any_call_is_reported(tmp_path):
    """Somebody expected something of that file."""
    assert "no entry of this archive" in read(tmp_path).text


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"headers": []}, "no API key"),
        ({"postData": None}, "was not recorded"),
        ({"postData": {"text": "secret"}}, "not JSON"),
        ({"postData": {"text": "?", "encoding": "base64"}}, "base64"),
        ({"headers": "secret"}, "not of its format"),
    ],
)
def test_call_that_cannot_be_used_is_reported_by_entry(tmp_path, request_, reason):
    """The entry's number and the reason, never its content; the others are read."""
    out = read(tmp_path, entry(), entry(request=request_), entry())
    assert len(out.envelopes) == 2
    ((number, why),) = out.rejects
    assert number == 2
    assert reason in why
    assert "secret" not in why


def test_archive_that_ends_early_gives_what_is_there(tmp_path):
    """The calls before the end are read, and the end is reported."""
    out = Read(input_file(tmp_path / "session.har", archive(entry(), entry())[:-400]))
    assert len(out.envelopes) == 1
    assert "ends in the middle" in out.text


def test_archive_is_known_by_its_content_and_may_be_compressed(tmp_path):
    """Neither the ending nor the compression has to be named."""
    out = Read(input_file(tmp_path / "session.json", gzipped(archive(entry()))))
    assert len(out.envelopes) == 1
