"""The record of an enrolment: for its owner's eyes, and good for an epoch more."""

import json
import os
import traceback

import msgspec
import pytest

from stillwatch.client.enrolment import (
    EpochKey,
    enrolment_of,
    granted,
    read_enrolment,
    write_enrolment,
)
from stillwatch.errors import KeyFileError
from tests.client.installs import ENROLMENT, EPOCH_S, NOW_S, SECRET


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "folder" / "enrolment.json"
    write_enrolment(path, ENROLMENT)
    return path


def test_what_was_written_is_read(file):
    """And written over."""
    assert read_enrolment(file) == ENROLMENT
    write_enrolment(file, ENROLMENT)
    assert [path.name for path in file.parent.iterdir()] == ["enrolment.json"]


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such rights")
def test_only_the_owner_can_read_it(file):
    """And a record that others can read is refused, with the remedy."""
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    with pytest.raises(KeyFileError, match="Others may read") as caught:
        read_enrolment(file)
    assert "chmod 600" in caught.value.hint


def test_a_key_is_good_for_its_epoch_and_one_more():
    """In case the server cannot be reached; neither before nor later."""
    key = ENROLMENT.keys[0]
    for at_s in (key.from_s, NOW_S, key.until_s - 1, key.until_s + EPOCH_S - 1):
        assert ENROLMENT.key(at_s) is key
    for at_s in (key.from_s - 1, key.until_s + EPOCH_S):
        with pytest.raises(KeyFileError, match="no key for this time"):
            ENROLMENT.key(at_s)


def broken(**changes):
    key = {
        "id": "mk_1",
        "epoch": 1,
        "begins": "2026-07-01T00:00:00Z",
        "ends": "2026-07-15T00:00:00Z",
        "key": SECRET.hex(),
    }
    answer = {"install": "in_1", "account": "a", "token": "t0ps3cr3t"}
    return json.dumps({**answer, "keys": [{**key, **changes}]}).encode()


BROKEN = {
    "short key": broken(key=SECRET.hex()[:20]),
    "no hex": broken(key="zz" * 32),
    "number for a key": broken(key=5),
    "unknown field": broken(secret=SECRET.hex()),
    "no time": broken(begins="yesterday"),
    "cut off": broken()[:-30],
    "no keys": b'{"install": "in_1", "account": "a", "token": "t", "keys": []}',
    "a page": b"<html>",
    "nothing": b"",
}


@pytest.mark.parametrize("case", BROKEN)
def test_nonsense_is_an_error_that_quotes_no_key(case):
    """Neither in the message nor in the trace."""
    with pytest.raises(KeyFileError) as caught:
        enrolment_of(BROKEN[case], "https://enrol.example.com")
    shown = "".join(traceback.format_exception(caught.value))
    assert SECRET.hex()[:12] not in shown
    assert "t0ps3cr3t" not in shown


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "is no enrolment"),
        (b'{"stillwatch_enrolment": 1}', "is no enrolment"),
        (b"\xff\xfe", "is no enrolment"),
    ],
)
def test_a_broken_file_is_a_clear_error(file, text, says):
    """With its name."""
    file.write_bytes(text)
    with pytest.raises(KeyFileError, match=says):
        read_enrolment(file)


def test_a_missing_file_is_a_clear_error(tmp_path):
    """With what to do."""
    with pytest.raises(KeyFileError, match="cannot be read") as caught:
        read_enrolment(tmp_path / "none.json")
    assert "stillwatch marks join" in caught.value.hint


def test_an_unknown_format_is_a_clear_error(file):
    """So that an old client does not misread a new file."""
    text = file.read_text().replace('"stillwatch_enrolment": 1', '"stillwatch_enrolment": 2')
    file.write_text(text)
    with pytest.raises(KeyFileError, match="format 1"):
        read_enrolment(file)


def test_the_answer_of_a_server_shows_no_key():
    """In logs of a server that prints what it sends."""
    answer = granted(ENROLMENT.keys, "acct_1", None, ENROLMENT.token)
    assert SECRET.hex() not in f"{answer!r}{answer.keys!r}"
    assert ENROLMENT.token not in repr(answer)


def test_keys_are_in_the_order_of_epochs():
    """Whatever the order of the answer."""
    later = EpochKey(ENROLMENT.install, 101, "mk_1", 101 * EPOCH_S, 102 * EPOCH_S, bytes(32))
    both = granted((later, *ENROLMENT.keys), "acct_1", None, "t")
    record = enrolment_of(msgspec.json.encode(both), "https://x.test")
    assert [key.epoch for key in record.keys] == [100, 101]
    assert not record.due(NOW_S)
    assert record.due(101 * EPOCH_S)
