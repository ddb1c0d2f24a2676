"""The file of nonces: the analyst's own record of test purchases.

JSON Lines, one nonce a line, readable by its owner only; it alone holds the prompts and the notes.
A line `{"own_accounts": ["acct_1"]}` names accounts of the analyst, whose deliveries do not count.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from stillwatch.errors import InputError

_HINT = "Make one with `stillwatch nonce make --out FILE`; see docs/formats.md."


class Nonce(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """One prompt for one test purchase.

    Attributes:
        nonce: its public name.
        made: when; with a time zone.
        kind, language: which phrases it was made from.
        bits: what its choices are worth together.
        about: the analyst's note: who bought what where. Never leaves the file.
        text: the prompt. Never leaves the file but through the analyst's hands.
    """

    nonce: Annotated[str, Meta(pattern=r"^tp_[0-9a-f]{10}$")]
    made: Annotated[datetime, Meta(tz=True)]
    kind: str
    language: str
    bits: Annotated[float, Meta(gt=0, le=1000)]
    text: Annotated[str, Meta(min_length=1)]
    about: str = ""

    def __repr__(self) -> str:
        """Its name alone: traces and logs must not hold prompts or notes."""
        return f"Nonce({self.nonce})"


class _Own(Struct, frozen=True, forbid_unknown_fields=True):
    own_accounts: tuple[str, ...]


@dataclass(frozen=True)
class Purchases:
    """What files of nonces say.

    Attributes:
        nonces: in the order of the files.
        own: the analyst's own accounts.
    """

    nonces: tuple[Nonce, ...]
    own: frozenset[str] = frozenset()


def write(path: Path, nonces: Iterable[Nonce], own: Sequence[str] = ()) -> None:
    """Write a new file that only its owner can read.

    Raises:
        InputError: it is there already, or cannot be written.
    """
    lines = [msgspec.json.encode(one) for one in nonces]
    if own:
        lines.append(msgspec.json.encode(_Own(tuple(own))))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(line + b"\n" for line in lines)
    except FileExistsError as error:
        raise InputError(
            f"{path.name} is there already.", "Name a new file: nonces are used once."
        ) from error
    except OSError as error:
        raise InputError(f"{path.name} cannot be written: {error.strerror}.") from error


def read(paths: Sequence[Path]) -> Purchases:
    """Read files of nonces.

    Raises:
        InputError: a file cannot be read or holds no nonce, a line is broken, or a nonce stands
            there twice; the message names file and line, and never quotes the line.
    """
    nonces: dict[str, Nonce] = {}
    texts: dict[str, str] = {}
    own: set[str] = set()
    for path in paths:
        before = len(nonces)
        for number, line in _lines(path):
            where = f"{path.name}, line {number}"
            found = _parsed(line, where)
            if isinstance(found, _Own):
                own.update(found.own_accounts)
                continue
            twin = found.nonce if found.nonce in nonces else texts.get(found.text)
            if twin is not None:
                raise InputError(f"{where}: {twin} stands there twice.", "Remove one of the two.")
            nonces[found.nonce], texts[found.text] = found, found.nonce
        if len(nonces) == before:
            raise InputError(f"{path.name} holds no nonce.", _HINT)
    return Purchases(tuple(nonces.values()), frozenset(own))


def _lines(path: Path) -> list[tuple[int, bytes]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}.", _HINT) from error
    return [(place, line) for place, line in enumerate(raw.split(b"\n"), 1) if line.strip()]


def _parsed(line: bytes, where: str) -> Nonce | _Own:
    try:
        if line.lstrip().startswith(b'{"own_accounts"'):
            return msgspec.json.decode(line, type=_Own)
        return msgspec.json.decode(line, type=Nonce)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # What a parser says of a broken line might quote it.
        raise InputError(f"{where} is no nonce.", _HINT) from None
