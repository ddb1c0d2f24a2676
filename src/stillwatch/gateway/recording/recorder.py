"""The recorder: takes exchanges from the request path and never makes it wait.

`offer` puts an exchange on a list. A thread packs what is there and feeds it to the writer, a
process of its own; it keeps each batch until the writer says that the disk has it. When more waits
than the bound allows, exchanges are let go and counted.
"""

import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from stillwatch.gateway.recording.feed import Feed
from stillwatch.gateway.recording.passed import Packer, Passed
from stillwatch.gateway.recording.writer import WriterSettings

TICK_S = 0.05
BATCH_BYTES = 512 << 10
BATCH_EXCHANGES = 64
MOST_EXCHANGE = 48 << 20


@dataclass(frozen=True, slots=True)
class RecorderSettings:
    """How to record.

    Attributes:
        folder: where captures go.
        most_bytes: how much may wait in memory.
        most_file_bytes: packed bytes of a file before the next one begins.
        most_file_s: seconds of a file before the next one begins.
        secrets: names of headers, in lower case, that hold credentials besides the usual ones.
        keep_raw: keep the text of bodies as received; spacing and order of keys are evidence.
    """

    folder: Path
    most_bytes: int = 64 << 20
    most_file_bytes: int = 64 << 20
    most_file_s: float = 300.0
    secrets: tuple[str, ...] = ()
    keep_raw: bool = True


@dataclass(frozen=True, slots=True)
class RecorderCounts:
    """What became of the exchanges.

    `offered` is the sum of all others but `bytes_waiting` and `writers`.

    Attributes:
        offered: exchanges that came.
        stored: those that are on the disk for good.
        left_out: those that cannot be captures: no JSON object, or too long for a line.
        dropped: those that were let go because too much waited, or that came after the end.
        lost: those that the disk did not take, or that waited for a writer at the end.
        waiting: those that wait, here or with the writer.
        bytes_waiting: bytes that wait.
        writers: how many writers were started; more than one means that some died.
    """

    offered: int
    stored: int
    left_out: int
    dropped: int
    lost: int
    waiting: int
    bytes_waiting: int
    writers: int


class Recorder:
    """Records what passes; all methods but `counts` belong to one thread.

    Args:
        settings: how.
    """

    def __init__(self, settings: RecorderSettings) -> None:
        self._settings = settings
        self._queue: deque[tuple[Passed, int]] = deque()
        self._offered = self._dropped = 0
        # Bytes are counted up here and down by the thread; each number has one writer.
        self._bytes_in = 0
        self._bytes_out = 0
        self._room = settings.most_bytes
        self._lost_here = self._left_out_here = 0
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._patience_s = 0.0
        self._feed = Feed(
            WriterSettings(
                str(settings.folder.absolute()),
                settings.most_file_bytes,
                settings.most_file_s,
                list(settings.secrets),
                settings.keep_raw,
            )
        )

    def start(self) -> None:
        """Start the writer and the thread that feeds it."""
        self._feed.open()
        self._thread = threading.Thread(target=self._run, name="stillwatch-recorder", daemon=True)
        self._thread.start()

    def offer(self, passed: Passed) -> bool:
        """Take an exchange; it must not be changed afterwards.

        Returns:
            Whether it was taken; it is counted either way.
        """
        self._offered += 1
        size = passed.size()
        if size + self._bytes_in - self._bytes_out > self._room or size > MOST_EXCHANGE:
            self._dropped += 1
            return False
        self._bytes_in += size
        self._queue.append((passed, size))
        return True

    def stop(self, patience_s: float = 10.0) -> None:
        """Write what waits, and end; after the patience is over, what still waits is lost."""
        self._room = -1
        self._patience_s = patience_s
        self._ending.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def counts(self) -> RecorderCounts:
        """What became of the exchanges so far."""
        feed = self._feed
        left_out, lost = feed.left_out + self._left_out_here, feed.lost + self._lost_here
        return RecorderCounts(
            offered=self._offered,
            stored=feed.stored,
            left_out=left_out,
            dropped=self._dropped,
            lost=lost,
            waiting=max(0, self._offered - self._dropped - feed.stored - left_out - lost),
            bytes_waiting=max(0, self._bytes_in - self._bytes_out),
            writers=feed.writers,
        )

    def _run(self) -> None:
        packer = Packer()
        due_s = 0.0
        while not self._ending.is_set():
            # Not whenever the writer answers: many small batches cost far more than few large ones.
            now_s = time.monotonic()
            if now_s >= due_s or len(self._queue) >= BATCH_EXCHANGES:
                self._pack(packer)
                due_s = now_s + TICK_S
            self._bytes_out += self._feed.turn(TICK_S)
        until_s = time.monotonic() + self._patience_s
        while (self._queue or self._feed.busy) and time.monotonic() < until_s:
            self._pack(packer)
            self._bytes_out += self._feed.turn(TICK_S)
        self._bytes_out += self._feed.close(max(0.1, until_s - time.monotonic()))
        self._lost_here += len(self._queue)
        self._queue.clear()
        self._bytes_out = self._bytes_in

    def _pack(self, packer: Packer) -> None:
        """Pack what waits, as far as the feed takes more."""
        queue = self._queue
        while queue and self._feed.takes:
            size = 0
            while queue and packer.count < BATCH_EXCHANGES and len(packer) < BATCH_BYTES:
                passed, bytes_of_it = queue.popleft()
                if packer.add(passed):
                    size += bytes_of_it
                else:
                    self._left_out_here += 1
                    self._bytes_out += bytes_of_it
            if packer.count:
                self._feed.put(packer, size)
