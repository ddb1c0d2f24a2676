"""The pipe to the writer: feeds it, hears its answers, and starts another one when it dies."""

import contextlib
import fcntl
import os
import select
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass

import msgspec

from stillwatch.gateway.recording.passed import ANSWER, Packer
from stillwatch.gateway.recording.writer import WriterSettings

PIPE_BYTES = 1 << 20
# Packed batches that wait for the pipe; beyond it exchanges wait unpacked, and cost nothing yet.
MOST_UNSENT = 4 << 20
# A batch at which so many writers died is let go.
MOST_TRIES = 5
# A writer that died is not started again at once, for it may die of the same thing.
PAUSE_S = 0.5
_MODULE = "stillwatch.gateway.recording.writer"


@dataclass(slots=True)
class _Batch:
    """A batch on its way.

    Attributes:
        number: of the batch.
        count: exchanges.
        size: bytes that they took before they were packed.
        content: head and exchanges.
        tries: writers that died while it was the next one to be answered.
    """

    number: int
    count: int
    size: int
    content: bytearray
    tries: int = 0


class Feed:
    """Feeds a writer; for one thread.

    Args:
        settings: what the writer is told.

    Attributes:
        stored, left_out, lost: exchanges, as the writer said of their batches.
        writers: how many writers were started.
    """

    def __init__(self, settings: WriterSettings) -> None:
        self._settings = settings
        self._unsent: deque[_Batch] = deque()
        self._unsent_bytes = 0
        self._sent_of_first = 0
        self._unanswered: deque[_Batch] = deque()
        self._number = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._into = self._out_of = -1
        self._heard = b""
        self._start_s = 0.0
        self.stored = self.left_out = self.lost = self.writers = 0

    @property
    def takes(self) -> bool:
        """Whether there is room for another batch."""
        return self._unsent_bytes < MOST_UNSENT

    @property
    def busy(self) -> bool:
        """Whether batches are on their way."""
        return bool(self._unsent or self._unanswered)

    def open(self) -> None:
        """Start a writer.

        Raises:
            OSError: it cannot be started.
        """
        command = [sys.executable, "-m", _MODULE, msgspec.json.encode(self._settings).decode()]
        self._child = subprocess.Popen(  # noqa: S603 (our own module)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._into, self._out_of = self._child.stdin.fileno(), self._child.stdout.fileno()
        with contextlib.suppress(OSError):  # more than an ordinary user may have
            fcntl.fcntl(self._into, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        os.set_blocking(self._into, False)
        os.set_blocking(self._out_of, False)
        self.writers += 1

    def put(self, packer: Packer, size: int) -> None:
        """Send what was packed.

        Args:
            packer: empty afterwards.
            size: bytes that the exchanges took before.
        """
        self._number = (self._number + 1) & 0xFFFFFFFF
        content, count = packer.taken(self._number)
        self._unsent.append(_Batch(self._number, count, size, content))
        self._unsent_bytes += len(content)

    def turn(self, patience_s: float) -> int:
        """Send and hear what can be sent and heard; wait a little if there is nothing.

        Args:
            patience_s: how long to wait at most.

        Returns:
            Bytes of exchanges, as they were told to `put`, that are done with.
        """
        if self._child is None and not self._reopen(patience_s):
            return 0
        waits = select.poll()
        waits.register(self._out_of, select.POLLIN)
        if self._unsent:
            waits.register(self._into, select.POLLOUT)
        happened = dict(waits.poll(patience_s * 1000))
        try:
            if happened.get(self._into, 0):
                self._send()
            if happened.get(self._out_of, 0):
                return self._hear()
        except OSError:  # it is dead
            return self._died()
        return 0

    def close(self, patience_s: float) -> int:
        """End the input, hear the last answers, and wait for the writer's end.

        Returns:
            As `turn`; what nobody answered for is lost.
        """
        done = 0
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()
            until_s = time.monotonic() + patience_s
            with contextlib.suppress(OSError):
                while self._unanswered and (left_s := until_s - time.monotonic()) > 0:
                    waits = select.poll()
                    waits.register(self._out_of, select.POLLIN)
                    if waits.poll(left_s * 1000):
                        done += self._hear()
            self._end(max(0.1, until_s - time.monotonic()))
        self.lost += sum(batch.count for batch in (*self._unanswered, *self._unsent))
        self._unanswered.clear()
        self._unsent.clear()
        return done

    def _send(self) -> None:
        """Write into the pipe until it is full."""
        while self._unsent:
            batch = self._unsent[0]
            with memoryview(batch.content) as view:
                try:
                    written = os.write(self._into, view[self._sent_of_first :])
                except BlockingIOError:
                    return
            self._sent_of_first += written
            if self._sent_of_first < len(batch.content):
                return
            self._unanswered.append(self._unsent.popleft())
            self._unsent_bytes -= len(batch.content)
            self._sent_of_first = 0

    def _hear(self) -> int:
        """Take in answers.

        Raises:
            OSError: the writer is gone.
        """
        heard = os.read(self._out_of, ANSWER.size * 256)
        if not heard:
            raise BrokenPipeError
        self._heard += heard
        done = 0
        whole = len(self._heard) - len(self._heard) % ANSWER.size
        for number, stored, left_out, lost in ANSWER.iter_unpack(self._heard[:whole]):
            batch = self._unanswered.popleft()
            assert batch.number == number
            self.stored += stored
            self.left_out += left_out
            self.lost += lost
            done += batch.size
        self._heard = self._heard[whole:]
        return done

    def _died(self) -> int:
        """Send what the dead writer did not answer for once more, to the next one.

        It may be on the disk nevertheless; a store takes the same line for one row.
        """
        done = 0
        with contextlib.suppress(OSError):  # what it said before it died
            while True:
                done += self._hear()
        self._end(0.1)
        done += self._let_go()
        while self._unanswered:
            batch = self._unanswered.pop()
            self._unsent.appendleft(batch)
            self._unsent_bytes += len(batch.content)
        self._sent_of_first = 0
        self._heard = b""
        self._start_s = time.monotonic() + PAUSE_S
        return done

    def _let_go(self) -> int:
        """Give a batch up if writer after writer dies of it."""
        if not self._unanswered:
            return 0
        first = self._unanswered[0]
        first.tries += 1
        if first.tries < MOST_TRIES:
            return 0
        self._unanswered.popleft()
        self.lost += first.count
        return first.size

    def _reopen(self, patience_s: float) -> bool:
        wait_s = self._start_s - time.monotonic()
        if wait_s > 0:
            time.sleep(min(wait_s, patience_s))
            return False
        try:
            self.open()
        except OSError:
            self._start_s = time.monotonic() + PAUSE_S
            return False
        return True

    def _end(self, patience_s: float) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.close()
        child.stdout.close()
        try:
            child.wait(patience_s)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
