"""What a store holds: its parts, and how far each input was read.

The manifest is the store's one truth. Parts that it does not name do not exist; replacing it in one
step is what makes every change of a store whole or not at all.
"""

import os
from pathlib import Path

import msgspec
from msgspec import Struct, field

from stillwatch.errors import StoreError
from stillwatch.sources.bookmark import Resume

MANIFEST = "manifest.json"
VERSION = 2
"""Format 2 (November 2026) also keeps what texts are made of and whether answers refuse."""


class Progress(Struct, frozen=True):
    """How far an input was read.

    Attributes:
        label: its name inside the input, for people.
        resume: where to go on.
    """

    label: str
    resume: Resume


class Manifest(Struct):
    """The store's contents.

    Attributes:
        key_id: the public name of the key that its hashes were made with.
        keeps_text: whether the words of turns are kept.
        marks: what is read of marks: `ids`, or `ids` and the name of a grammar; empty for nothing.
        embeddings: the model that texts are compared by (`embedder.model_id`); empty for lexical
            features.
        inputs: progress by a keyed hash of the input's place.
        parts: file names by table.
    """

    key_id: str
    version: int = VERSION
    keeps_text: bool = False
    marks: tuple[str, ...] = ()
    embeddings: str = ""
    inputs: dict[str, Progress] = field(default_factory=dict)
    parts: dict[str, list[str]] = field(default_factory=dict)


def load(folder: Path) -> Manifest | None:
    """The manifest of a store, or None where there is no store yet.

    Raises:
        StoreError: the manifest cannot be read, or was written in another format.
    """
    try:
        raw = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"The store cannot be read: {error.strerror}.") from error
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
    except msgspec.MsgspecError as error:
        raise StoreError(
            f"The store's {MANIFEST} is damaged: {error}.",
            "Restore it from a backup, or remove the store and hunt again.",
        ) from error
    if manifest.version > VERSION:
        raise StoreError(
            f"The store was written by a newer version (format {manifest.version}).",
            "Update stillwatch, or name another store with --store DIR.",
        )
    if manifest.version < VERSION:
        raise StoreError(
            f"The store was written by an older version (format {manifest.version}); what this "
            "version reads of exchanges is missing in it.",
            "Name a new store with --store DIR, and hunt the same inputs again.",
        )
    return manifest


def save(manifest: Manifest, folder: Path) -> None:
    """Replace the manifest in one step; it is on the disk when this returns.

    Raises:
        OSError: the disk is full or not writable; the old manifest still stands.
    """
    temporary = folder / (MANIFEST + ".new")
    with temporary.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / MANIFEST)
