"""The record of an enrolment: who this install is, and its keys for some epochs.

It is a JSON file that only its owner can read. Keys and the token appear nowhere else: not in
`repr`, messages or logs.
"""

import os
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from stillwatch.errors import KeyFileError
from stillwatch.marks.manifest import KEY_EPOCHS
from stillwatch.marks.secrets import KEY_BYTES

FORMAT = 1
_HINT = "Enrol again with `stillwatch marks join`."


@dataclass(frozen=True, slots=True)
class EpochKey:
    """An install's key for an epoch.

    Attributes:
        install: id of the install.
        epoch: number of the epoch.
        key_id: public name of the master key that it was derived from.
        from_s, until_s: the epoch, in seconds since 1970.
        secret: the key, 32 bytes.
    """

    install: str
    epoch: int
    key_id: str
    from_s: float
    until_s: float
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An enrolled install.

    Attributes:
        install: its id.
        account: the account that enrolled it.
        organization: who owns the account, if the server says so.
        url: the enrolment server; empty if there is none to ask for new keys.
        token: by which the install asks for new keys.
        keys: its keys, in the order of their epochs.
    """

    install: str
    account: str
    organization: str | None
    url: str
    token: str = field(repr=False)
    keys: tuple[EpochKey, ...]

    def key(self, at_s: float) -> EpochKey:
        """The key to seal with at a time.

        The key of an epoch is good for one epoch more, for the case that the server cannot be
        reached when it is time for a new one.

        Raises:
            KeyFileError: there is none.
        """
        for key in reversed(self.keys):
            if key.from_s <= at_s < key.from_s + KEY_EPOCHS * (key.until_s - key.from_s):
                return key
        raise KeyFileError(f"Install {self.install} has no key for this time.", _HINT)

    def due(self, at_s: float) -> bool:
        """Whether it is time to ask for new keys: the last one is in use."""
        return bool(self.url) and all(key.from_s <= at_s for key in self.keys)


class _Key(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    epoch: int
    begins: datetime
    ends: datetime
    key: str

    def __repr__(self) -> str:
        return f"_Key({self.id}, {self.epoch})"


class Granted(msgspec.Struct, forbid_unknown_fields=True):
    """What a server answers, and what the file holds besides."""

    install: str
    account: str
    token: str
    keys: list[_Key]
    organization: str | None = None

    def __repr__(self) -> str:
        return f"Granted({self.install})"


class _File(msgspec.Struct, forbid_unknown_fields=True):
    stillwatch_enrolment: int
    url: str
    granted: Granted


def granted(
    keys: tuple[EpochKey, ...], account: str, organization: str | None, token: str
) -> Granted:
    """What a server answers to an install."""
    listed = [
        _Key(key.key_id, key.epoch, _time(key.from_s), _time(key.until_s), key.secret.hex())
        for key in keys
    ]
    return Granted(keys[0].install, account, token, listed, organization)


def enrolment_of(answer: bytes, url: str) -> Enrolment:
    """Read a server's answer.

    Raises:
        KeyFileError: it is none.
    """
    try:
        return _enrolment(msgspec.json.decode(answer, type=Granted), url)
    except msgspec.MsgspecError:
        # What a parser says might quote the keys.
        raise KeyFileError("The server's answer is no enrolment.", "Check its address.") from None


def read_enrolment(path: Path) -> Enrolment:
    """Read the record of an enrolment.

    Raises:
        KeyFileError: it is missing, others may read it, or it is broken.
    """
    try:
        _check_rights(path)
        read = msgspec.json.decode(path.read_bytes(), type=_File)
    except OSError as error:
        raise KeyFileError(f"The enrolment cannot be read: {error.strerror}.", _HINT) from error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise KeyFileError(f"{path.name} is no enrolment.", _HINT) from None
    if read.stillwatch_enrolment != FORMAT:
        raise KeyFileError(f"{path.name} is no enrolment of format {FORMAT}.", _HINT)
    return _enrolment(read.granted, read.url)


def write_enrolment(path: Path, enrolment: Enrolment) -> None:
    """Write the record, in one step, so that only its owner can read it.

    Raises:
        KeyFileError: it cannot be written.
    """
    answer = granted(enrolment.keys, enrolment.account, enrolment.organization, enrolment.token)
    raw = msgspec.json.format(msgspec.json.encode(_File(FORMAT, enrolment.url, answer)))
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(new, flags, 0o600), "wb") as file:
            file.write(raw + b"\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise KeyFileError(f"{path.name} cannot be written: {error.strerror}.") from error


def _check_rights(path: Path) -> None:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileError(f"Others may read {path.name}.", f"Run `chmod 600 {path.name}`.")


def _enrolment(read: Granted, url: str) -> Enrolment:
    keys = tuple(
        EpochKey(
            read.install,
            key.epoch,
            key.id,
            key.begins.timestamp(),
            key.ends.timestamp(),
            _secret(key, read.install),
        )
        for key in sorted(read.keys, key=lambda key: key.epoch)
    )
    if not keys:
        raise KeyFileError(f"The enrolment of {read.install} holds no key.", _HINT)
    return Enrolment(read.install, read.account, read.organization, url, read.token, keys)


def _secret(key: _Key, install: str) -> bytes:
    try:
        secret = bytes.fromhex(key.key)
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise KeyFileError(
            f"The key of {install} for epoch {key.epoch} is not {KEY_BYTES} bytes in hex.", _HINT
        )
    return secret


def _time(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
