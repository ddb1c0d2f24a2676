"""A store on disk: opened by one run at a time, changed whole or not at all."""

import contextlib
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from stillwatch.errors import KeyFileError, StoreError
from stillwatch.keys import KeyRing
from stillwatch.store import manifest as manifests
from stillwatch.store.manifest import Manifest, Progress
from stillwatch.store.parts import PARTS, remove_strays, write_parts

FULL_DISK_HINT = (
    "What was stored before is whole. Make room or name another --store, then run again."
)


class Store:
    """The tables of one or more inputs.

    Make one with `opened`.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self._manifest = manifest
        self._run = secrets.token_hex(4)

    @property
    def keeps_text(self) -> bool:
        """Whether the words of turns are kept."""
        return self._manifest.keeps_text

    @property
    def run(self) -> str:
        """A name for this run, for naming parts."""
        return self._run

    def progress(self, place: str) -> Progress | None:
        """How far an input was read in earlier runs."""
        return self._manifest.inputs.get(place)

    def files(self, table: str) -> list[Path]:
        """The parts of a table."""
        return [self.folder / PARTS / name for name in self._manifest.parts.get(table, [])]

    def add(self, parts: Mapping[str, str]) -> None:
        """Take parts into the manifest; `commit` makes it last."""
        for table, name in parts.items():
            self._manifest.parts.setdefault(table, []).append(name)

    def advance(self, place: str, progress: Progress) -> None:
        """Note how far an input was read; `commit` makes it last."""
        self._manifest.inputs[place] = progress

    def replace(self, table: str, parts: Mapping[str, str]) -> None:
        """Put new parts in the place of all parts of a table; `commit` makes it last."""
        self._manifest.parts[table] = list(parts.values())

    def commit(self) -> None:
        """Make everything added so far last.

        Raises:
            StoreError: the disk is full; the store stands as it was at the last commit.
        """
        try:
            manifests.save(self._manifest, self.folder)
        except OSError as error:
            raise StoreError(
                f"The store cannot be written: {error.strerror}.", FULL_DISK_HINT
            ) from error

    def forget(self, account: str) -> int:
        """Remove every row of an account from every table; the number of exchanges removed.

        Parts with rows of the account are written anew without them, and without what texts are
        made of that nobody else sent; the manifest is replaced in one step, and the old parts are
        deleted.

        Raises:
            StoreError: the disk is full; nothing is removed then.
        """
        rows = self._rows_of(account)
        fresh: dict[str, list[str]] = {}
        try:
            for table, names in self._manifest.parts.items():
                fresh[table] = [
                    kept for name in names if (kept := self._without(table, name, account, rows))
                ]
            fresh["anchors"] = self._still_named(fresh)
        except OSError as error:
            raise StoreError(
                f"The store cannot be written: {error.strerror}.", FULL_DISK_HINT
            ) from error
        self._manifest.parts = fresh
        self.commit()
        self.clean()
        return len(rows)

    def clean(self) -> None:
        """Remove files that the manifest does not name."""
        known = {name for names in self._manifest.parts.values() for name in names}
        remove_strays(self.folder, known)
        for work in self.folder.glob("work-*"):
            shutil.rmtree(work, ignore_errors=True)

    def _rows_of(self, account: str) -> set[int]:
        found: set[int] = set()
        for file in self.files("exchanges"):
            table = pq.read_table(file, columns=["row"], filters=[("account", "=", account)])
            found.update(table["row"].to_pylist())
        return found

    def _without(self, table: str, name: str, account: str, rows: set[int]) -> str | None:
        """The name of the part without the account: the same, a new one, or None if it is empty."""
        whole = pq.read_table(self.folder / PARTS / name)
        if "row" in whole.column_names:
            gone = pc.is_in(whole["row"], pc.cast(list(rows), whole["row"].type))
        elif "account" in whole.column_names:
            gone = pc.equal(whole["account"], account)
        else:
            return name
        kept = whole.filter(pc.invert(gone))
        if kept.num_rows == whole.num_rows:
            return name
        return self._written(table, kept)

    def _still_named(self, fresh: Mapping[str, Sequence[str]]) -> list[str]:
        """Parts of what texts are made of, without texts that no row that stays names."""
        named = [
            pc.unique(pq.read_table(self.folder / PARTS / name, columns=["block"])["block"])
            for name in fresh.get("blocks", [])
        ]
        names = pa.concat_arrays(named) if named else pa.array([], pa.int64())
        parts = []
        for name in fresh.get("anchors", []):
            whole = pq.read_table(self.folder / PARTS / name)
            kept = whole.filter(pc.is_in(whole["block"], names))
            part = name if kept.num_rows == whole.num_rows else self._written("anchors", kept)
            parts.append(part)
        return [part for part in parts if part]

    def _written(self, table: str, rows: pa.Table) -> str | None:
        """The name of a new part with rows, or None where there are none."""
        if not rows.num_rows:
            return None
        return write_parts({table: rows}, self.folder, f"{self._run}-{secrets.token_hex(3)}")[table]


@contextlib.contextmanager
def opened(
    folder: Path,
    keys: KeyRing,
    *,
    keep_text: bool = False,
    marks: tuple[str, ...] | None = None,
    embeddings: str | None = None,
) -> Iterator[Store]:
    """Open a store for one run, making it if it is not there.

    Args:
        folder: the store's folder.
        keys: the secret that its hashes are made with.
        keep_text: for a new store, whether the words of turns are kept.
        marks: what will be read of marks (see `Manifest`); None where nothing will be read at all.
        embeddings: the model that texts will be compared by, empty for lexical features; None where
            nothing will be read at all.

    Raises:
        StoreError: it is in use, cannot be read or written, or keeps text, reads marks or compares
            texts otherwise than asked.
        KeyFileError: it was made with another key.
    """
    try:
        (folder / PARTS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The store cannot be made: {error.strerror}.", "Name another --store."
        ) from error
    lock = FileLock(folder / "lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreError(
            "Another run is using this store.", "Wait for it, or name another --store."
        ) from error
    try:
        wanted = Manifest(keys.id, keeps_text=keep_text, marks=marks or ())
        wanted.embeddings = embeddings or ""
        known = _known(folder, wanted, reads=marks is not None)
        store = Store(folder, known or wanted)
        store.clean()
        yield store
    finally:
        lock.release()


def _known(folder: Path, wanted: Manifest, *, reads: bool) -> Manifest | None:
    """The manifest that is there, if it is as wanted."""
    known = manifests.load(folder)
    if known is None:
        return None
    if known.key_id != wanted.key_id:
        raise KeyFileError(
            "The store was made with another key than this one.",
            "Name the right key with --key FILE, or another store with --store DIR.",
        )
    if wanted.keeps_text and not known.keeps_text:
        raise StoreError(
            "The store was made without text, so --keep-text cannot add it.",
            "Name a new store with --store DIR.",
        )
    if reads and known.marks != wanted.marks:
        read = " and ".join(known.marks) or "nothing"
        raise StoreError(
            f"Of marks, the store has read {read}; what it has read is not read again.",
            "Give the marks options as they were, or name a new store with --store DIR.",
        )
    if reads and known.embeddings != wanted.embeddings:
        raise StoreError(
            f"The store compares texts by {_named(known)}, not by {_named(wanted)}.",
            "Give --embeddings as it was, or name a new store with --store DIR.",
        )
    return known


def _named(manifest: Manifest) -> str:
    return f"the model {manifest.embeddings}" if manifest.embeddings else "their wording"
