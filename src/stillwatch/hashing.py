"""The one place where bytes become numbers.

`digest` is fast and unkeyed: it tells inside one process whether bytes were seen before, and its
value is never stored. `Hasher` is keyed (BLAKE2b, RFC 7693): its values may be stored, and without
the key nobody can test a guess about what was hashed. `fingerprint` is for the few things that
nobody can guess anyway.
"""

from hashlib import blake2b, sha256

import xxhash
from msgspec import Raw

MERSENNE_61 = (1 << 61) - 1
_SIGN = 1 << 63


def digest(raw: bytes | memoryview | Raw) -> int:
    """A 128-bit digest of bytes for lookups within a process (XXH3, 128 bit). Never stored."""
    return xxhash.xxh3_128_intdigest(raw)


def fingerprint(raw: bytes) -> str:
    """A lasting name for bytes that nobody can guess: an API key, the head of a file.

    SHA-256 in hexadecimal, unkeyed: whoever can guess the bytes can test the guess, so never use it
    for text or names.
    """
    return sha256(raw).hexdigest()


class Hasher:
    """Keyed 64-bit hashes for one purpose.

    Hashes of different purposes cannot be compared, because their keys differ.

    Args:
        key: 32 secret bytes, derived for one purpose (see `keys.KeyRing.hasher`).
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        # A secret odd point below the Mersenne prime: chaining is polynomial hashing at that point.
        self._point = (
            int.from_bytes(blake2b(b"chain", key=key, digest_size=8).digest()) % MERSENNE_61
        )

    def of(self, text: str) -> int:
        """The keyed hash of a text as a signed 64-bit integer, so that it fits an int64 column."""
        raw = text.encode("utf-8", "surrogatepass")
        value = int.from_bytes(blake2b(raw, key=self._key, digest_size=8).digest())
        return value - _SIGN

    def derived(self, purpose: str) -> bytes:
        """Secret bytes for a keyed hash of another kind, under the same key."""
        return blake2b(f"for {purpose}".encode(), key=self._key, digest_size=32).digest()

    def chain(self, previous: int, value: int) -> int:
        """Extend a hash chain by one value.

        Polynomial hashing at a secret point of the field of 2**61 - 1: two different sequences of
        n keyed hashes collide with probability at most n / 2**61 (Carter and Wegman, 1979).
        """
        return (previous * self._point + value) % MERSENNE_61
