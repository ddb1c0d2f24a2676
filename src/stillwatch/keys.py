"""The secret that makes stored hashes useless to anybody without it.

One key file of 32 random bytes belongs to one person or service. Keys for single purposes are
derived from it with HKDF-SHA256 (RFC 5869), so that hashes of different purposes cannot be joined.
The key is never written into a store, a log or a report; a store remembers only the key's `id`.
"""

import os
import secrets
from pathlib import Path

import platformdirs
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from stillwatch.errors import KeyFileError
from stillwatch.hashing import Hasher

KEY_BYTES = 32
KEY_FILE_VARIABLE = "STILLWATCH_KEY_FILE"


class KeyRing:
    """Derives keys from one secret.

    Args:
        secret: 32 random bytes.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @property
    def id(self) -> str:
        """A short public name of the key, by which a store tells whether it is the right one."""
        return self._derive("id", 4).hex()

    def secret_for(self, purpose: str) -> bytes:
        """The 32-byte key for a purpose, for handing to a worker process of the same run."""
        return self._derive(purpose, KEY_BYTES)

    def hasher(self, purpose: str) -> Hasher:
        """Keyed hashing for a purpose."""
        return Hasher(self.secret_for(purpose))

    def _derive(self, purpose: str, length: int) -> bytes:
        info = b"stillwatch/1/" + purpose.encode()
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(self._secret)


def default_key_file() -> Path:
    """Where the key is kept unless told otherwise: the variable, or the user's settings folder."""
    named = os.environ.get(KEY_FILE_VARIABLE)
    return Path(named) if named else platformdirs.user_config_path("stillwatch") / "key"


def open_key_ring(path: Path) -> KeyRing:
    """Read the key file, or make a new one that only its owner can read.

    Raises:
        KeyFileError: the file is there but is not a key, or cannot be read or written.
    """
    try:
        secret = path.read_bytes() if path.exists() else _create(path)
    except OSError as error:
        raise KeyFileError(
            f"The key file cannot be used: {error.strerror}.",
            f"Name another one with --key FILE or {KEY_FILE_VARIABLE}.",
        ) from error
    if len(secret) != KEY_BYTES:
        raise KeyFileError(
            f"The key file holds {len(secret)} bytes; a key has {KEY_BYTES}.",
            "Restore it from a backup, or name another one with --key FILE.",
        )
    return KeyRing(secret)


def _create(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = secrets.token_bytes(KEY_BYTES)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process made it between the look and the creation
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
    return secret
