"""Opening a file, packed or not, or the standard input."""

import gzip
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

import zstandard

STANDARD_INPUT: Final = "-"
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def label_of(path: Path | str) -> str:
    """The name to show: as it was given, unless that would name folders of this machine."""
    if str(path) == STANDARD_INPUT:
        return STANDARD_INPUT
    return Path(path).name if Path(path).is_absolute() else Path(path).as_posix()


@contextmanager
def opened(path: Path | str) -> Iterator[io.BufferedReader]:
    """The content of a file, unpacked; `-` is the standard input, which stays open."""
    if str(path) == STANDARD_INPUT:
        yield _unpacked(cast("io.BufferedReader", sys.stdin.buffer))
        return
    with Path(path).open("rb") as file:
        yield _unpacked(file)


def _unpacked(file: io.BufferedReader) -> io.BufferedReader:
    """The content, whatever the file is packed with; told by its first bytes."""
    head = file.peek(4)[:4]
    if head.startswith(_GZIP):
        return io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=file)))
    if head == _ZSTD:
        reader = zstandard.ZstdDecompressor().stream_reader(
            file, read_across_frames=True, closefd=False
        )
        return io.BufferedReader(cast("io.RawIOBase", reader))
    return file
