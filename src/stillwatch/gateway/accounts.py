"""Whose a request is: a name for its credential, and what the operator knows of that account.

A name is a keyed hash of the credential: the same in every process with the same key, and nobody
without the key can test a credential against it. The credential itself is kept nowhere.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from stillwatch.errors import SettingsError
from stillwatch.gateway.request import CREDENTIALS
from stillwatch.hashing import Hasher, digest
from stillwatch.memo import Memo

NOBODY = "acct_none"
"""Requests without a credential are one account together."""
_REMEMBERED = 1 << 16
_BEARER = b"bearer "
_SIGN = 1 << 63


class Who(Struct, frozen=True):
    """An account.

    Attributes:
        account: its name.
        organisation, plan, declared_use, region: as the operator's file says; empty where it does
            not.
    """

    account: str
    organisation: str = ""
    plan: str = ""
    declared_use: str = ""
    region: str = ""


class _Entry(Struct, frozen=True, forbid_unknown_fields=True):
    organisation: str = ""
    plan: str = ""
    declared_use: str = ""
    region: str = ""


class Accounts:
    """Names accounts.

    Args:
        hasher: keyed hashing for this purpose.
        known: what is known of accounts, by name.
    """

    def __init__(self, hasher: Hasher, known: Mapping[str, Who] | None = None) -> None:
        self._hasher = hasher
        self._known = known or {}
        self._nobody = self._known.get(NOBODY, Who(NOBODY))
        self._seen: Memo[int, Who] = Memo(_REMEMBERED)

    def of(self, credential: bytes | None) -> Who:
        """Whose a credential is."""
        if not credential:
            return self._nobody
        key = digest(credential)
        return self._seen.get(key) or self._seen.put(key, self._named(credential))

    def _named(self, credential: bytes) -> Who:
        bare = credential.strip()
        if bare[: len(_BEARER)].lower() == _BEARER:
            bare = bare[len(_BEARER) :].strip()
        if not bare:
            return self._nobody
        name = f"acct_{self._hasher.of(bare.decode('latin-1')) + _SIGN:016x}"
        return self._known.get(name, Who(name))


def credential_of(named: Mapping[bytes, bytes]) -> tuple[bytes, bytes | None]:
    """The credential that counts.

    Args:
        named: the first header of each name; names in lower case.

    Returns:
        The name of its header and its value; the value is None where there is none.
    """
    for name in CREDENTIALS:
        value = named.get(name)
        if value and not value.isspace():
            return name, value
    return b"", None


def read_accounts(file: Path) -> dict[str, Who]:
    """What an operator knows of accounts: a TOML table for each account's name.

    Raises:
        SettingsError: the file cannot be read; says which table is wrong.
    """
    hint = "It holds tables such as [acct_00ab...] with organisation, plan, declared_use or region."
    try:
        entries = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file.name} cannot be read: {error}.", hint) from error
    found = {}
    for name, entry in entries.items():
        try:
            said = msgspec.convert(entry, _Entry)
        except msgspec.ValidationError as error:
            raise SettingsError(f"{file.name}, [{name}]: {error}.", hint) from error
        found[name] = Who(name, **msgspec.structs.asdict(said))
    return found
