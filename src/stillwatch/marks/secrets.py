"""The marks key file: master secrets, each with the span in which it seals and is read.

A file holds one or more keys, newest last, so that keys can be rotated: at any time at least the
key that seals now and the one before it are read. It is JSON, readable by its owner only. Secrets
never leave this module but as derived keys.
"""

import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from stillwatch.errors import KeyFileError
from stillwatch.marks.bulk import one_key

KEY_BYTES = 32
FORMAT = 1
DAY_S = 86_400
EPOCH_DAYS = 14
LASTS_DAYS = 365
_INFO = b"stillwatch/marks/1/"
_HINT = "Make one with `stillwatch marks keys new FILE`."


class _Key(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    secret: str
    seals_from: datetime
    read_until: datetime

    def __repr__(self) -> str:
        return f"_Key({self.id})"


class _File(msgspec.Struct, forbid_unknown_fields=True):
    stillwatch_marks_keys: int
    epoch_days: int
    keys: list[_Key]


@dataclass(frozen=True, slots=True, repr=False)
class MarkKey:
    """One master key.

    Attributes:
        id: short public name.
        seals_from_s, read_until_s: its span, in seconds since the epoch of the clock.
        epoch_days: length of an epoch: codewords change with it.
    """

    id: str
    seals_from_s: float
    read_until_s: float
    epoch_days: int
    _secret: bytes

    def epoch(self, at_s: float) -> int:
        """The number of the epoch at a time."""
        return int(at_s // (self.epoch_days * DAY_S))

    def install_key(self, install: str, epoch: int) -> bytes:
        """The 32-byte key of an install for an epoch; this is what enrolment hands out."""
        return self._derive(f"install/{epoch}/{install}")

    def install_keys(self, installs: Iterable[str], epoch: int) -> Iterator[bytes]:
        """The keys of many installs for an epoch, as `install_key` gives them, several times faster.

        HKDF-Extract is done once, and Expand is a single block (RFC 5869, section 2).
        """
        begun = hmac.digest(bytes(KEY_BYTES), self._secret, "sha256")
        before = _INFO + f"install/{epoch}/".encode()
        return one_key(begun, (before + install.encode() + b"\x01" for install in installs))

    def purpose_key(self, purpose: str) -> bytes:
        """The 32-byte key for another purpose, such as sealed ids of an epoch."""
        return self._derive(f"purpose/{purpose}")

    def _derive(self, what: str) -> bytes:
        info = _INFO + what.encode()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._secret)

    def __repr__(self) -> str:
        return f"MarkKey({self.id})"


@dataclass(frozen=True, slots=True)
class MarkKeys:
    """All keys of a file, newest last."""

    keys: tuple[MarkKey, ...]

    def sealing(self, at_s: float) -> MarkKey:
        """The key that seals at a time: the newest whose span has begun.

        Raises:
            KeyFileError: none has begun, or all have ended.
        """
        for key in reversed(self.keys):
            if key.seals_from_s <= at_s < key.read_until_s:
                return key
        raise KeyFileError(
            "No marks key is valid now.", "Add one with `stillwatch marks keys add`."
        )

    def reading(self, at_s: float) -> tuple[MarkKey, ...]:
        """The keys whose marks are read at a time, newest first."""
        return tuple(
            key for key in reversed(self.keys) if key.seals_from_s <= at_s < key.read_until_s
        )


def new_file(path: Path, at_s: float, epoch_days: int = EPOCH_DAYS) -> MarkKeys:
    """Make a key file with one key that seals from now on.

    Raises:
        KeyFileError: the file is there already, or cannot be written.
    """
    _write(path, _File(FORMAT, epoch_days, [_fresh(at_s)]), new=True)
    return read_file(path)


def add_key(path: Path, at_s: float, seals_from_s: float | None = None) -> MarkKeys:
    """Add a key that seals from a time on; older ones stay readable until their span ends.

    Raises:
        KeyFileError: as for `read_file`, or the file cannot be written.
    """
    read = _read(path)
    read.keys.append(_fresh(at_s if seals_from_s is None else seals_from_s))
    _write(path, read, new=False)
    return read_file(path)


def read_file(path: Path) -> MarkKeys:
    """Read a key file.

    Raises:
        KeyFileError: it is missing, unreadable, not a key file, or a key in it is too short.
    """
    read = _read(path)
    keys = tuple(
        MarkKey(
            key.id,
            key.seals_from.timestamp(),
            key.read_until.timestamp(),
            read.epoch_days,
            _secret(key),
        )
        for key in sorted(read.keys, key=lambda key: key.seals_from)
    )
    return MarkKeys(keys)


def _read(path: Path) -> _File:
    try:
        read = msgspec.json.decode(path.read_bytes(), type=_File)
    except OSError as error:
        raise KeyFileError(
            f"The marks key file cannot be read: {error.strerror}.", _HINT
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        # What a parser says of a broken key file might quote it.
        raise KeyFileError(f"{path.name} is not a marks key file.", _HINT) from None
    if read.stillwatch_marks_keys != FORMAT or not read.keys or read.epoch_days < 1:
        raise KeyFileError(f"{path.name} is not a marks key file of format {FORMAT}.", _HINT)
    return read


def _secret(key: _Key) -> bytes:
    try:
        secret = bytes.fromhex(key.secret)
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise KeyFileError(f"Marks key {key.id} is not {KEY_BYTES} bytes in hex.", _HINT)
    return secret


def _fresh(seals_from_s: float) -> _Key:
    start = datetime.fromtimestamp(int(seals_from_s), UTC)
    return _Key(
        f"mk_{secrets.token_hex(4)}",
        secrets.token_hex(KEY_BYTES),
        start,
        start + timedelta(days=LASTS_DAYS),
    )


def _write(path: Path, file: _File, *, new: bool) -> None:
    text = json.dumps(msgspec.to_builtins(file), indent=1) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text, new=new)
    except FileExistsError as error:
        raise KeyFileError(f"{path.name} is there already.", "Name a new file.") from error
    except OSError as error:
        raise KeyFileError(f"{path.name} cannot be written: {error.strerror}.") from error


def _replace(path: Path, text: str, *, new: bool) -> None:
    """Write in one step, so that a full disk leaves the old file as it was."""
    target = path if new else path.with_name(path.name + ".new")
    flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if new else os.O_TRUNC)
    with os.fdopen(os.open(target, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if not new:
        target.replace(path)


def epochs(key: MarkKey, first_s: float, last_s: float) -> Iterator[int]:
    """The epochs of a key that touch a span of time."""
    yield from range(key.epoch(first_s), key.epoch(last_s) + 1)
