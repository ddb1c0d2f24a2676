"""Telling one format from another."""

import pytest

from stillwatch.errors import SettingsError
from stillwatch.sources.model import DocumentSource, LineSource
from stillwatch.sources.registry import SOURCES, by_name, choose, recognise
from tests.sources.build import capture, captures, line
from tests.sources.test_har import archive
from tests.sources.test_litellm import payload
from tests.sources.test_mitmproxy import flow, flows
from tests.sources.test_otel import NEWEST, export, span

SPANS = line(export(span(NEWEST)))
PRETTY_SPANS = SPANS.replace(b'"scopeSpans"', b'\n"scopeSpans"')
EXAMPLES = [
    ("capture", captures(2)),
    ("capture", b"[" + captures(1) + b"]"),
    ("har", archive()),
    ("litellm", line(payload())),
    ("litellm", b"[\n" + line(payload()) + b"]"),
    ("mitmproxy", flows(flow())),
    ("otel", SPANS),
    ("otel", PRETTY_SPANS),
]


def test_sources_are_sorted_and_told_apart_by_name():
    """The list is read by people; a name means one source."""
    names = [source.name for source in SOURCES]
    assert names == sorted(set(names))
    assert [by_name(name) for name in names] == list(SOURCES)
    assert all(source.title for source in SOURCES)


@pytest.mark.parametrize(("name", "content"), EXAMPLES)
def test_content_is_recognised_without_a_telling_name(name, content):
    """Files from pipes and buckets have names that say nothing."""
    assert recognise(content, "part-0001").name == name


@pytest.mark.parametrize(("name", "content"), EXAMPLES)
def test_beginning_of_a_long_file_is_enough(name, content):
    """Only the first bytes of a file are looked at, however long its first line is."""
    assert recognise(content[: len(content) * 3 // 4], "part-0001").name == name


def test_good_line_behind_bad_ones_decides():
    """A log that starts in the middle of a line is still that log."""
    content = b'alf of a line"}\n\n' + line(payload())
    assert recognise(content, "day.jsonl").name == "litellm"


def test_unknown_text_for_lines_counts_as_capture():
    """So each of its lines is reported by itself."""
    assert recognise(b"hello\nworld\n", "day.jsonl").name == "capture"
    assert recognise(b"hello\nworld\n", "-").name == "capture"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'{"name": "left-pad"}', "package.json"),
        (b'{"name": "left-pad"}', "package.json.gz"),
        (b"PK\x03\x04\0\0\0", "day.jsonl"),
    ],
)
def test_other_documents_and_binaries_are_in_no_format(content, name):
    """One reject for the file is enough."""
    assert recognise(content, name) is None


def test_forced_source_is_taken_as_lines_or_document_as_the_content_is():
    """The person names the format; how it is laid out is seen."""
    assert isinstance(choose("litellm", line(payload()), "a"), LineSource)
    assert isinstance(choose("litellm", b"[" + line(payload()) + b"]", "a"), DocumentSource)
    assert choose("capture", b"anything", "a").name == "capture"


def test_unknown_name_is_a_settings_error():
    """The hint lists what there is."""
    with pytest.raises(SettingsError) as caught:
        by_name("langfuse")
    assert "capture, har, litellm, mitmproxy, otel" in caught.value.hint


def test_capture_with_words_of_other_formats_stays_a_capture():
    """Bodies are strangers' text and may hold anything."""
    body = {"messages": [], "call_type": "x", "startTime": 1, "resourceSpans": []}
    record = line(capture(1, request={"path": "/v1/messages", "body": body}))
    assert recognise(record, "day.jsonl").name == "capture"
