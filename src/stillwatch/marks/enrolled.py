"""The register of installs: which install was enrolled by which account.

A JSON Lines file, one install a line, the last line of an install counting:

    {"install": "in_5f1e3a528d274b6e", "account": "acct_1", "organization": "org_1",
     "enrolled": "2026-07-01T12:00:00Z", "revoked": null, "grammar": "coding-agent"}

`install` and `account` are required. There are no keys in it, and no names of people or machines.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from stillwatch.errors import InputError

ID_BYTES = 8
_HINT = "Every line is a JSON object with install and account; see docs/formats.md."


class Install(Struct, frozen=True, omit_defaults=True, gc=False):
    """One enrolled copy of a client.

    Attributes:
        install: its id, made at random when it was enrolled.
        account: the account that enrolled it.
        organization: who owns it, as in accounts.jsonl; None if unknown.
        enrolled, revoked: when, or None.
        grammar: name of the grammar that it seals with; None if unknown.
    """

    install: str
    account: str
    organization: str | None = None
    enrolled: datetime | None = None
    revoked: datetime | None = None
    grammar: str | None = None


_decoder = msgspec.json.Decoder(Install)
_encode = msgspec.json.Encoder().encode


def read_installs(path: Path) -> tuple[Install, ...]:
    """Read a register; of lines about one install the last counts.

    Raises:
        InputError: it cannot be read, or a line is no install; the message names the line.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"The installs cannot be read: {error.strerror}.", _HINT) from error
    try:
        installs = _decoder.decode_lines(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # Once more by lines, to say which one is wrong.
        installs = [
            _install(line, f"{path.name}, line {number}")
            for number, line in enumerate(raw.splitlines(), 1)
            if line.strip()
        ]
    return tuple({install.install: install for install in installs}.values())


def new_install() -> str:
    """A new id for an install: 64 random bits."""
    return f"in_{secrets.token_hex(ID_BYTES)}"


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
        return _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{where}: {error}", _HINT) from error
