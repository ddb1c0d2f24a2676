"""The log of decisions: never in the way, and honest about what it does not hold."""

import json
import resource
import shutil
from contextlib import contextmanager

import pytest

from stillwatch.gateway import decided
from stillwatch.gateway.decided import Decided, DecisionLog
from stillwatch.policy.decision import Decision

from .test_serve import until


def one(number=0):
    """A decision."""
    allowed = Decision(outcome="allow")
    return Decided(allowed, f"acct_{number}", 1_790_000_000.0, 200, "chat", "")


def accounts(file):
    """Whose decisions a file holds, in lines that can be read."""
    found = []
    for line in file.read_bytes().split(b"\n"):
        try:
            found.append(json.loads(line)["account"])
        except ValueError:
            continue
    return found


@contextmanager
def least_room(most):
    """The kernel refuses what lies beyond so many bytes of a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def log(tmp_path):
    """A log that is written."""
    made = DecisionLog(tmp_path / "decisions.jsonl")
    made.start()
    yield made, tmp_path / "decisions.jsonl"
    made.stop()


def test_what_was_decided_is_in_the_file_at_the_end(log):
    """In order, readable by its owner only."""
    writing, file = log
    for number in range(1000):
        writing.offer(one(number))
    writing.stop()
    assert accounts(file) == [f"acct_{number}" for number in range(1000)]
    assert (writing.written, writing.dropped) == (1000, 0)
    assert file.stat().st_mode & 0o077 == 0


def test_too_many_that_wait_are_dropped_and_counted(tmp_path, monkeypatch):
    """Memory is bounded, whatever the disk does."""
    monkeypatch.setattr(decided, "MOST_WAITING", 100)
    writing = DecisionLog(tmp_path / "decisions.jsonl")
    for number in range(250):
        writing.offer(one(number))
    assert writing.dropped == 150
    writing.start()
    writing.stop()
    assert writing.written == len(accounts(tmp_path / "decisions.jsonl")) == 100


def test_a_full_disk_cuts_one_line_and_counts_what_it_does_not_hold(log, caplog):
    """After it, whole lines follow again: what was cut off spoils none of them."""
    writing, file = log
    writing.offer(one(1))
    until(lambda: writing.written == 1)
    with least_room(file.stat().st_size * 3 + 20):
        for number in range(2, 12):
            writing.offer(one(number))
        until(lambda: writing.written + writing.dropped == 11)
    assert accounts(file) == ["acct_1", "acct_2", "acct_3"]
    assert (writing.written, writing.dropped) == (3, 8)
    writing.offer(one(12))
    writing.stop()
    assert accounts(file) == ["acct_1", "acct_2", "acct_3", "acct_12"]
    assert (writing.written, writing.dropped) == (4, 8)
    assert "cannot be written" in caplog.text


def test_a_folder_that_is_gone_drops_and_counts(tmp_path):
    """And once it is back, so is the log."""
    folder = tmp_path / "state"
    folder.mkdir()
    writing = DecisionLog(folder / "decisions.jsonl")
    writing.start()
    shutil.rmtree(folder)
    writing.offer(one(1))
    until(lambda: writing.dropped == 1)
    folder.mkdir()
    writing.offer(one(2))
    writing.stop()
    assert accounts(folder / "decisions.jsonl") == ["acct_2"]


def test_the_file_may_be_moved_away(log, tmp_path):
    """That is how logs are rotated; the next line makes a new one."""
    writing, file = log
    writing.offer(one(1))
    until(lambda: writing.written == 1)
    file.rename(tmp_path / "old.jsonl")
    writing.offer(one(2))
    until(lambda: writing.written == 2)
    assert accounts(tmp_path / "old.jsonl") == ["acct_1"]
    assert accounts(file) == ["acct_2"]


def test_without_a_file_nothing_waits():
    """A face without a folder keeps no log."""
    writing = DecisionLog(None)
    writing.start()
    writing.offer(one())
    writing.stop()
    assert (writing.written, writing.dropped) == (0, 0)
