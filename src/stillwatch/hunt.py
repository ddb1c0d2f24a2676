"""A hunt from inputs to verdicts: read what is new, link threads, ask signals, decide."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from stillwatch import __version__
from stillwatch.keys import KeyRing
from stillwatch.linking.linked import linked
from stillwatch.nonces.file import Purchases
from stillwatch.signals.model import Signal
from stillwatch.signals.registry import signals
from stillwatch.sources.inputs import InputFile, find_accounts, find_inputs
from stillwatch.store.accounts import take_accounts
from stillwatch.store.engine import Engine, engine
from stillwatch.store.frames import Tables
from stillwatch.store.ingest import Tally, ingest
from stillwatch.store.marked import Marks
from stillwatch.store.prepare import prepare
from stillwatch.store.store import Store, opened
from stillwatch.store.worker import MarkSetup
from stillwatch.traits.embedder import model_id
from stillwatch.verdicts.assemble import verdicts
from stillwatch.verdicts.model import Document

PURPOSE = "store"


@dataclass(frozen=True)
class Settings:
    """What a hunt is asked to do.

    Attributes:
        paths: files and folders to read; `-` is standard input.
        store: the store's folder.
        source: the inputs' format, or None to find out.
        keep_text: keep the words of turns in the store.
        processes: worker processes, or None for all cores.
        stage: told the name of each stage as it begins.
        watch: told of progress while reading.
        marks: keys and installs, where marks are to be read.
        watched: the store is hunted again and again; correct campaigns for it.
        nonces: test purchases to look for, or None.
        embeddings: folder of the model that texts are compared by, or None for their wording.
    """

    paths: Sequence[Path]
    store: Path
    source: str | None = None
    keep_text: bool = False
    processes: int | None = None
    stage: Callable[[str], None] = lambda _stage: None
    watch: Callable[[str, Tally], None] = lambda _label, _tally: None
    marks: Marks | None = None
    watched: bool = False
    nonces: Purchases | None = None
    embeddings: Path | None = None


@dataclass(frozen=True)
class Hunt:
    """A hunt's answer, and the tables behind it while they are open.

    Attributes:
        document: the verdicts.
        tally: what was read in this run.
        rejects: rows source, line, reason of everything that was left out.
        asked: the signals that were asked.
    """

    document: Document
    tally: Tally
    rejects: pa.Table
    asked: tuple[Signal, ...]
    tables: Tables
    engine: Engine


@contextmanager
def hunting(settings: Settings, keys: KeyRing) -> Iterator[Hunt]:
    """Hunt; the tables stay open inside the `with` block.

    Raises:
        StillwatchError: input, store, key or engine cannot be used; the error says which and why.
    """
    inputs = find_inputs(settings.paths)
    key = keys.secret_for(PURPOSE)
    reads = () if settings.marks is None else settings.marks.reads
    model = "" if settings.embeddings is None else model_id(settings.embeddings)
    with opened(
        settings.store, keys, keep_text=settings.keep_text, marks=reads, embeddings=model
    ) as store:
        tally = _read(settings, inputs, store, key)
        with engine(settings.store) as running:
            settings.stage("linking conversations")
            tables, rejects = prepare(store, running, settings.marks, key, settings.nonces)
            settings.stage("linking accounts")
            tables = linked(tables, running)
            asked = signals()
            settings.stage("asking signals")
            found = verdicts(tables, asked, watched=settings.watched)
            counts = running.rows(
                "counts", "SELECT count(*) AS n, count(DISTINCT account) AS a FROM kept"
            )
            document = Document(
                stillwatch=__version__,
                exchanges=counts["n"][0].as_py(),
                accounts=counts["a"][0].as_py(),
                skipped_lines=rejects.num_rows,
                verdicts=found,
            )
            yield Hunt(document, tally, rejects, asked, tables, running)


def _read(settings: Settings, inputs: Sequence[InputFile], store: Store, key: bytes) -> Tally:
    settings.stage("reading")
    marks = settings.marks
    take_accounts(find_accounts(settings.paths), store, key)
    return ingest(
        inputs,
        store,
        key,
        source=settings.source,
        processes=settings.processes,
        watch=settings.watch,
        marks=None if marks is None else MarkSetup(marks.file, marks.grammar_name),
        embeddings=settings.embeddings,
    )
