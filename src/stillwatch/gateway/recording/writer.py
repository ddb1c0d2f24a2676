"""The writer: a process of its own, which turns batches into capture files.

It reads batches from standard input and answers on standard output, after the disk has taken them.
It ends when its input does, with everything written that came whole; so it ends by itself when the
gateway is killed.

    python -m stillwatch.gateway.recording.writer SETTINGS
"""

import contextlib
import os
import select
import signal
import sys
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from stillwatch.gateway.recording.files import Files, Rotation
from stillwatch.gateway.recording.lines import SECRETS, line_of
from stillwatch.gateway.recording.passed import ANSWER, HEAD, Answer, exchange, unpacked
from stillwatch.sources.model import LineError

INPUT, OUTPUT = 0, 1
Batch = tuple[int, int, bytearray]
# Batches that are there are committed together, up to so many bytes.
MOST_COMMIT = 8 << 20
# What an exchange that nobody thought of may raise: it must not end the writer, which would be
# given the same exchange again.
_ODD = (ValueError, TypeError, ArithmeticError, RecursionError, msgspec.MsgspecError)
# After the disk refused, batches are let go for so long before it is tried again.
PAUSE_S = 1.0


class WriterSettings(Struct):
    """What the writer is told, as JSON in its one argument.

    Attributes:
        folder: where files go.
        most_file_bytes, most_file_s: when a file ends.
        secrets: names of further headers, in lower case, whose values are blanked.
        keep_raw: keep the text of bodies.
    """

    folder: str
    most_file_bytes: int
    most_file_s: float
    secrets: list[str]
    keep_raw: bool


class Writer:
    """Writes what comes in.

    Args:
        settings: what it was told.
    """

    def __init__(self, settings: WriterSettings) -> None:
        rotation = Rotation(settings.most_file_bytes, settings.most_file_s)
        self._files = Files(Path(settings.folder), rotation, time.time)
        self._secrets = SECRETS.union(settings.secrets)
        self._keep_raw = settings.keep_raw
        self._waits_until_s = 0.0

    def run(self) -> None:
        """Write until the input ends."""
        ready = select.poll()
        ready.register(INPUT, select.POLLIN)
        while True:
            if not ready.poll(1000):
                self._files.turn()
                continue
            batches, ended = self._read(ready)
            if batches:
                self._commit(batches)
            if ended:
                self._files.close()
                return

    def _read(self, ready: select.poll) -> tuple[list[Batch], bool]:
        """The batches that are there, each with number and count; and whether the input ended."""
        batches: list[Batch] = []
        size = 0
        while size < MOST_COMMIT and (not batches or ready.poll(0)):
            head = _exactly(HEAD.size)
            if head is None:
                return batches, True
            number, count, length = HEAD.unpack(head)
            content = _exactly(length)
            if content is None:
                return batches, True
            batches.append((number, count, content))
            size += length
        return batches, False

    def _commit(self, batches: list[Batch]) -> None:
        lines: list[bytes] = []
        answers: list[Answer] = []
        for number, count, content in batches:
            before = len(lines)
            if time.monotonic() >= self._waits_until_s:
                left_out = self._lines(content, lines)
                answers.append(Answer(number, len(lines) - before, left_out, 0))
            else:
                answers.append(Answer(number, 0, 0, count))
        try:
            if lines:
                self._files.commit(lines)
        except OSError:
            self._waits_until_s = time.monotonic() + PAUSE_S
            answers = [Answer(one[0], 0, one[2], one[1] + one[3]) for one in answers]
        _tell(answers)

    def _lines(self, content: bytearray, lines: list[bytes]) -> int:
        left_out = 0
        for packed in unpacked(content):
            try:
                line = line_of(exchange(packed), self._secrets, keep_raw=self._keep_raw)
            except (LineError, *_ODD):
                left_out += 1
            else:
                lines.append(line)
        return left_out


def _exactly(size: int) -> bytearray | None:
    """So many bytes of the input, or None if it ends before."""
    content = bytearray(size)
    with memoryview(content) as view:
        at = 0
        while at < size:
            count = os.readv(INPUT, [view[at:]])
            if not count:
                return None
            at += count
    return content


def _tell(answers: list[Answer]) -> None:
    # Where the gateway is gone, what came is written all the same.
    with contextlib.suppress(BrokenPipeError):
        os.write(OUTPUT, b"".join(ANSWER.pack(*answer) for answer in answers))


def main() -> None:
    """Run the writer."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # the gateway says when it is over, by ending the input
    Writer(msgspec.json.decode(sys.argv[1], type=WriterSettings)).run()


if __name__ == "__main__":
    main()
