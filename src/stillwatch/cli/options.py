"""Options that several commands share."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from stillwatch.keys import KeyRing, default_key_file, open_key_ring

KeyFile = Annotated[
    Path | None,
    Parameter(name="--key", help="File with the secret key; made on first use if it is not there."),
]
StoreFolder = Annotated[
    Path | None,
    Parameter(
        name="--store", help="Folder of the store; by default one an input under .stillwatch/."
    ),
]


def key_ring(file: Path | None) -> KeyRing:
    """The key that the person named, or the one in the usual place."""
    return open_key_ring(file or default_key_file())


def store_for(paths: Sequence[Path], named: Path | None) -> Path:
    """The store to use: the named one, or one that belongs to these inputs alone.

    The folder's name ends in a digest of where the inputs lie, so that hunts through different
    inputs do not mix.
    """
    if named is not None:
        return named
    places = sorted(str(path) if str(path) == "-" else str(path.resolve()) for path in paths)
    digest = hashlib.sha256("\0".join(places).encode()).hexdigest()[:8]
    first = "stdin" if str(paths[0]) == "-" else paths[0].resolve().name
    return Path(".stillwatch") / f"{first}-{digest}"
