"""Reading a large file of verdicts in a process of its own, so that no request waits for it.

To decode the verdicts of a million accounts holds all threads of a process up for a second. The child
does that, and hands over what matters in small pieces.

    python -m stillwatch.gateway.live.apart FILE
"""

import struct
import subprocess
import sys
from pathlib import Path
from typing import IO

import msgspec

from stillwatch.errors import InputError
from stillwatch.gateway.live.hunt_file import UNREADABLE, Found, Read, read_verdicts

LARGE = 1 << 20
"""Bytes of a file from which on it is read apart: smaller ones hold nobody up for 5 milliseconds."""

_ACCOUNTS = 2048
_LENGTH = struct.Struct("<I")
_Row = tuple[str, str, str, str, bytes | None]
_DECODER = msgspec.msgpack.Decoder(list[_Row])


def read_apart(file: Path) -> Read:
    """As `read_verdicts` of the file's content.

    Raises:
        InputError: it is not what a hunt writes.
        OSError: no process can be started.
    """
    read = Read({}, {})
    same: dict[Found, Found] = {}
    command = [sys.executable, "-m", __name__, str(file)]
    with subprocess.Popen(  # noqa: S603 (our own module)
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdout is not None
        while piece := _piece(child.stdout):
            for account, verdict, grade, level, lines in _DECODER.decode(piece):
                triple = (verdict, grade, level)
                read.found[account] = same.setdefault(triple, triple)
                if lines is not None:
                    read.lines[account] = lines
    if child.returncode:
        raise InputError(*UNREADABLE)
    return read


def _piece(stream: IO[bytes]) -> bytes:
    head = stream.read(_LENGTH.size)
    return stream.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""


def main() -> int:
    """Read the file that is named, and write what it says in pieces."""
    try:
        read = read_verdicts(Path(sys.argv[1]).read_bytes())
    except (InputError, OSError):
        return 1
    rows = [(account, *found, read.lines.get(account)) for account, found in read.found.items()]
    for start in range(0, len(rows), _ACCOUNTS):
        piece = msgspec.msgpack.encode(rows[start : start + _ACCOUNTS])
        sys.stdout.buffer.write(_LENGTH.pack(len(piece)) + piece)
    return 0


if __name__ == "__main__":
    sys.exit(main())
