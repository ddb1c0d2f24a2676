"""Files of all sorts: packed or not, text or JSON, one document or many lines, broken or whole."""

import gzip
import json

import pytest
import zstandard

from stillwatch.errors import InputError
from stillwatch.marks.foreign import Tally, files, scan_file
from tests.marks.foreign.planted import PROSE, plants

ODD = "One.\nWe can\u02bct see.\n"


@pytest.fixture
def written(tmp_path):
    """Write a file and scan it."""

    def write(name, content, **options):
        data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        (tmp_path / name).write_bytes(data)
        return list(scan_file(tmp_path / name, **options))

    return write


def record(content, number=1, **more):
    """A line of a capture."""
    body = {"messages": [{"role": "user", "content": content}]}
    request = {"method": "POST", "path": "/v1/messages", "body": body, **more}
    return json.dumps({"time": f"2026-11-22T00:00:0{number}Z", "account": "a", "request": request})


@pytest.mark.parametrize(
    ("name", "pack"),
    [("a.txt", bytes), ("a.gz", gzip.compress), ("a.zst", zstandard.ZstdCompressor().compress)],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_is_read_packed_or_not_in_every_encoding(written, name, pack, encoding):
    """Told by the first bytes; line and column are right."""
    (one,) = written(name, pack(ODD.encode(encoding)))
    assert (one.channel, one.place.file) == ("apostrophes", name)
    assert (one.place.line, one.place.column) == (2, 7)


def test_two_packed_pieces_in_one_file_are_read_through(written):
    """Logs that are appended to and packed piece by piece."""
    packer = zstandard.ZstdCompressor()
    assert len(written("a.gz", gzip.compress(b"One.\n") + gzip.compress(ODD.encode()))) == 1
    assert len(written("a.zst", packer.compress(b"One.\n") + packer.compress(ODD.encode()))) == 1


def test_an_empty_file_hides_nothing(written):
    """And is no error."""
    assert written("a.txt", "") == []
    assert written("a.jsonl", "\n\n") == []
    assert written("a.gz", gzip.compress(b"")) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"caf\xe9 au lait", "not text"),
        (b"\x7fELF\0\0\0", "binary"),
        (gzip.compress(ODD.encode(), mtime=0)[:-9], "damaged"),
        (b"\x1f\x8b" + b"x" * 20, "damaged"),
        (b"\x28\xb5\x2f\xfd" + b"x" * 20, "damaged"),
        (b"\xff\xfea", "not text"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_a_hint(written, content, says):
    """Said in a sentence, without the folder's name."""
    with pytest.raises(InputError, match=says) as caught:
        written("a.bin", content)
    assert caught.value.message.startswith("a.bin")
    assert caught.value.hint


def test_a_missing_file_and_a_folder_are_errors(tmp_path):
    """Said in a sentence."""
    with pytest.raises(InputError, match="cannot be read: No such file"):
        list(scan_file(tmp_path / "nothing"))
    with pytest.raises(InputError, match="is a folder"):
        list(scan_file(tmp_path))


def test_every_line_of_a_capture_is_a_request_of_its_own(written):
    """With the place in the file and the part of the request; packed alike."""
    lines = [record("Hello.", 1), record("We can\u02bct.", 2), record("It isn\u02b9t.", 3)]
    tally = Tally()
    found = written("day.jsonl", "\n".join(lines) + "\n", tally=tally)
    assert [one.place.line for one in found] == [2, 3]
    assert {one.place.path for one in found} == {"request.body.messages[0].content"}
    assert tally.texts == 3
    text = "\n".join(lines)
    for one in found:
        assert text[one.place.file_offset :].startswith("\\u02b")
    assert written("day.jsonl.gz", gzip.compress(text.encode()))[0].place.line == 2


def test_the_body_as_received_is_read_for_how_it_is_written(written):
    """Needless escapes are seen there, and nothing is found twice."""
    raw = '{"messages": [{"role": "user", "content": "\\u0048ello, we can\\u02bct."}]}'
    found = written("day.jsonl", record("x", body=json.loads(raw), raw=raw))
    assert {(one.channel, one.place.path) for one in found} == {
        ("json-escapes", "request.raw"),
        ("apostrophes", "request.body.messages[0].content"),
    }


def test_broken_lines_are_skipped_and_counted(written):
    """One bad line stops nothing."""
    lines = [
        record("Hi.").encode(),
        b"{broken",
        b'{"a": "\xff"}',
        record("We can\u02bct.").encode(),
    ]
    tally = Tally()
    (one,) = written("day.jsonl", b"\n".join(lines), tally=tally)
    assert one.place.line == 4
    assert [line for line, _ in tally.skipped] == [2, 3]


def test_lines_too_long_to_hold_are_skipped(written, monkeypatch):
    """Memory does not grow with a line."""
    monkeypatch.setattr(files, "MOST_LINE", 1000)
    lines = [record("Hi."), record("x" * 5000), record("We can\u02bct.")]
    tally = Tally()
    (one,) = written("day.jsonl", "\n".join(lines), tally=tally)
    assert one.place.line == 3
    assert [line for line, _ in tally.skipped] == [2]


def test_one_document_over_many_lines_is_read(written):
    """A request as editors indent it, and an archive of traffic."""
    body = {"messages": [{"role": "user", "content": "We can\u02bct."}]}
    raw = json.dumps(body, indent=2, ensure_ascii=False)
    (one,) = written("request.json", raw)
    assert raw.split("\n")[one.place.line - 1][one.place.column - 1] == "\u02bc"
    entry = {"request": {"postData": {"text": json.dumps(body)}, "headers": []}}
    (one,) = written("a.har", json.dumps({"log": {"entries": [entry]}}, indent=1))
    assert one.place.path == "log.entries[0].request.postData.text|messages[0].content"


def test_broken_json_is_an_error_by_its_name_and_text_otherwise(written):
    """Prose may begin with a bracket."""
    with pytest.raises(InputError, match="is not JSON"):
        written("a.json", "{broken")
    assert len(written("a.txt", "[note] We can\u02bct.\nMore.")) == 1


def test_blocks_of_long_texts_keep_their_places(written, monkeypatch):
    """Read piece by piece, whatever ends the lines."""
    monkeypatch.setattr(files, "BLOCK", 64)
    text = "A line of some words.\r\n" * 20 + "We can\u02bct see.\n" + "x" * 500 + " isn\u02b9t"
    one, two = written("a.txt", text)
    for found in (one, two):
        at = found.place.file_offset
        assert text[at] == found.marks[0].text
        assert found.place.line == text.count("\n", 0, at) + 1
        assert found.place.column == at - text.rfind("\n", 0, at)


def test_a_clients_own_text_is_looked_at_more_strictly(written):
    """As a system prompt kept in a file."""
    text = "Read the\u00a0notes."
    assert written("a.txt", text) == []
    assert len(written("a.txt", text, own=True)) == 1


def test_every_plant_is_found_in_a_file_and_in_a_capture(written):
    """As text, and as the words of a user."""
    for channel, number, text in plants():
        named = f"{channel}-{number}"
        assert {one.channel for one in written("a.txt", text)} == {channel}, named
        assert {one.channel for one in written("a.jsonl", record(text))} == {channel}, named
    assert written("a.txt", PROSE) == []
