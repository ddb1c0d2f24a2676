"""Reading inputs into a store, on all cores, in bounded memory.

Blocks of lines go to worker processes and come back as parts. They are taken into the manifest in
the order of the input, together with how far the input is read by then; a run that is stopped at
any time leaves a store that is whole, and the next run goes on from there.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from stillwatch.errors import EngineError, StoreError
from stillwatch.hashing import Hasher
from stillwatch.sources.blocks import Block, Reject, read_blocks
from stillwatch.sources.bookmark import Resume
from stillwatch.sources.inputs import InputFile
from stillwatch.store import worker
from stillwatch.store.manifest import Progress
from stillwatch.store.parts import write_parts
from stillwatch.store.store import FULL_DISK_HINT, Store
from stillwatch.store.tables import TABLES
from stillwatch.store.worker import MarkSetup, Outcome, Setup, Stretch, Worker, stretch_of
from stillwatch.traits.columns import Columns

COMMIT_EVERY_S = 5.0
SMALL_BYTES = 24 << 20
SMALL_PACKED_BYTES = 1 << 20


@dataclass
class Tally:
    """How far a run has come.

    Attributes:
        exchanges: exchanges read in this run, duplicates among them.
        rejects: lines that could not be read.
        content_bytes: bytes of content read, after decompression.
        files: inputs that were read to their end.
        unchanged: inputs in which nothing was new.
    """

    exchanges: int = 0
    rejects: int = 0
    content_bytes: int = 0
    files: int = 0
    unchanged: int = 0


Watch = Callable[[str, Tally], None]


def ingest(  # noqa: PLR0913  # what a hunt was asked for, handed on
    inputs: Sequence[InputFile],
    store: Store,
    key: bytes,
    *,
    source: str | None = None,
    processes: int | None = None,
    watch: Watch = lambda _label, _tally: None,
    marks: MarkSetup | None = None,
    embeddings: Path | None = None,
) -> Tally:
    """Read what is new in the inputs.

    Args:
        inputs: the files.
        store: where rows go.
        key: the key for keyed hashing.
        source: the name of the inputs' format, or None to find out file by file.
        processes: worker processes; all cores by default, none for a small input.
        watch: told the label of the input and the tally whenever something is done.
        marks: what is needed to read marks, or None.
        embeddings: folder of the model that texts are compared by, or None.

    Raises:
        StoreError: the disk is full; what was committed is whole.
        EngineError: a worker process died.
        KeyboardInterrupt: the person stopped it; what was done so far is committed.
    """
    setup = Setup(store.folder, store.run, key, store.keeps_text, marks, embeddings)
    with _executor(setup, processes if processes is not None else _processes(inputs)) as pool:
        reading = _Reading(store, Hasher(key), pool, watch)
        try:
            for file in inputs:
                reading.file(file, source)
            reading.commit()
        except OSError as error:
            message = f"The store cannot be written: {error.strerror}."
            raise StoreError(message, FULL_DISK_HINT) from error
        except BrokenProcessPool as error:
            reading.commit()
            raise EngineError(
                "A worker process died, most likely for want of memory.",
                "Run again with --processes 1; what was read so far is kept.",
            ) from error
        except KeyboardInterrupt:
            reading.commit()
            raise
    return reading.tally


class _UnderWay(NamedTuple):
    """A block that a worker has."""

    place: str
    label: str
    resume: Resume
    size: int
    future: Future[Outcome]


class _Reading:
    """One run's work in progress."""

    def __init__(self, store: Store, hasher: Hasher, pool: Executor, watch: Watch) -> None:
        self.tally = Tally()
        self._store = store
        self._hasher = hasher
        self._pool = pool
        self._watch = watch
        self._rejects = Columns({"rejects": TABLES["rejects"]})
        self._under_way: deque[_UnderWay] = deque()
        self._limit = getattr(pool, "_max_workers", 1) + 1
        self._committed_s = monotonic()
        self._commits = 0

    def file(self, file: InputFile, source: str | None) -> None:
        """Read one input."""
        place = f"{self._hasher.of('place ' + file.identity):x}"
        known = self._store.progress(place)
        end: Resume | None = None
        fresh = False
        for item in read_blocks(file, source, start=known.resume if known else None):
            match item:
                case Block():
                    fresh = True
                    self._submit(place, item, file.path)
                case Reject():
                    fresh = True
                    self._reject(item)
                case Resume():
                    end = item
        self._drain(0)
        if end is not None:
            self._store.advance(place, Progress(file.label, end))
        self.tally.files += fresh
        self.tally.unchanged += not fresh

    def commit(self) -> None:
        """Commit everything that is done."""
        self._commits += 1
        name = f"{self._store.run}-{self._commits}"
        self._store.add(write_parts(self._rejects.take(), self._store.folder, name))
        self._store.commit()
        self._committed_s = monotonic()

    def _submit(self, place: str, block: Block, path: Path | None) -> None:
        self._drain(self._limit)
        future = self._pool.submit(worker.read, stretch_of(block, path))
        size = len(block.data)
        self._under_way.append(_UnderWay(place, block.label, block.resume, size, future))

    def _reject(self, reject: Reject) -> None:
        self._rejects["rejects"].append((reject.label, reject.line, reject.reason))
        self.tally.rejects += 1

    def _drain(self, most: int) -> None:
        """Take in finished blocks, in order, until at most `most` are under way."""
        while len(self._under_way) > most:
            oldest = self._under_way.popleft()
            outcome = oldest.future.result()
            self._store.add(outcome.parts)
            self._store.advance(oldest.place, Progress(oldest.label, oldest.resume))
            self.tally.exchanges += outcome.exchanges
            self.tally.rejects += outcome.rejects
            self.tally.content_bytes += oldest.size
            self._watch(oldest.label, self.tally)
            if monotonic() - self._committed_s > COMMIT_EVERY_S:
                self.commit()


class _Inline(Executor):
    """Does the work at once in this process, for inputs too small for processes to pay."""

    def __init__(self, setup: Setup) -> None:
        self._worker = Worker(setup)

    def submit(  # type: ignore[override]
        self, _fn: object, /, block: Block | Stretch
    ) -> Future[Outcome]:
        done: Future[Outcome] = Future()
        whole = block.whole() if isinstance(block, Stretch) else block
        done.set_result(self._worker.read(whole))
        return done


@contextmanager
def _executor(setup: Setup, processes: int) -> Iterator[Executor]:
    if processes <= 1:
        yield _Inline(setup)
        return
    # A fresh interpreter for each worker: forking a process that may have threads is not safe.
    pool = ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=worker.start, initargs=(setup,)
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _processes(inputs: Sequence[InputFile]) -> int:
    return 1 if all(map(_is_small, inputs)) else (os.cpu_count() or 1)


def _is_small(file: InputFile) -> bool:
    if file.size is None:
        return False
    packed = file.label.endswith((".gz", ".zst"))
    return file.size < (SMALL_PACKED_BYTES if packed else SMALL_BYTES)
