"""What every format owes: strangers' bytes give exchanges or reasons, never a crash."""

import io
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch import wire
from stillwatch.sources.model import DocumentSource, LineError, LineSource
from stillwatch.sources.registry import SOURCES, by_name
from stillwatch.wire.envelope import Envelope
from tests.sources.build import capture, line
from tests.sources.test_har import archive, entry
from tests.sources.test_litellm import anthropic_payload, payload
from tests.sources.test_mitmproxy import flow, flows
from tests.sources.test_otel import NEWEST, REQUEST, export, span

LINE_SOURCES = [source for source in SOURCES if isinstance(source, LineSource)]
DOCUMENTS = [
    source if isinstance(source, DocumentSource) else source.document for source in SOURCES
]
EVENTS = [
    ("gen_ai.user.message", {"content": "Hi"}),
    ("gen_ai.choice", {"message": {"content": "Ho"}, "finish_reason": "stop"}),
]
FLAT = {"gen_ai.prompt.0.content": "Hi", "gen_ai.completion.0.tool_calls.0.name": "Read"}


def verbatim():
    """A capture whose body stands as it was received."""
    record = capture()
    record["request"]["verbatim"] = True
    return record


RECORDS = {
    "capture": [capture(), verbatim()],
    "litellm": [payload(), anthropic_payload(), payload(status="failure")],
    "otel": [
        export(span(NEWEST)),
        export(span(REQUEST, EVENTS)),
        export(span({**REQUEST, **FLAT})),
    ],
}
WHOLE_DOCUMENTS = {
    "capture": json.dumps([capture()]).encode(),
    "har": archive(entry()),
    "litellm": json.dumps([payload()]).encode(),
    "mitmproxy": flows(flow(), flow()),
    "otel": line(export(span(NEWEST))),
}

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(value, path=()):
    """Every place in a JSON value."""
    yield path
    listed = enumerate(value) if isinstance(value, list) else ()
    for key, child in value.items() if isinstance(value, dict) else listed:
        yield from places(child, (*path, key))


def changed(value, path, put):
    """A value with something else at a place."""
    if not path:
        return put
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], put)
    return copy


def check(found):
    """Exchanges can be decoded or are refused by the wire; reasons are short."""
    if isinstance(found, LineError):
        assert 0 < len(found.reason) < 400
        return
    with suppress(wire.WireError):
        wire.decode(found, wire.WireMemory(), default_id="none")


def decode_and_check(source, raw):
    """Decode a line and check what comes out."""
    try:
        found = source.decode(raw)
    except LineError as error:
        found = [*error.readable, error]
    for item in found:
        check(item)


@pytest.mark.parametrize("source", LINE_SOURCES, ids=lambda source: source.name)
@given(raw=st.binary(max_size=200))
def test_any_bytes_as_a_line(source, raw):
    """A line of any bytes is decoded or refused."""
    assert isinstance(source.matches(raw), bool)
    decode_and_check(source, raw)


@pytest.mark.parametrize("source", LINE_SOURCES, ids=lambda source: source.name)
@given(data=st.data())
def test_record_with_anything_anywhere(source, data):
    """A record that is nearly right is decoded or refused, whatever is wrong with it."""
    record = data.draw(st.sampled_from(RECORDS[source.name]))
    path = data.draw(st.sampled_from(sorted(places(record), key=str)))
    decode_and_check(source, line(changed(record, path, data.draw(anything))))


@pytest.mark.parametrize("source", LINE_SOURCES, ids=lambda source: source.name)
def test_record_decodes_through_the_wire(source):
    """Every source hands over bodies that the wire can read."""
    for record in RECORDS[source.name]:
        for envelope in source.decode(line(record)):
            found = wire.decode(envelope, wire.WireMemory(), default_id="none")
            assert found.wire in ("anthropic", "chat")
            assert found.request.messages


@pytest.mark.parametrize("source", LINE_SOURCES, ids=lambda source: source.name)
def test_half_an_emoji_does_not_lose_an_exchange(source):
    """Clients that cut text in the middle of a character send halves of surrogate pairs."""
    for record in RECORDS[source.name]:
        raw = (
            json.dumps(record).replace("Hi", "Hi \\\\ud83d \\ud83d").replace("question", "\\uDE00")
        )
        (envelope,) = source.decode(raw.encode())
        assert wire.decode(envelope, wire.WireMemory(), default_id="none").request.messages


@pytest.mark.parametrize("source", DOCUMENTS, ids=lambda source: source.name)
@given(raw=st.binary(max_size=200))
def test_any_bytes_as_a_document(source, raw):
    """A document of any bytes gives capture lines and reasons."""
    assert isinstance(source.matches(raw, "x"), bool)
    for found in source.lines(io.BufferedReader(io.BytesIO(raw))):
        check(found if isinstance(found, LineError) else envelope_of(found))


@pytest.mark.parametrize("source", DOCUMENTS, ids=lambda source: source.name)
@given(data=st.data())
def test_document_with_a_byte_changed_or_cut(source, data):
    """Damage anywhere in a document costs what it hits, and is told."""
    raw = bytearray(WHOLE_DOCUMENTS[source.name])
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(place, len(raw)))
    for found in source.lines(io.BufferedReader(io.BytesIO(bytes(raw[:cut])))):
        check(found if isinstance(found, LineError) else envelope_of(found))


@pytest.mark.parametrize("source", DOCUMENTS, ids=lambda source: source.name)
def test_document_decodes_through_the_wire(source):
    """Every document's lines are captures that the wire can read."""
    found = list(source.lines(io.BufferedReader(io.BytesIO(WHOLE_DOCUMENTS[source.name]))))
    assert found
    for capture_line in found:
        assert b"\n" not in capture_line
        assert wire.decode(
            envelope_of(capture_line), wire.WireMemory(), default_id="none"
        ).request.messages


def envelope_of(capture_line):
    """The envelope of a line that a document gave."""
    (envelope,) = by_name("capture").decode(capture_line)
    assert isinstance(envelope, Envelope)
    return envelope
