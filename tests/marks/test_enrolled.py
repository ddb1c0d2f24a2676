"""The register of installs."""

import stat
from datetime import UTC, datetime

import pytest

from stillwatch.errors import InputError
from stillwatch.marks.enrolled import Install, add_installs, new_install, read_installs

WHEN = datetime(2026, 7, 1, tzinfo=UTC)


def test_what_is_entered_is_read(tmp_path):
    """All fields, and only the owner may read the file."""
    file = tmp_path / "installs.jsonl"
    installs = (Install("in_1", "a", "o", WHEN, None, "coding-agent"), Install("in_2", "b"))
    add_installs(file, installs[:1])
    add_installs(file, installs[1:])
    assert read_installs(file) == installs
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_last_line_of_an_install_counts(tmp_path):
    """A revocation is a new line, so that files are only added to."""
    file = tmp_path / "installs.jsonl"
    add_installs(
        file, [Install("in_1", "a"), Install("in_2", "b"), Install("in_1", "a", None, WHEN)]
    )
    found = {install.install: install for install in read_installs(file)}
    assert found["in_1"].enrolled == WHEN
    assert len(found) == 2


@pytest.mark.parametrize(
    "line",
    ['{"install": "in_2"}', '{"install": 2, "account": "a"}', "not json", "\xff", "[" * 5000],
)
def test_a_broken_line_is_named(tmp_path, line):
    """The message holds the file and the line's number."""
    file = tmp_path / "installs.jsonl"
    good = b'{"install": "in_1", "account": "a"}\n'
    file.write_bytes(good + b"\n" + line.encode("latin-1") + b"\n")
    with pytest.raises(InputError, match=r"installs.jsonl, line 3"):
        read_installs(file)


def test_a_missing_register_is_a_clear_error(tmp_path):
    """It says what cannot be read and why."""
    with pytest.raises(InputError, match="cannot be read"):
        read_installs(tmp_path / "none.jsonl")


def test_new_ids_are_random():
    """64 bits, in hexadecimal."""
    names = {new_install() for _ in range(100)}
    assert len(names) == 100
    assert all(name.startswith("in_") and len(name) == 19 for name in names)
