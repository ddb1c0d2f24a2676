"""The book of cases: an SQLite file that gateways, the admin API and the command line share."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct

from stillwatch.errors import InputError, StoreError
from stillwatch.gateway.accounts import NOBODY
from stillwatch.gateway.live.hunt_file import Line

MOST_APPEAL = 4000
MOST_NAME = 200
# How long to wait for another process that writes.
PATIENCE_S = 10.0

_TABLES = """
CREATE TABLE IF NOT EXISTS cases (
    number TEXT PRIMARY KEY, account TEXT NOT NULL, rule TEXT NOT NULL, day TEXT NOT NULL,
    opened_s REAL NOT NULL, last_s REAL NOT NULL, times INTEGER NOT NULL,
    outcome TEXT NOT NULL, reason TEXT NOT NULL, verdict TEXT NOT NULL, grade TEXT NOT NULL,
    level TEXT NOT NULL, evidence TEXT NOT NULL,
    appeal TEXT, appealed_s REAL, undone_by TEXT, undone_s REAL, seen TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS cases_by_time ON cases (opened_s);
CREATE INDEX IF NOT EXISTS cases_by_account ON cases (account);
CREATE TABLE IF NOT EXISTS exceptions (
    account TEXT NOT NULL, rule TEXT NOT NULL, until_s REAL NOT NULL, by TEXT NOT NULL,
    made_s REAL NOT NULL, PRIMARY KEY (account, rule)
) STRICT;
"""

_INSERT = "INSERT OR IGNORE INTO cases VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"


class Case(Struct, frozen=True):
    """Something was held back from an account because of a rule, on one day (UTC).

    Attributes:
        number: for people: the account can name it, and whoever runs the gateway finds it.
        opened_s, last_s: first and last time, seconds since 1970.
        times: how often.
        outcome, reason: of the first time, as the rule says.
        verdict, grade, level: of the last hunt, when it was opened.
        evidence: the lines behind that verdict.
        appeal, appealed_s: what the account says about it.
        undone_by, undone_s: who undid it first.
        seen: the facts of the first request that the rule had looked at.
    """

    number: str
    account: str
    rule: str
    day: str
    opened_s: float
    last_s: float
    times: int
    outcome: str
    reason: str
    verdict: str = "none"
    grade: str = ""
    level: str = "none"
    evidence: tuple[Line, ...] = ()
    appeal: str | None = None
    appealed_s: float | None = None
    undone_by: str | None = None
    undone_s: float | None = None
    seen: Mapping[str, str] = {}


class Exemption(Struct, frozen=True):
    """A rule does not hold for an account until a time."""

    account: str
    rule: str
    until_s: float
    by: str
    made_s: float


Exemptions = Mapping[tuple[str, str], float]


class CaseBook:
    """The book.

    Args:
        file: where it is; made if it is not there.

    Raises:
        StoreError: it cannot be opened.
    """

    def __init__(self, file: Path) -> None:
        self._name, self._file = file.name, file
        with self._telling():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.touch(mode=0o600)
            self._base = sqlite3.connect(
                file, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False
            )
            self._base.row_factory = sqlite3.Row
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.executescript(_TABLES)
            self._inode = file.stat().st_ino

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def gone(self) -> bool:
        """Whether somebody deleted the file, or put another in its place."""
        try:
            return self._file.stat().st_ino != self._inode
        except OSError:
            return True

    def version(self) -> int:
        """A number that changes when another connection changed the book."""
        with self._telling():
            return int(self._base.execute("PRAGMA data_version").fetchone()[0])

    def record(self, opened: Iterable[Case], again: Mapping[str, tuple[int, float]]) -> int:
        """Add new cases, and count those that happened again, in one step.

        Args:
            opened: those that are there already stay as they are.
            again: for a number how many times more, and when it was last.

        Returns:
            How many were not there yet.

        Raises:
            StoreError: the book cannot be written; nothing was.
        """
        with self._writing():
            added = self._base.executemany(_INSERT, map(_row, opened)).rowcount
            self._base.executemany(
                "UPDATE cases SET times = times + ?, last_s = max(last_s, ?) WHERE number = ?",
                [(times, last_s, number) for number, (times, last_s) in again.items()],
            )
        return max(0, added)

    def cases(self, *, account: str | None = None, most: int = 100) -> list[Case]:
        """The newest cases, of all accounts or of one; those with an open appeal come first."""
        with self._telling():
            rows = self._base.execute(
                "SELECT * FROM cases WHERE account = coalesce(?, account) "
                "ORDER BY (appeal IS NULL OR undone_s IS NOT NULL), opened_s DESC LIMIT ?",
                (account, most),
            ).fetchall()
        return [_case(row) for row in rows]

    def case(self, number: str) -> Case:
        """A case.

        Args:
            number: as a person may write it.

        Raises:
            InputError: there is none of that number.
        """
        with self._telling():
            row = self._base.execute(
                "SELECT * FROM cases WHERE number = ?", (plain_number(number),)
            ).fetchone()
        if row is None:
            raise InputError(
                f"There is no case {plain_number(number)[:MOST_NAME]}.",
                "See `stillwatch cases list`.",
            )
        return _case(row)

    def appeal(self, number: str, text: str, now_s: float) -> Case:
        """Add what the account says.

        Raises:
            InputError: there is no such case, or the text is empty or too long.
        """
        if not text.strip() or len(text) > MOST_APPEAL:
            raise InputError(f"An appeal has 1 to {MOST_APPEAL} characters.")
        case = self.case(number)
        with self._writing():
            self._base.execute(
                "UPDATE cases SET appeal = ?, appealed_s = ? WHERE number = ?",
                (text, now_s, case.number),
            )
        return self.case(number)

    def undo(self, number: str, by: str, until_s: float, now_s: float) -> Case:
        """Undo a case: until a time its rule does not hold for its account.

        Args:
            number: of the case.
            by: who decided it.
            until_s: seconds since 1970.
            now_s: seconds since 1970.

        Raises:
            InputError: there is no such case, nobody is named, the time is over, or the case is
                that of nobody in particular.
        """
        if not by.strip() or len(by) > MOST_NAME:
            raise InputError("Say who undoes it.")
        if not until_s > now_s:
            raise InputError("The exception would be over already.", "Name a later date.")
        case = self.case(number)
        if case.account == NOBODY:
            raise InputError(
                "Requests without a credential come from anybody: an exception would hold for all.",
                f"Change rule {case.rule} instead.",
            )
        with self._writing():
            self._base.execute(
                "UPDATE cases SET undone_by = coalesce(undone_by, ?), "
                "undone_s = coalesce(undone_s, ?) WHERE number = ?",
                (by, now_s, case.number),
            )
            self._base.execute(
                "INSERT OR REPLACE INTO exceptions VALUES (?, ?, ?, ?, ?)",
                (case.account, case.rule, until_s, by, now_s),
            )
        return self.case(number)

    def exemptions(self, now_s: float) -> list[Exemption]:
        """The exceptions that hold at a time."""
        with self._telling():
            rows = self._base.execute(
                "SELECT * FROM exceptions WHERE until_s > ? ORDER BY account, rule", (now_s,)
            ).fetchall()
        return [Exemption(**dict(row)) for row in rows]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._telling():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (FileExistsError, NotADirectoryError) as error:
            raise StoreError(
                f"{self._file.parent.name} is a file, not a folder.", "Name another with --state."
            ) from error
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"The book of cases {self._name} cannot be used: {error}.",
                "Look at the disk and at the rights of the file.",
            ) from error


def plain_number(text: str) -> str:
    """A number as the book has it, from how a person may write it."""
    signs = "".join(text.upper().split()).replace("-", "")
    signs = signs.translate(str.maketrans("OIL", "011"))
    return f"{signs[:5]}-{signs[5:]}"


def _row(case: Case) -> tuple[object, ...]:
    evidence = msgspec.json.encode(case.evidence).decode()
    seen = msgspec.json.encode(case.seen).decode()
    values = msgspec.structs.asdict(case) | {"evidence": evidence, "seen": seen}
    return tuple(values.values())


def _case(row: sqlite3.Row) -> Case:
    values = dict(row)
    values["evidence"] = msgspec.json.decode(values["evidence"], type=tuple[Line, ...])
    values["seen"] = msgspec.json.decode(values["seen"], type=dict[str, str])
    return Case(**values)
