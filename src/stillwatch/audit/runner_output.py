"""What a tool prints: read as it comes, up to a limit, and cut to a short clean tail."""

import asyncio
import contextlib
import fcntl
import os
import pty
import re
import struct
import termios
import unicodedata
from types import TracebackType
from typing import Self

TAIL = 16 << 10
SHOWN = 400
"""Characters of the tail that are kept."""
_ROWS, _COLUMNS = 40, 120
# Control sequences of terminals (ECMA-48): CSI, OSC, and those with or without more characters.
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]")


class Output:
    """The two ends of a pipe or a terminal.

    Args:
        most: bytes that a tool may print.
        terminal: whether it is a terminal.
    """

    def __init__(self, most: int, *, terminal: bool) -> None:
        self._most = most
        self._count = 0
        self._tail = bytearray()
        self.flooded = asyncio.Event()
        """Set when more was printed than is allowed."""
        self._ours, self.theirs = pty.openpty() if terminal else os.pipe()
        if terminal:
            size = struct.pack("4H", _ROWS, _COLUMNS, 0, 0)
            fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, size)
        os.set_blocking(self._ours, False)

    def __enter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._ours, self._read)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._ours)
        os.close(self.theirs)
        os.close(self._ours)

    def said(self) -> str:
        """The end of what was printed, in one clean piece."""
        self._read()
        return cleaned(bytes(self._tail))

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            while piece := os.read(self._ours, 1 << 16):
                self._count += len(piece)
                self._tail += piece
                del self._tail[:-TAIL]
                if self._count > self._most:
                    self.flooded.set()
                    asyncio.get_running_loop().remove_reader(self._ours)
                    return


def cleaned(printed: bytes) -> str:
    """The last words of what a program printed, without control characters.

    Args:
        printed: bytes as they came.
    """
    text = _CONTROL.sub("", printed.decode("utf-8", "replace"))
    lines = ("".join(one for one in line if not _is_control(one)) for line in text.splitlines())
    return "\n".join(line.strip() for line in lines if line.strip())[-SHOWN:]


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}
