"""Cases as the request path sees them: a number at once, everything else beside it.

The number follows from account, rule and day, so it is known without asking anybody and the same
in every process. A case that is new goes into a journal before its number is told, one short write
that outlives the process; a thread takes it over into the book.
"""

import contextlib
import errno
import fcntl
import logging
import os
import secrets
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from stillwatch.errors import StoreError
from stillwatch.gateway.case_book import Case, CaseBook, Exemptions
from stillwatch.gateway.live.hunt_file import Line
from stillwatch.hashing import Hasher
from stillwatch.memo import Memo

EVERY_S = 0.5
ORPHANS_S = 10.0
MOST_KNOWN = 1 << 16
MOST_WAITING = 1 << 20
# New cases in memory, and journals, that wait for a book which cannot be written.
MOST_NEW = 1 << 16
MOST_KEPT = 16
# Anybody can invent credentials, and each makes an account: so much of a disk they get in a day.
MOST_A_DAY = 1 << 20
# Without I, L, O and U, which are misread or misheard (Crockford, "Base 32", 2019).
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DIGITS = 10

_log = logging.getLogger(__name__)

Evidence = Callable[[str], tuple[Line, ...]]


class Held(Struct, frozen=True):
    """What was held back, and what was known.

    Attributes:
        outcome, reason: of the decision.
        verdict, grade, level: of the last hunt.
        seen: the facts that the rule had looked at.
    """

    outcome: str
    reason: str
    verdict: str = "none"
    grade: str = ""
    level: str = "none"
    seen: Mapping[str, str] = {}


def number_of(hasher: Hasher, account: str, rule: str, day: str) -> str:
    """The number of a case: ten signs that can be spoken, from 50 bits of a keyed hash.

    A million cases share a number with a chance of one in 2000.
    """
    value = hasher.of(f"case\0{account}\0{rule}\0{day}") & ((1 << (5 * _DIGITS)) - 1)
    signs = "".join(_SIGNS[value >> (5 * at) & 31] for at in range(_DIGITS))
    return f"{signs[:5]}-{signs[5:]}"


