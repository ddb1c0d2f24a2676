"""The file of nonces."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.errors import InputError
from stillwatch.nonces.file import read, write
from stillwatch.nonces.make import nonces
from tests.nonces.shop import MADE


@pytest.fixture
def made():
    return list(nonces(3, MADE, about="shop"))


def test_what_is_written_is_read(tmp_path, made):
    """Nonces, and whose deliveries do not count; nobody else may read the file."""
    file = tmp_path / "n.jsonl"
    write(file, made, own=["acct_1", "acct_2"])
    assert read([file]).nonces == tuple(made)
    assert read([file]).own == {"acct_1", "acct_2"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_is_never_overwritten(tmp_path, made):
    """What was sent would be lost."""
    file = tmp_path / "n.jsonl"
    write(file, made[:1])
    with pytest.raises(InputError, match="there already"):
        write(file, made[1:])
    assert read([file]).nonces == tuple(made[:1])


@pytest.mark.parametrize("text", ["", "\n\n", '{"own_accounts": ["a"]}\n'])
def test_a_file_without_nonces_is_an_error(tmp_path, text):
    """A hunt for nothing is a mistake."""
    file = tmp_path / "n.jsonl"
    file.write_text(text)
    with pytest.raises(InputError, match=r"n\.jsonl holds no nonce"):
        read([file])


def test_a_missing_file_is_an_error(tmp_path):
    """Named without its folder."""
    with pytest.raises(InputError, match=r"^gone\.jsonl cannot be read"):
        read([tmp_path / "gone.jsonl"])


@pytest.mark.parametrize(
    "line",
    [
        "no json but a secret",
        '{"nonce": "secret"}',
        '{"nonce": "tp_0123456789", "made": "2026-01-01T00:00:00", "kind": "secret"}',
        '{"own_accounts": "secret"}',
        "[" * 100_000,
        "\udc80".encode("utf-8", "surrogateescape").decode("latin-1"),
    ],
    ids=["text", "name", "zone", "own", "deep", "bytes"],
)
def test_a_broken_line_is_named_and_not_quoted(tmp_path, made, line):
    """File and line, and nothing of what stands there."""
    file = tmp_path / "n.jsonl"
    write(file, made)
    file.write_bytes(file.read_bytes() + b"\n" + line.encode("latin-1") + b"\n")
    with pytest.raises(InputError) as caught:
        read([file])
    assert "n.jsonl, line 5 is no nonce" in caught.value.message
    assert "secret" not in caught.value.message + caught.value.hint


def test_a_nonce_that_stands_twice_is_an_error(tmp_path, made):
    """By its name, and by its words under another name."""
    file = tmp_path / "n.jsonl"
    write(file, made)
    lines = file.read_bytes().splitlines(keepends=True)
    for double in (lines[0], lines[0].replace(made[0].nonce.encode(), b"tp_0000000000")):
        file.write_bytes(b"".join([*lines, double]))
        with pytest.raises(InputError, match=f"line 4: {made[0].nonce} stands there twice"):
            read([file])


@given(raw=st.binary(max_size=200))
def test_no_bytes_break_the_reader(tmp_path_factory, raw):
    """It reads, or says what is wrong."""
    file = tmp_path_factory.mktemp("n") / "n.jsonl"
    file.write_bytes(raw)
    with pytest.raises(InputError):
        read([file])
