"""Cuts traffic into growing prefixes, reading it once and holding one line at a time.

The lines between two cuts go into one file; a prefix is a folder with links to the files before
its cut. Lines are only looked at, not parsed: the time stands near a line's start.
"""

import os
import re
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import IO

import zstandard

from stillwatch.errors import InputError
from stillwatch_range.layout import ACCOUNTS
from stillwatch_range.score.captures import opened

TIME = re.compile(rb'"time"\s*:\s*"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z"')
LOOK = 4_096
"""Bytes of a line in which its time is sought first; a capture's writer puts it in front."""
PACKING = 1


def prefixes(
    files: Sequence[Path], into: Path, start: datetime, cuts_h: Sequence[float]
) -> list[Path]:
    """Write the traffic before each cut into a folder of its own.

    Args:
        files: captures; an `accounts.jsonl` beside the first goes into every folder.
        into: where the folders are made.
        start: when the traffic starts.
        cuts_h: rising hours since the start.

    Returns:
        A folder for each cut.

    Raises:
        InputError: a line has no time in UTC.
    """
    ends = [_stamp(start + timedelta(hours=cut)) for cut in cuts_h]
    slices = into / "slices"
    slices.mkdir(parents=True)
    for number, path in enumerate(files):
        _slice(path, slices, f"{number:05}", ends)
    folders = []
    for at, cut in enumerate(cuts_h):
        folder = into / f"until-{cut:g}h"
        folder.mkdir()
        for part in sorted(slices.glob("*.jsonl.zst")):
            if int(part.name.split("-")[0]) <= at:
                os.link(part, folder / part.name)
        accounts = files[0].parent / ACCOUNTS
        if accounts.exists():
            copyfile(accounts, folder / ACCOUNTS)
        folders.append(folder)
    return folders


def _slice(path: Path, into: Path, name: str, ends: Sequence[bytes]) -> None:
    with opened(path) as lines, ExitStack() as stack:
        parts: dict[int, IO[bytes]] = {}
        for number, line in enumerate(lines, 1):
            if line.isspace():
                continue
            at = _place(path, number, line, ends)
            if at == len(ends):
                continue
            if at not in parts:
                parts[at] = stack.enter_context(_part(into / f"{at:03}-{name}.jsonl.zst"))
            parts[at].write(line if line.endswith(b"\n") else line + b"\n")


def _part(path: Path) -> IO[bytes]:
    packer = zstandard.ZstdCompressor(level=PACKING)
    part: IO[bytes] = packer.stream_writer(path.open("wb"), closefd=True)
    return part


def _place(path: Path, number: int, line: bytes, ends: Sequence[bytes]) -> int:
    """Which slice a line belongs to; the number of cuts where it is after the last."""
    found = TIME.search(line, 0, LOOK) or TIME.search(line)
    if not found:
        raise InputError(
            f"{path}:{number} has no time in UTC.", "The range writes RFC 3339 with Z."
        )
    second = found[1]
    return next((at for at, end in enumerate(ends) if second < end), len(ends))


def _stamp(when: datetime) -> bytes:
    """A time as it stands in a capture, to the second, so that texts compare like times.

    A fraction is rounded up: a second is before a cut when it is before the next whole second.
    """
    whole = when.astimezone(UTC) + timedelta(seconds=1 if when.microsecond else 0)
    return whole.strftime("%Y-%m-%dT%H:%M:%S").encode()
