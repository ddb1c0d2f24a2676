"""Flow files, written with mitmproxy's own classes."""

import gzip
import io
import sys

import pytest
from mitmproxy.http import Headers
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow, tutils

from stillwatch.errors import MissingExtra
from tests.sources.build import Read, exchange, input_file, words
from tests.sources.test_har import STREAM

BODY = b'{"model": "claude-opus-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}'
HEADERS = [
    (b"Host", b"api.example.com"),
    (b"User-Agent", b"demo/1.0"),
    (b"X-API-Key", b"sk-very-secret"),
    (b"accept", b"*/*"),
]


def flow(path=b"/v1/messages?beta=true", headers=HEADERS, content=BODY, **answer):
    """A flow of a Messages call, answered as a stream."""
    made = tflow.tflow(
        req=tutils.treq(
            method=b"POST",
            path=path,
            headers=Headers(headers),
            content=content,
            timestamp_start=1782900000.25,
        ),
        resp=tutils.tresp(
            headers=Headers([(b"Content-Type", b"text/event-stream")]),
            content=STREAM.encode(),
            timestamp_end=1782900001.0,
        ),
    )
    for name, value in answer.items():
        setattr(made.response, name, value)
    return made


def flows(*made):
    """A flow file."""
    out = io.BytesIO()
    writer = FlowWriter(out)
    for one in made:
        writer.add(one)
    return out.getvalue()


def read(tmp_path, *made):
    """What comes out of a flow file."""
    return Read(input_file(tmp_path / "day.flows", flows(*made)))


def test_flow_becomes_an_exchange(tmp_path):
    """Headers in their order and case, the body's own text, the caller, and the streamed answer."""
    (envelope,) = read(tmp_path, flow()).envelopes
    found = exchange(envelope)
    assert (found.time_us, found.duration_us) == (1782900000250000, 750000)
    assert found.request.headers_ordered
    assert [name for name, _ in found.request.headers] == [
        "Host",
        "User-Agent",
        "X-API-Key",
        "accept",
    ]
    assert envelope.request.raw == BODY.decode()
    assert (found.wire, found.request.path) == ("anthropic", "/v1/messages?beta=true")
    assert found.client.ip == "127.0.0.1"
    assert words(found.request.messages[0]) == ["Hi"]
    assert words(found.response.message) == ["Ho"]


def test_key_is_digested_and_blanked(tmp_path):
    """The account is the digest that other recordings of the same key give, too."""
    out = read(tmp_path, flow())
    assert out.envelopes[0].account == "key_e7f15906532b"
    assert not any(b"secret" in block.data for block in out.blocks)


def test_compressed_bodies_are_unpacked(tmp_path):
    """mitmproxy keeps bodies as sent; clients and servers compress them."""
    made = flow(content=gzip.compress(BODY), headers=[*HEADERS, (b"content-encoding", b"gzip")])
    assert words(exchange(read(tmp_path, made).envelopes[0]).request.messages[0]) == ["Hi"]


def test_other_flows_are_passed_over(tmp_path):
    """Web pages and plain TCP are no calls to a model."""
    out = read(tmp_path, tflow.tflow(resp=True), tflow.ttcpflow(), flow())
    assert (len(out.envelopes), out.rejects) == (1, [])


def test_file_without_any_call_is_reported(tmp_path):
    """Somebody expected something of that file."""
    assert "no flow of this file" in read(tmp_path, tflow.tflow(resp=True)).text


def test_flow_without_response_is_kept(tmp_path):
    """A call that was cut off still says who asked what."""
    made = flow()
    made.response = None
    (envelope,) = read(tmp_path, made).envelopes
    assert (envelope.response, envelope.duration_ms) == (None, None)


def test_call_without_recorded_body_is_reported(tmp_path):
    """mitmproxy drops bodies that it streams through."""
    out = read(tmp_path, flow(content=None), flow())
    assert len(out.envelopes) == 1
    assert out.rejects == [(1, "the body of the request was not recorded")]


@pytest.mark.parametrize("damage", [lambda raw: raw[:-50], lambda raw: raw + b"99:rubbish"])
def test_damaged_file_gives_what_is_there(tmp_path, damage):
    """The flows before the damage are read, and the damage is reported."""
    out = Read(input_file(tmp_path / "day.flows", damage(flows(flow(), flow()))))
    assert len(out.envelopes) >= 1
    assert "the flows are damaged, or end in the middle" in out.text


def test_flows_are_known_by_their_content(tmp_path):
    """mitmproxy users name their files as they like."""
    assert len(Read(input_file(tmp_path / "day.log", flows(flow()))).envelopes) == 1


def test_missing_mitmproxy_is_named_with_the_line_that_installs_it(tmp_path, monkeypatch):
    """The optional dependency is asked for only when a flow file is read."""
    file = input_file(tmp_path / "day.flows", flows(flow()))
    monkeypatch.setitem(sys.modules, "mitmproxy.io", None)
    with pytest.raises(MissingExtra) as caught:
        Read(file)
    assert caught.value.hint == "pip install 'stillwatch[mitmproxy]'"
