"""Which files to read: what a person names, and what lies in the folders among it."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stillwatch.errors import InputError

STANDARD_INPUT = "-"
ACCOUNTS_NAME = "accounts.jsonl"

_PACKED = ("", ".gz", ".zst")
_ENDINGS = tuple(
    ending + packed
    for ending in (".jsonl", ".ndjson", ".json", ".har", ".flows", ".mitm")
    for packed in _PACKED
)
_ACCOUNTS_NAMES = frozenset(ACCOUNTS_NAME + packed for packed in _PACKED)
_HINT = f"Name a log file, or a folder with files that end in {', '.join(_ENDINGS[::3])}."


@dataclass(frozen=True)
class InputFile:
    """One file to read.

    Attributes:
        label: its name for people, relative to what they named; `-` is the standard input.
        identity: where it lies, the same in every run. It is a path of the machine, so it is for
            hashing, not for showing or storing.
        size: bytes, or None for the standard input.
        path: where to open it, or None for the standard input.
    """

    label: str
    identity: str
    size: int | None
    path: Path | None


def find_inputs(paths: Sequence[Path]) -> list[InputFile]:
    """The log files among the named paths, each once, sorted by label.

    A named file is read whatever its name is. A folder is searched to its depths for files with
    known endings, without hidden ones and without the accounts file. Where several paths are named,
    labels begin with the folder's name where that is needed to tell files apart.

    Raises:
        InputError: a path does not exist or may not be read, or a folder holds no log.
    """
    found: dict[str, InputFile] = {}
    for path in paths:
        for file in _inputs_at(path, several=len(paths) > 1):
            found.setdefault(file.identity, file)
    times = Counter(file.label for file in found.values())
    files = [_told_apart(file) if times[file.label] > 1 else file for file in found.values()]
    return sorted(files, key=lambda file: (file.label, file.identity))


def find_accounts(paths: Sequence[Path]) -> list[Path]:
    """The accounts files that lie beside the named files and in the named folders, each once."""
    found: dict[Path, Path] = {}
    for path in paths:
        if str(path) == STANDARD_INPUT:
            continue
        beside = _walk(path) if path.is_dir() else sorted(path.parent.glob(f"{ACCOUNTS_NAME}*"))
        for file in beside:
            if file.name in _ACCOUNTS_NAMES:
                found.setdefault(file.resolve(), file)
    return list(found.values())


def _inputs_at(path: Path, *, several: bool) -> list[InputFile]:
    if str(path) == STANDARD_INPUT:
        return [InputFile(STANDARD_INPUT, STANDARD_INPUT, None, None)]
    if path.is_dir():
        return _inputs_in(path, path.resolve().name if several else "")
    if not path.exists():
        raise InputError(f"There is no file or folder {path.name}.", _HINT)
    if not os.access(path, os.R_OK):
        raise InputError(f"The file {path.name} may not be read.", "Give yourself the right to.")
    return [_input_file(path, path.name)]


def _inputs_in(folder: Path, front: str) -> list[InputFile]:
    files = [
        _input_file(file, (Path(front) / file.relative_to(folder)).as_posix())
        for file in _walk(folder)
        if file.name.endswith(_ENDINGS) and file.name not in _ACCOUNTS_NAMES
    ]
    if not files:
        raise InputError(f"The folder {folder.name} holds no log that can be read.", _HINT)
    return files


def _told_apart(file: InputFile) -> InputFile:
    return replace(file, label=f"{Path(file.identity).parent.name}/{file.label}")


def _input_file(path: Path, label: str) -> InputFile:
    try:
        size = path.stat().st_size
    except OSError:  # gone, or a link to nowhere: the reader says so
        size = 0
    return InputFile(label, str(path.resolve()), size, path)


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(place) / name


def _refuse(error: OSError) -> None:
    name = Path(error.filename).name
    raise InputError(
        f"The folder {name} cannot be searched: {error.strerror}.",
        "Give yourself the right to read it, or name the files one by one.",
    ) from error
