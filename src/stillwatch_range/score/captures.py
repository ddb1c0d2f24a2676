"""Streams the lines of capture files, packed or not, in bounded memory."""

import gzip
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import zstandard

from stillwatch.errors import InputError
from stillwatch_range.layout import ACCOUNTS, CAPTURES

ENDINGS = (".jsonl", ".jsonl.gz", ".jsonl.zst")
BUFFER = 1 << 20


def capture_files(folder: Path) -> list[Path]:
    """The capture files of a scenario, or of the folder `captures` in it, by name.

    Raises:
        InputError: there are none.
    """
    inner = folder / CAPTURES
    place = inner if inner.is_dir() else folder
    files = [
        path
        for path in sorted(place.glob("*"))
        if path.name.endswith(ENDINGS) and path.name not in (ACCOUNTS, "labels.jsonl")
    ]
    if not files:
        raise InputError(
            f"{folder} has no captures.", "Give a folder that `stillwatch range make` wrote."
        )
    return files


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """A capture file's bytes, unpacked.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            if path.suffix == ".zst":
                unpacked = zstandard.ZstdDecompressor().stream_reader(file)
                yield io.BufferedReader(unpacked, BUFFER)
            elif path.suffix == ".gz":
                yield io.BufferedReader(gzip.GzipFile(fileobj=file), BUFFER)
            else:
                yield file
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except zstandard.ZstdError as error:
        raise InputError(f"{path} is broken: {error}.") from error


def lines(paths: Iterable[Path]) -> Iterator[bytes]:
    """All lines of some files, one file after the other."""
    for path in paths:
        with opened(path) as file:
            yield from file
