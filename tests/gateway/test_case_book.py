"""The book of cases and the journals before it, when processes die and disks fill up."""

import sqlite3
import subprocess
from pathlib import Path

import pytest

from stillwatch.errors import InputError, StoreError
from stillwatch.gateway import cases as module
from stillwatch.gateway.case_book import CaseBook
from stillwatch.gateway.cases import Cases, Held, adopt
from stillwatch.hashing import Hasher

from .conftest import PYTHON
from .test_decided import least_room
from .test_serve import until

NOW = 1_790_000_000.0
DAY = 86400.0
FILES = Path("/proc/self/fd")
HELD = Held("block", "a-reason", "relay", "pool", "act")


def started(file, **more):
    """Cases that are written."""
    made = Cases(file, Hasher(bytes(32)), **more)
    made.start(lambda: NOW)
    return made


@pytest.fixture
def file(tmp_path):
    return tmp_path / "cases.sqlite"


def numbers(file):
    """What the book holds: how often, by number."""
    with CaseBook(file) as book:
        return {case.number: case.times for case in book.cases(most=10_000)}


OPENING = """
import sys, time
from pathlib import Path
from stillwatch.gateway.cases import Cases, Held
from stillwatch.hashing import Hasher

cases = Cases(Path(sys.argv[1]), Hasher(bytes(32)))
cases.start(time.time)
number = 0
while True:
    print(cases.open(f"acct_{number}", "r", Held("block", "a"), time.time()), flush=True)
    number += 1
"""


def test_a_number_that_was_told_is_found_after_kill(file):
    """Killed at any point, with new cases half on their way into the book."""
    process = subprocess.Popen([PYTHON, "-c", OPENING, file], stdout=subprocess.PIPE, text=True)
    told = [process.stdout.readline().strip() for _ in range(3000)]
    process.kill()
    told += [line.strip() for line in process.stdout.read().split("\n")[:-1]]
    process.stdout.close()
    process.wait()
    cases = started(file)
    cases.stop()
    found = numbers(file)
    assert set(told) <= set(found)
    assert len(found) - len(told) <= 1
    assert not list(file.parent.glob("*.new-*"))


def test_journals_of_living_processes_are_left_alone(file):
    """Only what a dead one left is taken over; a line that was cut off spoils no other."""
    cases = Cases(file, Hasher(bytes(32)))
    cases.open("acct_1", "r", HELD, NOW)
    with CaseBook(file) as book:
        assert adopt(file, book) == 0
        (journal,) = file.parent.glob("*.new-*")
        line = journal.read_bytes().strip()
        left = file.with_name(file.name + ".new-dead")
        left.write_bytes(b'\n{"cut\n\xff\n' + line + b"\n" + line[:40])
        assert adopt(file, book) == 1
        assert not left.exists()
    cases.stop()
    assert set(numbers(file).values()) == {2}


def test_an_unreadable_journal_stops_nobody(file):
    """A folder in its place, or a file of somebody else."""
    file.with_name(file.name + ".new-odd").mkdir(parents=True)
    cases = started(file)
    number = cases.open("a", "r", HELD, NOW)
    cases.stop()
    assert numbers(file) == {number: 1}


def test_an_exception_holds_in_other_processes_within_a_second(file):
    """And ends by itself."""
    one, other = started(file), started(file)
    number = one.open("acct_1", "ban", HELD, NOW)
    assert other.open("acct_1", "ban", HELD, NOW) == number
    one.undo(number, "M. Okafor", NOW + DAY, NOW)
    assert one.excepted("acct_1", "ban", NOW)
    until(lambda: other.excepted("acct_1", "ban", NOW))
    assert not other.excepted("acct_1", "ban", NOW + DAY)
    assert not other.excepted("acct_1", "other", NOW)
    assert not other.excepted("acct_2", "ban", NOW)
    one.stop()
    other.stop()
    assert numbers(file) == {number: 2}


