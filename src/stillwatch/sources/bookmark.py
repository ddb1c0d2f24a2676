"""How far a file was read, and what is new in it since."""

import os
import stat
from io import BufferedReader

from msgspec import Struct
from msgspec.structs import replace

from stillwatch.hashing import fingerprint

HEAD_BYTES = 1 << 16


class Resume(Struct, frozen=True):
    """A place in a file to go on from.

    Attributes:
        offset: bytes of whole lines read so far; of the content, where the file is compressed.
        line: lines read so far.
        head_digest: SHA-256 of the file's first 64 KiB, or of all of it while it was shorter.
        size: bytes of the file when it was opened.
        mtime_ns: when it was last changed then, nanoseconds since 1970.
        done: the file was read to its end as it was then.
    """

    offset: int
    line: int
    head_digest: str
    size: int
    mtime_ns: int
    done: bool = False


NOWHERE = Resume(offset=0, line=0, head_digest="", size=0, mtime_ns=0)


def start_of(file: BufferedReader, before: Resume | None) -> Resume:
    """Where to begin reading an open file.

    A file that has only grown is read on from where it was left. One that is shorter now, or that
    begins differently, or that was changed at the same size, is read anew. What was read to its
    end and has not been touched comes back as `done`.

    Args:
        file: the file, at its beginning.
        before: where the last run left it, or None.
    """
    facts = os.fstat(file.fileno())
    if not stat.S_ISREG(facts.st_mode):
        return NOWHERE
    here = Resume(0, 0, _digest(file, HEAD_BYTES), facts.st_size, facts.st_mtime_ns)
    if before is None or not _continues(file, before, here):
        return here
    untouched = before.done and (here.size, here.mtime_ns) == (before.size, before.mtime_ns)
    return replace(here, offset=before.offset, line=before.line, done=untouched)


def _continues(file: BufferedReader, before: Resume, here: Resume) -> bool:
    if here.size < before.size or _digest(file, min(before.size, HEAD_BYTES)) != before.head_digest:
        return False
    return here.size > before.size or here.mtime_ns == before.mtime_ns


def _digest(file: BufferedReader, size: int) -> str:
    head = file.read(size)
    file.seek(0)
    return fingerprint(head)
