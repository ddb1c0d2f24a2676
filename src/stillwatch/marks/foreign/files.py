"""Looking for hidden marks in files: plain text, one JSON document, or JSON Lines such as captures.

Nothing grows with the size of a file but the number of findings: lines are read one at a time, and
plain text in blocks.
"""

import gzip
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import zstandard

from stillwatch.errors import InputError
from stillwatch.marks.foreign.clients import Usual
from stillwatch.marks.foreign.model import Finding, Place
from stillwatch.marks.foreign.opened import label_of, opened
from stillwatch.marks.foreign.parts import parts
from stillwatch.marks.foreign.request import (
    Found,
    client_of,
    decoded,
    find_in,
    find_raw,
    placed,
)
from stillwatch.marks.foreign.scan import scan_text

MOST_LINE: Final = 64 << 20
"""Bytes of a line of JSON Lines; longer ones are skipped and counted."""
MOST_DOCUMENT: Final = 256 << 20
"""Bytes of one JSON document that does not stand on one line."""
BLOCK: Final = 1 << 21
"""Characters of plain text that are looked at together. A code that runs over the end of a block
is seen as two."""
_HEAD = 1 << 16
_JSON_NAMES = (".json", ".jsonl", ".ndjson", ".har")
_ENCODINGS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_REQUEST_KEYS = frozenset({"messages", "input", "contents", "prompt"})
_RECEIVED = ("request", "raw")


@dataclass
class Tally:
    """What was read of a file.

    Attributes:
        texts: blocks of plain text, or JSON documents.
        skipped: lines that could not be read, with the reason; the first hundred.
        more_skipped: how many more there are.
    """

    texts: int = 0
    skipped: list[tuple[int, str]] = field(default_factory=list)
    more_skipped: int = 0

    def skip(self, line: int, reason: str) -> None:
        """Count a line that could not be read."""
        if len(self.skipped) < 100:
            self.skipped.append((line, reason))
        else:
            self.more_skipped += 1


def scan_file(
    path: Path | str, *, own: bool = False, tally: Tally | None = None
) -> Iterator[Finding]:
    """What is hidden in a file.

    Args:
        path: the file, plain or packed with gzip or zstd; `-` is the standard input.
        own: whether plain text is a client's own fixed text, which is looked at more strictly.
        tally: counts what was read; lines that are not JSON are skipped and counted.

    Yields:
        Findings in the order of the file.

    Raises:
        InputError: the file is not there, is not text, or holds nothing that could be read.
    """
    label = label_of(path)
    tally = tally if tally is not None else Tally()
    try:
        with opened(path) as stream:
            for found in _scan(stream, label, own, tally):
                yield replace(found, place=replace(found.place, file=label))
    except UnicodeDecodeError as error:
        hint = "Name a text file in UTF-8, or UTF-16 with its byte-order mark."
        raise InputError(f"{label} is not text.", hint) from error
    except (gzip.BadGzipFile, EOFError, zstandard.ZstdError) as error:
        raise InputError(f"{label} is packed, and damaged.", "Pack it anew.") from error
    except IsADirectoryError as error:
        raise InputError(f"{label} is a folder.", "Name the files in it.") from error
    except OSError as error:
        raise InputError(f"{label} cannot be read: {error.strerror}.") from error


def _scan(stream: io.BufferedReader, label: str, own: bool, tally: Tally) -> Iterator[Finding]:
    head = stream.peek(_HEAD)[:_HEAD]
    encoding = next((name for mark, name in _ENCODINGS if head.startswith(mark)), "")
    if not encoding and b"\0" in head:
        raise InputError(f"{label} is not text but binary.", "Name a text file or a capture.")
    if encoding in {"", "utf-8"} and head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {
        b"{",
        b"[",
    }:
        yield from _json(stream, label, own, tally)
    else:
        text = io.TextIOWrapper(stream, encoding or "utf-8", newline="")
        try:
            yield from _text(text, own, tally)
        finally:
            text.detach()  # whoever opened the stream closes it


