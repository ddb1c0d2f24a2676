"""What the HTTP server hands over of each exchange, and a file of captures that takes it."""

from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol, Self

from stillwatch_range.model import Account, Ask
from stillwatch_range.upstream.core import Served


@dataclass(frozen=True, slots=True)
class Take:
    """One exchange as it happened.

    Attributes:
        ask: the request; its `raw` is the body's text as received.
        account: who asked.
        served: what went back, with the time that it really took.
        note: of the script's cue.
        line: its capture, without the line's end.
    """

    ask: Ask
    account: Account
    served: Served
    note: Any
    line: bytes


class Tape(Protocol):
    """Takes exchanges."""

    def take(self, take: Take) -> None:
        """Keep an exchange."""
        ...


class CaptureFile:
    """A tape that writes captures, one a line.

    Args:
        path: the file; what is in it stays.
    """

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("ab")

    def take(self, take: Take) -> None:
        """Append an exchange; it is on disk when this returns."""
        self._file.write(take.line + b"\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
