"""Reading files in blocks: nothing is lost, nothing is silent, and memory is bounded."""

import io
import random
import sys
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.errors import SettingsError
from stillwatch.sources.inputs import InputFile
from stillwatch.sources.lines import Lines, Tail, TooLong, cut
from tests.sources.build import Read, capture, captures, gzipped, input_file, line, zstd


def test_plain_file_gives_every_exchange(tmp_path):
    """Every line of a plain file comes out once, in order, numbered from 1."""
    read = Read(input_file(tmp_path / "day.jsonl", captures(3)))
    assert read.ids == ["ex_1", "ex_2", "ex_3"]
    assert [number for number, _ in read.lines] == [1, 2, 3]
    assert read.rejects == []


@pytest.mark.parametrize("pack", [gzipped, zstd])
def test_compressed_files_are_known_by_content_and_read_to_their_last_member(tmp_path, pack):
    """Several members or frames are one file, whatever its name ends in."""
    read = Read(input_file(tmp_path / "day.jsonl", pack(captures(2), captures(2, first=3))))
    assert read.ids == ["ex_1", "ex_2", "ex_3", "ex_4"]
    assert read.rejects == []


def test_zstd_frames_that_hold_no_data_are_passed_over(tmp_path):
    """Parallel compressors put skippable frames before the data."""
    skippable = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"
    read = Read(input_file(tmp_path / "day.jsonl.zst", skippable + zstd(captures(2))))
    assert read.ids == ["ex_1", "ex_2"]


@pytest.mark.parametrize(("pack", "name"), [(gzipped, "gzip"), (zstd, "zstd")])
def test_cut_off_compressed_file_gives_what_is_there_and_says_so(tmp_path, pack, name):
    """The exchanges before the end are read; the end is reported with its line."""
    packed = pack(captures(50), captures(50, first=51))
    read = Read(input_file(tmp_path / "day.jsonl", packed[:-9]))
    assert read.ids[:50] == [f"ex_{number}" for number in range(1, 51)]
    ((number, reason),) = read.rejects
    assert reason == f"the {name} data end in the middle"
    assert number == len(read.ids) + 1