def _text(stream: io.TextIOBase, own: bool, tally: Tally) -> Iterator[Finding]:
    """Plain text, block by block; a block ends with a line where lines are not endless."""
    line, column, offset = 1, 1, 0
    while block := stream.read(BLOCK):
        block += stream.readline(BLOCK) if not block.endswith("\n") else ""
        tally.texts += 1
        for found in scan_text(block, own=own):
            yield replace(found, place=_moved(found.place, line, column, offset))
        lines = block.count("\n")
        column = len(block) - block.rfind("\n") if lines else column + len(block)
        line, offset = line + lines, offset + len(block)


def _moved(place: Place, line: int, column: int, offset: int) -> Place:
    return replace(
        place,
        line=place.line + line - 1,
        column=place.column + (column - 1 if place.line == 1 else 0),
        offset=place.offset + offset,
        file_offset=place.offset + offset,
    )


def _json(stream: io.BufferedReader, label: str, own: bool, tally: Tally) -> Iterator[Finding]:
    """JSON Lines, or one document, or text that only begins like one."""
    usual, base = Usual(), 0
    first = stream.readline(MOST_LINE + 1)
    try:
        decoded(first.decode("utf-8"))
    except InputError:
        rest = stream.read(MOST_DOCUMENT)
        yield from _document(first + rest, label, own, tally)
        return
    number = 1
    line = first
    while line:
        if len(line) > MOST_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MOST_LINE)
            tally.skip(number, f"longer than {MOST_LINE >> 20} MiB")
        elif line.strip():
            raw = _line_text(line, number, tally)
            yield from _record(raw, tally, usual, base, number) if raw else ()
            base += len(raw) if raw else len(line)
        number, line = number + 1, stream.readline(MOST_LINE + 1)


def _line_text(line: bytes, number: int, tally: Tally) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        tally.skip(number, "not in UTF-8")
        return ""


def _record(raw: str, tally: Tally, usual: Usual, base: int, number: int) -> Iterator[Finding]:
    try:
        value = decoded(raw)
    except InputError as error:
        tally.skip(number, error.message)
        return
    tally.texts += 1
    yield from _value(value, raw, usual, base, number)


def _document(data: bytes, label: str, own: bool, tally: Tally) -> Iterator[Finding]:
    if len(data) >= MOST_DOCUMENT:
        hint = "Write it as JSON Lines, one record a line."
        raise InputError(f"{label} is one JSON document of more than 256 MiB.", hint)
    raw = data.decode("utf-8")
    try:
        value = decoded(raw)
    except InputError as error:
        if label.removesuffix(".gz").removesuffix(".zst").endswith(_JSON_NAMES):
            raise InputError(f"{label} is not JSON.", "It is broken, or cut off.") from error
        yield from _text(io.StringIO(raw, newline=""), own, tally)
        return
    tally.texts += 1
    yield from _value(value, raw, Usual(), 0, 1)


def _value(value: Any, raw: str, usual: Usual, base: int, line: int) -> Iterator[Finding]:
    """Findings in one decoded document: a request, a capture, or anything else."""
    pieces = list(parts(value))
    found: list[Found] = []
    if isinstance(value, Mapping) and not _REQUEST_KEYS.isdisjoint(value):
        found += find_raw(raw)
    elif (received := _received(value)) is not None:
        pieces = [piece for piece in pieces if piece.path[:2] != _RECEIVED]
        found += find_raw(received, _RECEIVED)
    yield from placed([*found, *find_in(pieces, usual, client_of(pieces))], raw, base, line)


def _received(value: Any) -> str | None:
    """The text of the body as received, where a capture has kept it."""
    request = value.get("request") if isinstance(value, Mapping) else None
    text = request.get("raw") if isinstance(request, Mapping) else None
    return text if isinstance(text, str) else None
