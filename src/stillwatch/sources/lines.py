"""A stream cut into runs of whole lines, in memory that the stream cannot enlarge."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader

import msgspec
from msgspec import Raw


@dataclass(frozen=True)
class Lines:
    """Some whole lines, each with its newline."""

    data: bytes


@dataclass(frozen=True)
class TooLong:
    """A line that was passed over because it exceeds the limit; `size` counts its newline."""

    size: int


@dataclass(frozen=True)
class Tail:
    """What follows the last newline of the stream."""

    data: bytes

    def is_whole(self) -> bool:
        """Whether it is a JSON value that only lacks its newline."""
        try:
            msgspec.json.decode(self.data, type=Raw)
        except RecursionError:
            return True  # deep, and for the decoder to refuse
        except msgspec.DecodeError:
            return False
        return True


Cut = Lines | TooLong | Tail


def cut(stream: BufferedReader, block_bytes: int, line_limit: int) -> Iterator[Cut]:
    """Cut a stream into runs of whole lines.

    At most `block_bytes` and one line are held at a time.

    Args:
        stream: what to read.
        block_bytes: how much to read at once.
        line_limit: bytes that a line may have, without its newline.
    """
    scissors = _Scissors(line_limit)
    while chunk := stream.read(min(block_bytes, line_limit)):
        yield from scissors.feed(chunk)
    yield from scissors.end()


class _Scissors:
    """Holds the start of a line whose end is not there yet. Chunks may not exceed the limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._held = 0

    def feed(self, chunk: bytes) -> Iterator[Lines | TooLong]:
        first = chunk.find(b"\n")
        if first < 0:
            self._hold(chunk)
            return
        if self._held + first > self._limit:
            yield TooLong(self._held + first + 1)
            self._drop()
            chunk = chunk[first + 1 :]
        last = chunk.rfind(b"\n") + 1
        if last:
            yield Lines(b"".join([*self._parts, chunk[:last]]))
            self._drop()
        self._hold(chunk[last:])

    def end(self) -> Iterator[TooLong | Tail]:
        if self._held > self._limit:
            yield TooLong(self._held)
        elif self._held:
            yield Tail(b"".join(self._parts))

    def _hold(self, part: bytes) -> None:
        self._held += len(part)
        if self._held > self._limit:
            self._parts.clear()
        else:
            self._parts.append(part)

    def _drop(self) -> None:
        self._parts, self._held = [], 0
