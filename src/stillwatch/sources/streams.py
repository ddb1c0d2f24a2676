"""A file's content as one stream, whether it is plain, gzip or zstd.

What a file is compressed with is told by its first bytes, never by its name. Damage does not raise
in the middle of a read: the stream ends there, and says why in `trouble`, so that everything before
the damage is used.
"""

import io
import zlib
from collections.abc import Iterator
from gzip import BadGzipFile, GzipFile
from typing import BinaryIO

import zstandard

HEAD_BYTES = 1 << 20
_PIECE_BYTES = 1 << 18
# zstd packs at most 128 KiB into 4 bytes (RFC 8878, section 3.1.1.2), so feeding it no more than
# this much at once bounds what can come out to 32 MiB, whatever the file holds.
_ZSTD_FEED_BYTES = 1 << 10

_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = b"\x2a\x4d\x18"  # after one byte from 0x50 to 0x5f


class _CutOffError(Exception):
    """The compressed data end in the middle."""


class Unpacked(io.RawIOBase):
    """The content of a file, decompressed where need be.

    Args:
        file: the file, where its content begins.
        compressed: `gzip`, `zstd`, or None for a plain file; see `compression`.

    Attributes:
        compressed: as given.
        trouble: why the stream ended before its end, or None.
        unreadable: the trouble lies with the disk or the network, so that another try may work.
    """

    def __init__(self, file: io.BufferedReader, compressed: str | None) -> None:
        self.compressed = compressed
        self.trouble: str | None = None
        self.unreadable = False
        self._file = file
        self._pieces = _PIECES[compressed](file) if compressed else iter(())
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """True, as the io module asks of a stream to read from."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer; it is filled to its end unless the stream ends."""
        view = memoryview(buffer).cast("B")
        try:
            return self._fill(view) if self.compressed else self._file.readinto(view)
        except OSError as error:
            self.trouble = f"cannot be read further: {error.strerror}"
            self.unreadable = True
            return 0

    def _fill(self, view: memoryview) -> int:
        filled = 0
        while filled < len(view):
            if not self._left:
                self._left = memoryview(self._next())
                if not self._left:
                    break
            part = self._left[: len(view) - filled]
            view[filled : filled + len(part)] = part
            self._left = self._left[len(part) :]
            filled += len(part)
        return filled

    def _next(self) -> bytes:
        try:
            return next(self._pieces, b"")
        except (EOFError, _CutOffError):
            self.trouble = f"the {self.compressed} data end in the middle"
        except (BadGzipFile, zlib.error, zstandard.ZstdError):
            self.trouble = f"the {self.compressed} data are damaged from here on"
        return b""


def compression(file: io.BufferedReader) -> str | None:
    """What a file is compressed with, from its first four bytes; None for nothing we know."""
    head = file.peek(4)[:4]
    if head.startswith(_GZIP_MAGIC):
        return "gzip"
    skippable = head[1:4] == _ZSTD_SKIPPABLE and 0x50 <= head[0] <= 0x5F
    return "zstd" if head == _ZSTD_MAGIC or skippable else None


def _gzip(file: BinaryIO) -> Iterator[bytes]:
    with GzipFile(fileobj=file) as members:
        while piece := members.read1(_PIECE_BYTES):
            yield piece


def _zstd(file: BinaryIO) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor()
    frame = None
    while piece := file.read(_ZSTD_FEED_BYTES):
        while piece:
            frame = frame or decompressor.decompressobj()
            if content := frame.decompress(piece):
                yield content
            piece, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
    if frame:
        raise _CutOffError


_PIECES = {"gzip": _gzip, "zstd": _zstd}
