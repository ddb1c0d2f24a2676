"""Capture files that are complete at any time: each commit is a zstd frame of its own, and synced.

A process that is killed leaves at most an unfinished frame at the end of its file; readers use all
that comes before it.
"""

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import zstandard

ENDING = ".jsonl.zst"


@dataclass(frozen=True, slots=True)
class Rotation:
    """When a file ends and the next one begins.

    Attributes:
        most_bytes: bytes of a file, packed.
        most_s: seconds since it was begun.
    """

    most_bytes: int = 64 << 20
    most_s: float = 300.0


class Files:
    """Writes capture lines.

    Args:
        folder: where the files go; made if it is not there.
        rotation: when a file ends.
        clock: seconds since 1970.
    """

    def __init__(self, folder: Path, rotation: Rotation, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._rotation = rotation
        self._clock = clock
        # Twice as fast as the usual level 3, for files a few hundredths larger.
        self._packer = zstandard.ZstdCompressor(level=1)
        # New for each writer, so that no two ever write one file.
        self._token = secrets.token_hex(4)
        self._made = 0
        self._file: int | None = None
        self._path = folder
        self._size = 0
        self._begun_s = 0.0

    def commit(self, lines: Sequence[bytes]) -> None:
        """Write lines; when this returns they are on the disk for good.

        Raises:
            OSError: they are not; the file is as it was before.
        """
        frame = self._packer.compress(b"".join(lines))
        file = self._open()
        try:
            _write(file, frame)
            os.fdatasync(file)
        except OSError:
            self._undo(file)
            raise
        self._size += len(frame)
        self.turn()

    def turn(self) -> None:
        """End the file if it is large or old enough."""
        old = self._clock() - self._begun_s >= self._rotation.most_s
        if self._file is not None and (old or self._size >= self._rotation.most_bytes):
            self.close()

    def close(self) -> None:
        """End the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        if self._file is not None:
            if os.fstat(self._file).st_nlink:
                return self._file
            self.close()  # somebody deleted it: what is written there is nowhere
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        now_s = self._clock()
        begun = datetime.fromtimestamp(now_s, UTC).strftime("%Y%m%dT%H%M%SZ")
        path = self._folder / f"{begun}-{self._token}-{self._made:05}{ENDING}"
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._made += 1
        self._size, self._begun_s = 0, now_s
        _sync_folder(self._folder)
        return self._file

    def _undo(self, file: int) -> None:
        """Take back a frame that was written in part, and begin a new file next time.

        A file in which nothing is left goes too, or a disk that is full for a night is found full
        of empty files.
        """
        try:
            os.ftruncate(file, self._size)
            if not self._size:
                self._path.unlink(missing_ok=True)
        finally:
            self.close()


def _write(file: int, frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[os.write(file, view) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
