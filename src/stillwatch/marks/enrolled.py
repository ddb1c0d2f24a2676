"""The register of installs: which install was enrolled by which account.

A JSON Lines file, one install a line, the last line of an install counting:

    {"install": "in_5f1e3a528d274b6e", "account": "acct_1", "organization": "org_1",
     "enrolled": "2026-07-01T12:00:00Z", "revoked": null}

`install` and `account` are required. There are no keys in it, and no names of people or machines.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from stillwatch.errors import InputError

_HINT = "Every line is a JSON object with install and account; see docs/formats.md."


class Install(Struct, frozen=True, omit_defaults=True):
    """One enrolled copy of a client.

    Attributes:
        install: its id, made at random when it was enrolled.
        account: the account that enrolled it.
        organization: who owns it, as in accounts.jsonl; None if unknown.
        enrolled, revoked: when, or None.
    """

    install: str
    account: str
    organization: str | None = None
    enrolled: datetime | None = None
    revoked: datetime | None = None


_read = msgspec.json.Decoder(Install).decode
_encode = msgspec.json.Encoder().encode


def read_installs(path: Path) -> tuple[Install, ...]:
    """Read a register; of lines about one install the last counts.

    Raises:
        InputError: it cannot be read, or a line is no install; the message names the line.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"The installs cannot be read: {error.strerror}.", _HINT) from error
    found: dict[str, Install] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            install = _install(line, f"{path.name}, line {number}")
            found[install.install] = install
    return tuple(found.values())


def add_installs(path: Path, installs: Iterable[Install]) -> None:
    """Add lines to a register, or begin one that only its owner can read.

    Raises:
        InputError: it cannot be written.
    """
    try:
        if not path.exists():
            path.touch(mode=0o600)
        with path.open("ab") as file:
            file.writelines(_encode(install) + b"\n" for install in installs)
    except OSError as error:
        raise InputError(f"The installs cannot be written: {error.strerror}.") from error


def _install(line: bytes, where: str) -> Install:
    try:
        return _read(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{where}: {error}", _HINT) from error
