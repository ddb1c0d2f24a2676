"""Reads log files in blocks of whole lines, for worker processes to decode.

The reader looks for newlines in big chunks and never at single lines, so it keeps many workers busy.
What can be read is read; the rest becomes a `Reject` with the file and the line.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import BufferedReader
from typing import cast

from msgspec.structs import replace

from stillwatch.sources import captures
from stillwatch.sources.bookmark import NOWHERE, Resume, start_of
from stillwatch.sources.inputs import InputFile
from stillwatch.sources.lines import Lines, Tail, TooLong, cut
from stillwatch.sources.model import DocumentSource, LineError, LineSource
from stillwatch.sources.registry import by_name, choose
from stillwatch.sources.streams import HEAD_BYTES, Unpacked, compression
from stillwatch.wire.envelope import Envelope

BLOCK_BYTES = 12 << 20
LINE_LIMIT = 64 << 20

_UTF8_BOM = b"\xef\xbb\xbf"
_BLANKS = frozenset(b" \t\r\v\f")
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Block:
    """Whole lines of a file, ready for `decode_block`.

    Attributes:
        label: the file's name for people.
        source_name: the source whose lines they are.
        first_line: number of the first line; the first of a file is 1.
        data: the lines.
        resume: where to go on once this block is dealt with. It lies before a last line that has
            no newline yet: such a line is read again when the file has grown.
        offset: where the data stand in the file, or None where they do not stand there as they
            are (compressed files, documents, standard input).
    """

    label: str
    source_name: str
    first_line: int
    data: bytes
    resume: Resume
    offset: int | None = None

    @property
    def end_offset(self) -> int:
        """Bytes of the content up to the end of the last line that has its newline."""
        return self.resume.offset

    @property
    def end_line(self) -> int:
        """Number of the last line that has its newline."""
        return self.resume.line


@dataclass(frozen=True)
class Reject:
    """Something that could not be read, and why."""

    label: str
    line: int
    reason: str


def read_blocks(
    file: InputFile,
    source: str | None = None,
    *,
    start: Resume | None = None,
    block_bytes: int = BLOCK_BYTES,
    line_limit: int = LINE_LIMIT,
) -> Iterator[Block | Reject | Resume]:
    """Read a file as blocks of whole lines, with rejects between them.

    The last item is the `Resume` to begin with next time; there is none where the file could not be
    opened or read to its end because of the disk, so that the next run tries again. Files that have
    not been touched since give only that. Compressed files that have grown are decompressed from
    the start, and what was read before is passed over. Documents (HAR, flows, JSON arrays) are read
    anew when they have changed.

    Args:
        file: the file.
        source: the name of its format, or None to find out.
        start: what the last run gave for this file.
        block_bytes: how much to read at once.
        line_limit: bytes a line may have; a longer one is passed over without being held.

    Raises:
        SettingsError: there is no source of that name.
        MissingExtra: the format needs an optional dependency.
    """
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(file.path.open("rb")) if file.path else _standard_input()
            begin = start_of(opened, start) if file.path else NOWHERE
        except OSError as error:
            yield Reject(file.label, 1, f"cannot be opened: {error.strerror}")
            return
        if begin.done:
            yield begin
        else:
            yield from _Reading(file.label, opened, begin, block_bytes, line_limit).run(source)


def decode_block(block: Block) -> Iterator[tuple[int, Sequence[Envelope] | LineError]]:
    """The exchanges of a block: pairs of a line number and what stands on that line.

    A line that can be read only in part gives two pairs. Blank lines give none.
    """
    source = by_name(block.source_name)
    assert isinstance(source, LineSource)  # documents become capture lines
    decode = source.decode
    for number, line in numbered_lines(block):
        try:
            yield number, decode(line)
        except LineError as error:
            if error.readable:
                yield number, error.readable
            yield number, error


def numbered_lines(block: Block) -> Iterator[tuple[int, memoryview]]:
    """The lines of a block that are not blank, with their numbers; nothing is copied."""
    data, view = block.data, memoryview(block.data)
    start, number = 0, block.first_line
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        if end > start and not (data[start] in _BLANKS and data[start:end].isspace()):
            yield number, view[start:end]
        start, number = end + 1, number + 1


class _Reading:
    """One pass over an open file; it keeps count of where it is."""

    def __init__(
        self, label: str, file: BufferedReader, begin: Resume, block_bytes: int, line_limit: int
    ) -> None:
        self._label = label
        self._file = file
        self._content = Unpacked(file, compression(file))
        self._place = begin
        self._block_bytes = block_bytes
        self._line_limit = line_limit
        self._as_it_stands = False

    def run(self, source_name: str | None) -> Iterator[Block | Reject | Resume]:
        yield from self._all(BufferedReader(self._content, HEAD_BYTES), source_name)
        if self._content.trouble:
            yield self._reject(self._content.trouble)
        if self._place.head_digest and not self._content.unreadable:
            yield replace(self._place, done=True)

    def _all(self, stream: BufferedReader, source_name: str | None) -> Iterator[Block | Reject]:
        head = stream.peek(HEAD_BYTES)
        source = choose(source_name, head.removeprefix(_UTF8_BOM), self._label)
        if not head:
            return
        if head.startswith(_UTF16_BOMS):
            yield self._reject("the file is UTF-16; convert it to UTF-8")
        elif source is None:
            yield self._reject("the file is in no format that is known")
        elif isinstance(source, DocumentSource):
            stream.read(len(_UTF8_BOM) if head.startswith(_UTF8_BOM) else 0)
            yield from self._document(source, stream)
        else:
            yield from self._lines(source, self._forward(stream, head))

    def _forward(self, stream: BufferedReader, head: bytes) -> BufferedReader:
        """Go to where reading begins: past the byte order mark, or past what was read before."""
        if self._place.offset == 0 and head.startswith(_UTF8_BOM):
            self._advance(lines=0, size=len(stream.read(len(_UTF8_BOM))))
        elif self._place.offset and not self._content.compressed:
            self._file.seek(self._place.offset)
            return BufferedReader(self._content, HEAD_BYTES)
        else:
            left = self._place.offset
            while left and (passed := stream.read(min(left, HEAD_BYTES))):
                left -= len(passed)
        return stream

    def _lines(self, source: LineSource, stream: BufferedReader) -> Iterator[Block | Reject]:
        for piece in cut(stream, self._block_bytes, self._line_limit):
            match piece:
                case Lines(data):
                    first = self._place.line + 1
                    offset = self._offset()
                    self._advance(lines=data.count(b"\n"), size=len(data))
                    yield Block(self._label, source.name, first, data, self._place, offset)
                case TooLong(size):
                    yield self._reject(f"the line is longer than {self._line_limit >> 20} MiB")
                    self._advance(lines=1, size=size)
                case Tail():
                    yield from self._tail(source, piece)

    def _tail(self, source: LineSource, tail: Tail) -> Iterator[Block | Reject]:
        if tail.is_whole():
            first, offset = self._place.line + 1, self._offset()
            yield Block(self._label, source.name, first, tail.data, self._place, offset)
        elif tail.data.strip() and not self._content.trouble:
            yield self._reject("the last line is incomplete; it is read again once it has grown")

    def _document(self, source: DocumentSource, stream: BufferedReader) -> Iterator[Block | Reject]:
        """Entries are numbered as lines are. The place stays at the start: see `read_blocks`."""
        held: list[bytes] = []
        size = 0
        entry = 0
        for entry, line in enumerate(source.lines(stream), 1):
            if isinstance(line, LineError):
                yield Reject(self._label, entry, line.reason)
            if held and (isinstance(line, LineError) or size + len(line) > self._block_bytes):
                yield self._held(held, entry)
                held, size = [], 0
            if isinstance(line, bytes):
                held.append(line)
                size += len(line)
        if held:
            yield self._held(held, entry + 1)

    def _held(self, lines: list[bytes], next_entry: int) -> Block:
        data = b"\n".join([*lines, b""])
        return Block(self._label, captures.NAME, next_entry - len(lines), data, self._place)

    def _offset(self) -> int | None:
        """The place in the file, where its bytes stand there as they are read."""
        return self._place.offset if self._as_it_stands else None

    def _advance(self, *, lines: int, size: int) -> None:
        place = self._place
        self._place = replace(place, offset=place.offset + size, line=place.line + lines)

    def _reject(self, reason: str) -> Reject:
        return Reject(self._label, self._place.line + 1, reason)


def _standard_input() -> BufferedReader:
    return cast("BufferedReader", sys.stdin.buffer)
