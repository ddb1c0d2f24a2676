"""Going on where the last run stopped."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.sources.build import Read, captures, gzipped, input_file, zstd


@pytest.fixture
def path(tmp_path):
    """Where the file of a test lies."""
    return tmp_path / "day.jsonl"


def append(path, content):
    """Let a file grow."""
    with path.open("ab") as file:
        file.write(content)


def test_untouched_file_is_not_read_again(path):
    """Size, head and time are as before: there is nothing to do, and the place stays."""
    first = Read(input_file(path, captures(2)))
    again = Read(input_file(path), start=first.resume)
    assert (again.lines, again.rejects) == ([], [])
    assert again.resume == first.resume


def test_grown_file_is_read_on(path):
    """Only what was added is read, and line numbers go on."""
    first = Read(input_file(path, captures(2)))
    append(path, captures(2, first=3))
    again = Read(input_file(path), start=first.resume)
    assert again.ids == ["ex_3", "ex_4"]
    assert [number for number, _ in again.lines] == [3, 4]
    assert again.resume.line == 4


def test_file_that_grew_past_its_head_is_still_known(path):
    """The head is compared as far as it was there the last time."""
    first = Read(input_file(path, captures(1)))
    append(path, captures(300, first=2))
    assert path.stat().st_size > 1 << 16
    again = Read(input_file(path), start=first.resume)
    assert again.ids[0] == "ex_2"
    assert len(again.ids) == 300


@pytest.mark.parametrize("pack", [gzipped, zstd])
def test_grown_compressed_file_gives_only_what_is_new(path, pack):
    """It is decompressed from the start, but old lines do not come out again."""
    first = Read(input_file(path, pack(captures(2))))
    append(path, pack(captures(2, first=3)))
    again = Read(input_file(path), start=first.resume)
    assert again.ids == ["ex_3", "ex_4"]
    assert [number for number, _ in again.lines] == [3, 4]


def test_last_line_without_newline_comes_again_when_it_has_one(path):
    """It was read before; reading it again is what makes sure that nothing is lost."""
    first = Read(input_file(path, captures(2)[:-1]))
    append(path, b"\n" + captures(1, first=3))
    again = Read(input_file(path), start=first.resume)
    assert again.ids == ["ex_2", "ex_3"]
    assert [number for number, _ in again.lines] == [2, 3]


def test_half_a_last_line_is_read_when_it_is_whole(path):
    """A writer in the middle of a record loses nothing."""
    whole = captures(2)
    first = Read(input_file(path, whole[:-25]))
    append(path, whole[-25:])
    again = Read(input_file(path), start=first.resume)
    assert first.ids + again.ids == ["ex_1", "ex_2"]
    assert again.rejects == []


def test_file_that_begins_differently_is_read_anew(path):
    """Another file at the same place has nothing to do with the old one."""
    first = Read(input_file(path, captures(2)))
    path.write_bytes(captures(3, first=7))
    assert Read(input_file(path), start=first.resume).ids == ["ex_7", "ex_8", "ex_9"]


def test_shrunken_file_is_read_anew(path):
    """A file that was cut is another file."""
    first = Read(input_file(path, captures(3)))
    path.write_bytes(captures(1))
    assert Read(input_file(path), start=first.resume).ids == ["ex_1"]


def test_file_changed_at_the_same_size_is_read_anew(path):
    """A new time at the same size means that something in it was rewritten."""
    first = Read(input_file(path, captures(2)))
    path.write_bytes(captures(2).replace(b"question 2", b"question X"))
    facts = path.stat()
    os.utime(path, ns=(facts.st_atime_ns, first.resume.mtime_ns + 1))
    assert Read(input_file(path), start=first.resume).ids == ["ex_1", "ex_2"]


def test_reading_goes_on_from_a_block(path):
    """A run that was stopped between blocks goes on with the next one."""
    file = input_file(path, captures(99))
    first = Read(file, block_bytes=4096).blocks[0]
    rest = Read(file, start=first.resume)
    assert [number for number, _ in rest.lines] == list(range(first.end_line + 1, 100))


def test_byte_order_mark_counts_in_the_place(path):
    """The mark shifts offsets, and what follows it is found again."""
    first = Read(input_file(path, b"\xef\xbb\xbf" + captures(1)))
    append(path, captures(1, first=2))
    assert Read(input_file(path), start=first.resume).ids == ["ex_2"]


def test_grown_document_is_read_anew(path):
    """A JSON array has no place to go on from; duplicates are sorted out downstream."""
    first = Read(input_file(path, b"[" + captures(1) + b"]"))
    path.write_bytes(b"[" + captures(1) + b"," + captures(1, first=2) + b"]")
    assert Read(input_file(path), start=first.resume).ids == ["ex_1", "ex_2"]


def test_place_of_another_run_that_was_not_finished_is_not_taken_for_done(path):
    """An untouched file whose reading was stopped is read on, not passed over."""
    first = Read(input_file(path, captures(2)))
    stopped = replace(first.resume, offset=len(captures(1)), line=1, done=False)
    assert Read(input_file(path), start=stopped).ids == ["ex_2"]


@settings(max_examples=40)
@given(
    lengths=st.lists(st.integers(0, 90), min_size=1, max_size=12),
    stops=st.lists(st.integers(0, 1200), max_size=4),
)
def test_however_a_file_grows_every_line_is_read(tmp_path_factory, lengths, stops):
    """Reading at any moments of a file's growth gives every line at least once, none twice over."""
    path = tmp_path_factory.mktemp("grow") / "day.jsonl"
    content = b"".join(b'{"x": "%d %s"}\n' % (n, b"y" * n) for n in lengths)
    seen = []
    resume = None
    written = 0
    for stop in [*sorted(min(stop, len(content)) for stop in stops), len(content)]:
        with path.open("ab") as file:
            file.write(content[written:stop])
        written = max(written, stop)
        read = Read(input_file(path), "capture", start=resume)
        resume = read.resume
        seen += read.lines
    expected = list(enumerate(content.splitlines(), 1))
    assert sorted(set(seen)) == expected
    assert len(seen) <= len(expected) + len(stops)
