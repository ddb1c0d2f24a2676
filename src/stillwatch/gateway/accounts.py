"""Whose a request is: a name for its credential, and what the operator knows of that account.

A name is a keyed hash of the credential: the same in every process with the same key, and nobody
without the key can test a credential against it. The credential itself is kept nowhere.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
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
_SCHEME = re.compile(rb"(?i)(?:bearer|basic)[ \t]+")
_MOST_SCHEMES = 3
_AWS = re.compile(rb"AWS4-HMAC-SHA256 .*?Credential=([^/\s,]+)")
"""AWS Signature 4: what follows the access key is another in every request."""
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
        bare = _bare(credential)
        if not bare:
            return self._nobody
        name = f"acct_{self._hasher.of(bare.decode('latin-1')) + _SIGN:016x}"
        return self._known.get(name, Who(name))


def _bare(credential: bytes) -> bytes:
    """The key itself: else one key would make as many accounts as there are ways to write it.

    Scheme words count for nothing wherever they stand, since LiteLLM takes them out anywhere (1.106).
    """
    bare = credential
    for _ in range(_MOST_SCHEMES):
        bare = _SCHEME.sub(b"", bare)
    signed = _AWS.match(bare)
    return signed[1] if signed else bare.strip()


def credential_of(
    named: Mapping[bytes, bytes], order: Sequence[bytes] = CREDENTIALS
) -> tuple[bytes, bytes | None]:
    """The credential that counts.

    Args:
        named: the first header of each name; names in lower case.
        order: headers that hold credentials; of several in one request the first counts.

    Returns:
        The name of its header and its value; the value is None where there is none.
    """
    for name in order:
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
