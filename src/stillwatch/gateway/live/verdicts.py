"""The verdicts of the last hunt, from the file that `stillwatch hunt --json FILE` writes."""

import logging
from pathlib import Path

import msgspec

from stillwatch.errors import InputError
from stillwatch.gateway.live.apart import LARGE, read_apart
from stillwatch.gateway.live.hunt_file import Found, Line, Read, read_verdicts

_log = logging.getLogger(__name__)

NONE: Found = ("none", "", "none")


class Verdicts:
    """The verdicts of a file, read again when it changes.

    Args:
        file: what the hunt writes, or None for no verdicts.

    Attributes:
        accounts: how many accounts have one.
        trouble: why the file could not be read when it was last tried; empty if it could. What
            was read before stands.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._mark: tuple[int, int, int] | None = None
        self._read = Read({}, {})
        self.trouble = ""

    @property
    def wanted(self) -> bool:
        """Whether there is a file to read."""
        return self._file is not None

    @property
    def accounts(self) -> int:
        """How many accounts have a verdict."""
        return len(self._read.found)

    def of(self, account: str) -> Found:
        """Verdict, grade and level of an account."""
        return self._read.found.get(account, NONE)

    def lines(self, account: str) -> tuple[Line, ...]:
        """The evidence behind an account's verdict, if its level is `review` or `act`."""
        lines = self._read.lines.get(account)
        return () if lines is None else msgspec.json.decode(lines, type=tuple[Line, ...])

    def reload(self) -> bool:
        """Read the file if it is another than last time; for a thread beside the request path.

        Returns:
            Whether it was read.
        """
        if self._file is None:
            return False
        try:
            facts = self._file.stat()
            mark = (facts.st_ino, facts.st_size, facts.st_mtime_ns)
            if mark == self._mark:
                return False
            large = facts.st_size > LARGE
            read = read_apart(self._file) if large else read_verdicts(self._file.read_bytes())
        except OSError as error:
            self._tell(f"The verdicts cannot be read: {error.strerror}.")
        except InputError as error:
            # It may be half written: it is tried again when it has changed once more.
            self._mark = mark
            self._tell(error.message)
        else:
            self._mark = mark
            self.trouble = ""
            old, self._read = self._read, read
            _let_go(old)
            return True
        return False

    def _tell(self, trouble: str) -> None:
        """Note what is wrong, and write it to the log once."""
        if trouble != self.trouble:
            _log.warning("%s What was read before stands.", trouble)
        self.trouble = trouble


def _let_go(old: Read) -> None:
    """Forget one by one: to free a million at once would hold every other thread up."""
    for gone in (old.found, old.lines):
        while gone:
            gone.popitem()
