"""The work of one process: blocks of lines in, parts on the disk out."""

import gc
import os
import signal
from dataclasses import replace
from pathlib import Path

from msgspec import Raw, Struct

from stillwatch import wire
from stillwatch.exchange import Exchange
from stillwatch.hashing import Hasher, digest
from stillwatch.sources.blocks import Block, decode_block
from stillwatch.sources.model import LineError
from stillwatch.store.parts import write_parts
from stillwatch.store.tables import TABLES
from stillwatch.traits.columns import Columns
from stillwatch.traits.exchange_row import Place
from stillwatch.traits.kernel import Kernel
from stillwatch.wire.envelope import Envelope

# What is remembered is large and holds no cycles, so looking for cycles in it finds nothing.
RARE_COLLECTIONS = (100_000, 50, 100)


class MarkSetup(Struct, frozen=True):
    """What a worker needs to know to read marks; keys stay in their file.

    Attributes:
        keys: the marks key file.
        grammar: the grammar's name or file, or None to read ids only.
    """

    keys: Path
    grammar: str | None = None


class Setup(Struct, frozen=True):
    """What a worker needs to know.

    Attributes:
        folder: the store's folder.
        run: the run's name, for naming parts.
        key: the key for keyed hashing.
        keep_text: whether to keep the words of turns.
        marks: what is needed to read marks, or None.
        embeddings: folder of the model that texts are compared by, or None.
    """

    folder: Path
    run: str
    key: bytes
    keep_text: bool
    marks: MarkSetup | None = None
    embeddings: Path | None = None


class Stretch(Struct, frozen=True):
    """A block that the worker reads from the file itself, which saves sending it.

    Attributes:
        path: the file.
        offset, size: where the block stands in it.
        block: the block, its data left out.
    """

    path: Path
    offset: int
    size: int
    block: Block

    def whole(self) -> Block:
        """The block with its data.

        Raises:
            OSError: the file cannot be read.
        """
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return replace(self.block, data=file.read(self.size))


def stretch_of(block: Block, path: Path | None) -> Block | Stretch:
    """A block as it is best sent to a worker: by its place, where it stands in a plain file."""
    if path is None or block.offset is None:
        return block
    return Stretch(path, block.offset, len(block.data), replace(block, data=b""))


class Outcome(Struct, frozen=True):
    """What became of a block."""

    parts: dict[str, str]
    exchanges: int
    rejects: int


class Worker:
    """Reads blocks; remembers across blocks what it has decoded."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._columns = Columns(TABLES)
        self._memory = wire.WireMemory()
        hasher = Hasher(setup.key)
        self._kernel = Kernel(
            hasher, self._columns, keep_text=setup.keep_text, embeddings=setup.embeddings
        )
        self._marking = None
        if setup.marks is not None:
            # What reads marks is loaded only where marks are read.
            from stillwatch.store.marking import Marking  # noqa: PLC0415

            self._marking = Marking(setup.marks, hasher, self._columns)
        self._blocks = 0

    def read(self, block: Block) -> Outcome:
        """Decode a block and write its rows as parts.

        Raises:
            OSError: the disk is full or not writable.
        """
        for line, found in decode_block(block):
            if isinstance(found, LineError):
                self._reject(block, line, found.reason)
                continue
            for place, envelope in enumerate(found):
                self._take(block, line, place, envelope)
        self._kernel.finish()
        exchanges, rejects = len(self._columns["exchanges"]), len(self._columns["rejects"])
        self._blocks += 1
        name = f"{self._setup.run}-{os.getpid()}-{self._blocks}"
        parts = write_parts(self._columns.take(), self._setup.folder, name)
        return Outcome(parts, exchanges, rejects)

    def _take(self, block: Block, line: int, place: int, envelope: Envelope) -> None:
        default_id = f"{block.label}:{line}" + (f".{place + 1}" if place else "")
        try:
            exchange = wire.decode(envelope, self._memory, default_id=default_id)
        except wire.WireError as error:
            self._reject(block, line, str(error))
            return
        stamp = _stamp(envelope, exchange)
        added = self._kernel.add(exchange, Place(block.label, line, stamp, envelope.id))
        if self._marking is not None:
            self._marking.add(exchange, envelope, added)

    def _reject(self, block: Block, line: int, reason: str) -> None:
        self._columns["rejects"].append((block.label, line, reason))


def _stamp(envelope: Envelope, exchange: Exchange) -> str:
    """A digest of the content, by which the same exchange is known when it is read again."""
    request, response = exchange.request, envelope.response
    last = request.messages[-1].key if request.messages else 0
    parts = [exchange.time_us, len(request.messages), last, request.system_key, request.tools_key]
    if response is not None:
        whole = [response.body] if isinstance(response.body, Raw) else response.events or []
        parts += [len(whole), *[digest(raw) for raw in whole[-1:]]]
    return " ".join(map(str, parts))


_worker: Worker | None = None


def start(setup: Setup) -> None:
    """Make this process a worker; Ctrl-C is the parent's business."""
    global _worker  # noqa: PLW0603  # a pool gives its processes no other place to keep state
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(*RARE_COLLECTIONS)
    _worker = Worker(setup)


def read(block: Block | Stretch) -> Outcome:
    """Read a block in a process made by `start`."""
    assert _worker is not None
    return _worker.read(block.whole() if isinstance(block, Stretch) else block)
