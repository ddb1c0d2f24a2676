"""The verdicts of the last hunt, from the file that `stillwatch hunt --json FILE` writes."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from stillwatch.errors import InputError

Found = tuple[str, str, str]
NONE: Found = ("none", "", "none")

_LEVELS = {"none": 0, "review": 1, "act": 2}
_WORDS = {"ordinary": 0, "undecided": 1, "relay": 2, "harvest": 2}


class _Subject(Struct):
    kind: str
    id: str
    accounts: list[str] = []


class _Verdict(Struct):
    subject: _Subject
    verdict: str
    level: str
    grade: str | None = None


class _Document(Struct):
    verdicts: list[_Verdict]


def read_verdicts(raw: bytes) -> dict[str, Found]:
    """Verdict, grade and level of every account.

    An account's own row counts. Of an account without one, that stands in a campaign among those
    that are sure, the campaign's does.

    Raises:
        InputError: it is not what a hunt writes.
    """
    try:
        document = msgspec.json.decode(raw, type=_Document)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(
            "The verdicts cannot be read.", "Write them with `stillwatch hunt --json FILE`."
        ) from error
    own = _by_account(row for row in document.verdicts if row.subject.kind == "account")
    return _by_account(row for row in document.verdicts if row.subject.kind != "account") | own


def _by_account(rows: Iterable[_Verdict]) -> dict[str, Found]:
    """The strongest row of each account; equal triples are one object."""
    found: dict[str, Found] = {}
    same: dict[Found, Found] = {}
    for row in sorted(rows, key=_strength):
        triple = (row.verdict, row.grade or "", row.level)
        triple = same.setdefault(triple, triple)
        for account in row.subject.accounts or (row.subject.id,):
            found[account] = triple
    return found


def _strength(row: _Verdict) -> tuple[int, int]:
    return (_LEVELS.get(row.level, 0), _WORDS.get(row.verdict, 0))


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
        self._found: dict[str, Found] = {}
        self.trouble = ""

    @property
    def accounts(self) -> int:
        """How many accounts have a verdict."""
        return len(self._found)

    def of(self, account: str) -> Found:
        """Verdict, grade and level of an account."""
        return self._found.get(account, NONE)

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
            self._found = read_verdicts(self._file.read_bytes())
        except OSError as error:
            self.trouble = f"The verdicts cannot be read: {error.strerror}."
        except InputError as error:
            # It may be half written: it is tried again when it has changed once more.
            self._mark = mark
            self.trouble = error.message
        else:
            self._mark = mark
            self.trouble = ""
            return True
        return False