def test_line_that_is_cut_off_together_with_its_stream_is_reported_once(tmp_path):
    """The cause is told, and not its consequence as well."""
    lines = [
        capture(number, noise=random.Random(number).randbytes(30000).hex()) for number in (1, 2)
    ]
    packed = gzipped(b"".join(map(line, lines)))
    read = Read(input_file(tmp_path / "day.jsonl", packed[: len(packed) * 3 // 4]))
    assert read.ids == ["ex_1"]
    assert read.rejects == [(2, "the gzip data end in the middle")]


@pytest.mark.parametrize(("pack", "name"), [(gzipped, "gzip"), (zstd, "zstd")])
def test_damage_after_a_member_is_reported(tmp_path, pack, name):
    """Rubbish behind good data does not hide the good data."""
    read = Read(input_file(tmp_path / "day.jsonl", pack(captures(2)) + b"rubbish, and more of it"))
    assert read.ids == ["ex_1", "ex_2"]
    assert read.rejects == [(3, f"the {name} data are damaged from here on")]


def test_broken_line_is_reported_and_the_rest_is_read(tmp_path):
    """One bad line costs one line."""
    content = captures(1) + b'{"time": oops\n' + captures(1, first=3)
    read = Read(input_file(tmp_path / "day.jsonl", content))
    assert read.ids == ["ex_1", "ex_3"]
    assert [number for number, _ in read.rejects] == [2]


def test_blank_lines_and_carriage_returns_are_no_trouble(tmp_path):
    """Windows line ends and blank lines are passed over; numbers still count them."""
    content = captures(1).replace(b"\n", b"\r\n") + b"\r\n\n" + captures(1, first=2)
    read = Read(input_file(tmp_path / "day.jsonl", content))
    assert read.ids == ["ex_1", "ex_2"]
    assert [number for number, _ in read.lines] == [1, 4]
    assert read.rejects == []


def test_byte_order_mark_is_passed_over(tmp_path):
    """A UTF-8 mark is no part of the first line."""
    read = Read(input_file(tmp_path / "day.jsonl", b"\xef\xbb\xbf" + captures(2)))
    assert read.ids == ["ex_1", "ex_2"]
    assert read.rejects == []


def test_utf_16_is_refused_by_name(tmp_path):
    """A file in UTF-16 gives one sentence that says what to do."""
    content = captures(2).decode().encode("utf-16")
    read = Read(input_file(tmp_path / "day.jsonl", content))
    assert read.rejects == [(1, "the file is UTF-16; convert it to UTF-8")]


def test_nul_bytes_spoil_their_line_only(tmp_path):
    """A crashed writer leaves runs of NUL bytes; they cost the line they are in."""
    content = captures(1) + b"\0" * 100 + b"\n" + captures(1, first=3)
    read = Read(input_file(tmp_path / "day.jsonl", content))
    assert read.ids == ["ex_1", "ex_3"]
    assert [number for number, _ in read.rejects] == [2]


def test_rubbish_gives_one_reject(tmp_path):
    """A binary file is reported once, not once a line."""
    read = Read(input_file(tmp_path / "day.jsonl", bytes(range(256)) * 100))
    assert read.rejects == [(1, "the file is in no format that is known")]


def test_rubbish_read_by_force_is_reported_line_by_line(tmp_path):
    """Whoever names a format gets every line of the file held against it."""
    read = Read(input_file(tmp_path / "day.jsonl", b"\x00\xff\n" * 3), "capture")
    assert [number for number, _ in read.rejects] == [1, 2, 3]


def test_empty_file_gives_nothing_but_a_place_to_resume(tmp_path):
    """An empty file is no fault."""
    read = Read(input_file(tmp_path / "day.jsonl", b""))
    assert (read.lines, read.rejects) == ([], [])
    assert read.resume is not None


def test_file_that_is_gone_is_reported(tmp_path):
    """A file that vanished between finding and reading is a reject, not a crash."""
    file = input_file(tmp_path / "day.jsonl", captures(1))
    (tmp_path / "day.jsonl").unlink()
    read = Read(file)
    assert read.rejects == [(1, "cannot be opened: No such file or directory")]
    assert read.resume is None


def test_last_line_without_newline_is_read(tmp_path):
    """A whole record counts even before its newline, and reading resumes before it."""
    read = Read(input_file(tmp_path / "day.jsonl", captures(2).rstrip(b"\n")))
    assert read.ids == ["ex_1", "ex_2"]
    assert read.resume.offset == len(captures(1))
    assert read.resume.line == 1


def test_half_a_last_line_is_left_for_later(tmp_path):
    """Half a record is reported, and reading resumes before it."""
    read = Read(input_file(tmp_path / "day.jsonl", captures(2)[:-20]))
    assert read.ids == ["ex_1"]
    assert read.rejects == [
        (2, "the last line is incomplete; it is read again once it has grown"),
    ]
    assert read.resume.offset == len(captures(1))


def test_long_line_is_passed_over_without_being_held(tmp_path):
    """A line far over the limit costs a reject and hardly any memory."""
    giant = b'{"x": "' + b"y" * (40 << 20) + b'"}\n'
    file = input_file(tmp_path / "day.jsonl", captures(1) + giant + captures(1, first=3))
    del giant
    tracemalloc.start()
    read = Read(file, block_bytes=1 << 20, line_limit=2 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read.ids == ["ex_1", "ex_3"]
    assert read.rejects == [(2, "the line is longer than 2 MiB")]
    assert peak < 16 << 20


def test_blocks_are_about_as_large_as_asked(tmp_path):
    """A block holds no more than what was asked for and one line."""
    content = captures(200)
    read = Read(input_file(tmp_path / "day.jsonl", content), block_bytes=4096)
    longest = max(map(len, content.splitlines(keepends=True)))
    assert len(read.blocks) > 5
    assert all(len(block.data) <= 4096 + longest for block in read.blocks)
    assert read.ids == [f"ex_{number}" for number in range(1, 201)]


def test_block_names_its_place(tmp_path):
    """A block says which lines it holds and where they end."""
    first, *_, last = Read(input_file(tmp_path / "d.jsonl", captures(99)), block_bytes=4096).blocks
    assert (first.label, first.source_name, first.first_line) == ("d.jsonl", "capture", 1)
    assert first.end_offset == len(first.data)
    assert first.end_line == first.data.count(b"\n")
    assert (last.end_line, last.end_offset) == (99, len(captures(99)))


def test_standard_input_is_read_and_never_resumed(monkeypatch):
    """What is piped in is read; there is no place in it to come back to."""
    pipe = io.TextIOWrapper(io.BufferedReader(io.BytesIO(gzipped(captures(2)))))
    monkeypatch.setattr(sys, "stdin", pipe)
    read = Read(InputFile("-", "-", None, None))
    assert read.ids == ["ex_1", "ex_2"]
    assert read.resume is None


def test_unknown_source_is_a_settings_error_that_lists_the_names(tmp_path):
    """A misspelt format is refused before anything is read."""
    file = input_file(tmp_path / "day.jsonl", captures(1))
    with pytest.raises(SettingsError) as caught:
        Read(file, "litelm")
    assert "capture, har, litellm, mitmproxy, otel" in caught.value.hint


def test_json_array_of_captures_is_unrolled(tmp_path):
    """An export as one pretty-printed array holds the same records."""
    text = b"[\n" + b",\n".join([line(capture(1)), line(capture(2))]) + b"]"
    read = Read(input_file(tmp_path / "day.json", text))
    assert read.ids == ["ex_1", "ex_2"]
    assert read.rejects == []


def test_json_array_that_ends_early_gives_what_is_there(tmp_path):
    """The records before the end are read; the end is reported by entry."""
    text = b"[" + b",".join([line(capture(1)), line(capture(2))])[:-30]
    read = Read(input_file(tmp_path / "day.json", text))
    assert read.ids == ["ex_1"]
    assert read.rejects == [(2, "the JSON ends in the middle, or is malformed from here on")]


def _whole(content: bytes) -> list[bytes]:
    """What Python makes of the content: the lines that are not blank."""
    return [part for part in content.split(b"\n") if part.strip()]


@given(
    st.lists(st.binary(max_size=30).map(lambda raw: raw.replace(b"\n", b"")), max_size=20),
    st.integers(1, 64),
    st.integers(1, 40),
)
def test_every_line_comes_out_whole_or_is_counted_as_too_long(parts, block_bytes, limit):
    """Whatever the sizes, lines within the limit come out as they went in, in order."""
    content = b"".join(part + b"\n" for part in parts)
    stream = io.BufferedReader(io.BytesIO(content))
    pieces = list(cut(stream, block_bytes, limit))
    assert not any(isinstance(piece, Tail) for piece in pieces)
    found = b"".join(piece.data for piece in pieces if isinstance(piece, Lines))
    assert found == b"".join(part + b"\n" for part in parts if len(part) <= limit)
    too_long = [piece.size for piece in pieces if isinstance(piece, TooLong)]
    assert too_long == [len(part) + 1 for part in parts if len(part) > limit]


@given(st.binary(max_size=300), st.integers(1, 64))
def test_a_forced_file_of_any_bytes_is_accounted_for_line_by_line(content, block_bytes):
    """Every line that is not blank becomes an exchange or a reject, never nothing."""
    stream = io.BufferedReader(io.BytesIO(content))
    pieces = list(cut(stream, block_bytes, 1 << 10))
    found = b"".join(piece.data for piece in pieces if not isinstance(piece, TooLong))
    assert found == content
    assert sum(piece.data.count(b"\n") for piece in pieces) == content.count(b"\n")
    assert _whole(found) == _whole(content)