def test_a_full_disk_keeps_cases_in_memory_until_there_is_room(file, caplog):
    """Numbers are told all the same, and the book has all of them afterwards."""
    cases = started(file)
    first = cases.open("acct_0", "r", HELD, NOW)
    until(lambda: numbers(file) == {first: 1})
    with least_room(0):
        told = [cases.open(f"acct_{n}", "r", HELD, NOW) for n in range(1, 40)]
        until(lambda: "cannot be used" in caplog.text)
        assert cases.failures
        with pytest.raises(StoreError):
            cases.flush()
    cases.flush()
    cases.stop()
    assert set(numbers(file)) == {first, *told}


def test_a_book_that_cannot_be_written_costs_bounded_memory_and_files(file, monkeypatch):
    """For hours, perhaps: new cases, journals and open files have their bounds."""
    monkeypatch.setattr(module, "MOST_NEW", 50)
    monkeypatch.setattr(module, "MOST_KEPT", 4)
    cases = Cases(file, Hasher(bytes(32)))
    holder = sqlite3.connect(file, isolation_level=None)
    cases._book._base.execute("PRAGMA busy_timeout = 1")
    holder.execute("BEGIN IMMEDIATE")
    before = len(list(FILES.iterdir()))
    for turn in range(30):
        for number in range(5):
            cases.open(f"acct_{turn}_{number}", "r", HELD, NOW)
        with pytest.raises(StoreError):
            cases.flush()
    assert len(list(file.parent.glob("*.new-*"))) <= 5
    assert len(list(FILES.iterdir())) - before <= 5
    assert cases.failures == 100
    holder.execute("ROLLBACK")
    holder.close()
    cases.flush()
    cases.stop()
    assert len(numbers(file)) == 50
    started(file).stop()
    assert len(numbers(file)) == 150  # the journals held the rest


def test_numbers_are_one_for_each_account_rule_and_day(file):
    """And found however a person writes them."""
    cases = started(file)
    number = cases.open("a", "r", HELD, NOW)
    assert cases.open("a", "r", HELD, NOW + 1) == number
    others = {
        cases.open("b", "r", HELD, NOW),
        cases.open("a", "s", HELD, NOW),
        cases.open("a", "r", HELD, NOW + DAY),
    }
    assert len(others | {number}) == 4
    cases.stop()
    with CaseBook(file) as book:
        written = number.lower().replace("0", "o").replace("1", "l").replace("-", " ")
        assert book.case(written).number == number
        assert book.case(number).times == 2
        with pytest.raises(InputError):
            book.case("'; DROP TABLE cases; --")


def test_the_book_and_its_journals_are_its_owner_s_alone(file):
    """They say who was held back for what."""
    cases = Cases(file, Hasher(bytes(32)))
    cases.open("a", "r", HELD, NOW)
    for path in file.parent.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name
    cases.stop()


def test_a_book_that_is_none_is_told_in_words(file):
    """A file of something else is not written over."""
    file.write_bytes(b"not a book of cases" * 100)
    with pytest.raises(StoreError, match=r"cases\.sqlite"):
        CaseBook(file)
    assert file.read_bytes().startswith(b"not a book")


def test_invented_credentials_cannot_fill_the_disk_with_cases(file, monkeypatch, caplog):
    """So many new cases a day; numbers are told all the same, and old cases go on to count."""
    monkeypatch.setattr(module, "MOST_A_DAY", 10)
    cases = Cases(file, Hasher(bytes(32)))
    first = cases.open("acct_0", "r", HELD, NOW)
    for number in range(1, 10):
        cases.open(f"acct_{number}", "r", HELD, NOW)
    cases.flush()
    assert "until tomorrow" in caplog.text
    told = [cases.open(f"acct_{number}", "r", HELD, NOW) for number in range(10, 30)]
    assert cases.open("acct_0", "r", HELD, NOW) == first
    cases.flush()
    assert len(set(told)) == 20
    assert cases.failures == 20
    assert len(numbers(file)) == 10
    assert numbers(file)[first] == 2
    tomorrow = cases.open("acct_99", "r", HELD, NOW + DAY)
    cases.flush()
    assert tomorrow in numbers(file)
    cases.stop()