class Cases:
    """The cases of a gateway.

    `open` and `excepted` belong to the request path, everything else is for other threads.

    Args:
        file: of the book; journals lie beside it.
        hasher: the same in all processes, so that numbers are.
        evidence: the lines behind an account's verdict.
    """

    def __init__(
        self, file: Path, hasher: Hasher, evidence: Evidence = lambda _account: ()
    ) -> None:
        self._file = file
        self._hasher = hasher
        self._evidence = evidence
        self._book = CaseBook(file)
        self._numbers: Memo[tuple[str, str, int], str] = Memo(MOST_KNOWN)
        self._new: list[Case] = []
        self._again: deque[tuple[str, float]] = deque(maxlen=MOST_WAITING)
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._journal = _Journal(file)
        self._exemptions: Exemptions = {}
        self._version = -1
        self._day, self._added = "", 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.failures = 0

    def start(self, now: Callable[[], float]) -> None:
        """Take over what killed processes left, and write on beside the request path."""
        adopt(self._file, self._book)
        self.refresh(now())
        self._thread = threading.Thread(
            target=self._run, args=(now,), name="stillwatch-cases", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        with contextlib.suppress(StoreError):  # the journal stays for the next start
            self.flush()
        self._journal.close()
        self._book.close()

    def open(self, account: str, rule: str, held: Held, now_s: float) -> str:
        """Something is held back.

        Returns:
            The number of the case: one for each account, rule and day (UTC).
        """
        day = int(now_s) // 86400
        number = self._numbers.get((account, rule, day))
        if number is not None:
            self._again.append((number, now_s))
            return number
        return self._opened(account, rule, held, now_s)

    def excepted(self, account: str, rule: str, now_s: float) -> bool:
        """Whether a rule does not hold for an account, because a case was undone."""
        exemptions = self._exemptions
        return bool(exemptions) and exemptions.get((account, rule), 0.0) > now_s

    def flush(self) -> None:
        """Write what waits into the book.

        Raises:
            StoreError: the book cannot be written; everything goes on waiting.
        """
        with self._flushing:
            self._flush()

    def refresh(self, now_s: float) -> None:
        """Read the exceptions if the book has changed."""
        version = self._book.version()
        if version != self._version:
            found = self._book.exemptions(now_s)
            self._exemptions = {(one.account, one.rule): one.until_s for one in found}
            self._version = version

    def undo(self, number: str, by: str, until_s: float, now_s: float) -> Case:
        """Undo a case, as `CaseBook.undo`; it holds here at once, in other processes in a second."""
        self.flush()
        with CaseBook(self._file) as book:
            case = book.undo(number, by, until_s, now_s)
        self._exemptions = {**self._exemptions, (case.account, case.rule): until_s}
        return case

    def _flush(self) -> None:
        with self._lock:
            new, self._new = self._new, []
            old = self._journal.turned() if new and self._journal.kept < MOST_KEPT else None
        again = self._counted()
        try:
            known = [replace(case, evidence=self._evidence(case.account)) for case in new]
            self._count(known, self._book.record(known, again))
        except StoreError:
            with self._lock:
                self._new = new + self._new
                self.failures += max(0, len(self._new) - MOST_NEW)
                del self._new[MOST_NEW:]
            self._again.extend((one, at_s) for one, (n, at_s) in again.items() for _ in range(n))
            if old is not None:
                self._journal.keep(old)
            raise
        self._journal.done(old)

    def _opened(self, account: str, rule: str, held: Held, now_s: float) -> str:
        day = datetime.fromtimestamp(now_s, UTC).date().isoformat()
        number = number_of(self._hasher, account, rule, day)
        if day == self._day and self._added >= MOST_A_DAY:
            self.failures += 1
            return self._numbers.put((account, rule, int(now_s) // 86400), number)
        case = Case(
            number,
            account,
            rule,
            day,
            opened_s=now_s,
            last_s=now_s,
            times=0,
            outcome=held.outcome,
            reason=held.reason,
            verdict=held.verdict,
            grade=held.grade,
            level=held.level,
            seen=held.seen,
        )
        with self._lock:
            try:
                self._journal.write(msgspec.json.encode(case))
            except OSError:
                self.failures += 1  # it is in memory still
            if len(self._new) < MOST_NEW:
                self._new.append(case)
            else:
                self.failures += 1
        self._again.append((number, now_s))
        return self._numbers.put((account, rule, int(now_s) // 86400), number)

    def _count(self, opened: Sequence[Case], added: int) -> None:
        """Count the new cases of a day."""
        day = max((case.day for case in opened), default=self._day)
        if day != self._day:
            self._day, self._added = day, 0
        before, self._added = self._added, self._added + added
        if before < MOST_A_DAY <= self._added:
            _log.warning("%d new cases today: no more are written down until tomorrow.", MOST_A_DAY)

    def _begin_again(self) -> None:
        """Make a new book where somebody deleted it; exceptions that are known go on to hold.

        Raises:
            StoreError: it cannot be made.
        """
        with self._flushing:
            old, self._book = self._book, CaseBook(self._file)
            old.close()
            self._version = self._book.version()
            self._numbers = Memo(MOST_KNOWN)  # cases that happen again are written down again
        _log.warning("The book of cases was deleted; a new one was begun.")

    def _counted(self) -> dict[str, tuple[int, float]]:
        counted: dict[str, tuple[int, float]] = {}
        for _ in range(len(self._again)):
            number, at_s = self._again.popleft()
            times, last_s = counted.get(number, (0, 0.0))
            counted[number] = (times + 1, max(last_s, at_s))
        return counted

    def _run(self, now: Callable[[], float]) -> None:
        adopted_s = now()
        while not self._stop.wait(EVERY_S):
            try:
                if self._book.gone():
                    self._begin_again()
                self.flush()
                self.refresh(now())
                if now() - adopted_s > ORPHANS_S:
                    adopted_s = now()
                    adopt(self._file, self._book)
            except StoreError as error:
                self.failures += 1
                _log.warning("%s", error.message)


class _Journal:
    """New cases until the book has them: a file that only this process writes, and holds locked."""

    def __init__(self, book: Path) -> None:
        self._book = book
        self._open: tuple[Path, int] | None = None
        self._kept: list[tuple[Path, int]] = []

    @property
    def kept(self) -> int:
        """How many ended files the book does not have yet."""
        return len(self._kept)

    def write(self, line: bytes) -> None:
        """Add a line; it outlives the process when this returns.

        The break stands before it, so that a line that was cut off by a full disk spoils no other.

        Raises:
            OSError: the disk did not take it.
        """
        if self._open is None:
            token = secrets.token_hex(6)
            making = self._book.with_name(f"{self._book.name}.making-{token}")
            path = self._book.with_name(f"{self._book.name}.new-{token}")
            file = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            making.rename(path)  # locked before anybody can see it
            self._open = (path, file)
        line = b"\n" + line
        if os.write(self._open[1], line) != len(line):
            raise OSError(errno.ENOSPC, "a case was cut off")

    def turned(self) -> tuple[Path, int] | None:
        """End the file; further lines go to a new one."""
        old, self._open = self._open, None
        return old

    def keep(self, old: tuple[Path, int]) -> None:
        """The book does not have an ended file yet."""
        self._kept.append(old)

    def done(self, old: tuple[Path, int] | None) -> None:
        """The book has everything up to an ended file."""
        ended, self._kept = [*self._kept, *([old] if old else [])], []
        for path, file in ended:
            with contextlib.suppress(OSError):  # its folder may be gone
                path.unlink(missing_ok=True)
            os.close(file)

    def close(self) -> None:
        """Leave what is not done to whoever starts next."""
        for _, file in [*self._kept, *([self._open] if self._open else [])]:
            os.close(file)
        self._kept, self._open = [], None


def adopt(file: Path, book: CaseBook) -> int:
    """Take over the journals of processes that were killed.

    Returns:
        How many cases stood in them.

    Raises:
        StoreError: the book cannot be written; the journals stay.
    """
    adopted = 0
    for path in sorted(file.parent.glob(f"{file.name}.new-*")):
        # What is gone by now, or another's, stays where it is.
        with contextlib.suppress(OSError), path.open("rb") as journal:
            try:
                fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # its process lives
            cases = list(_readable(journal.read()))
            book.record(cases, {case.number: (1, case.last_s) for case in cases})
            path.unlink(missing_ok=True)
            adopted += len(cases)
    return adopted


def _readable(lines: bytes) -> list[Case]:
    """The cases of a journal; a last line that was cut off is passed over."""
    cases = []
    for line in lines.split(b"\n"):
        with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
            cases.append(msgspec.json.decode(line, type=Case))
    return cases
