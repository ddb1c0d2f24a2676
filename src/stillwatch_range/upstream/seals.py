"""Signatures over reasoning, which the provider knows again without keeping any.

A signature holds drawn bytes and a tag over them under a key of the provider and of the holder
who was answered. So it can be told whether this provider made it, and for whom.
"""

import base64
import binascii
import random
from hashlib import blake2b

_TAG_BYTES = 32
_BLOCK_BYTES = 16
# A signature of the Messages API is a protocol buffer: field 2 holds the sealed bytes, field 3 a 1.
_FIELD = b"\x12"
_END = b"\x18\x01"
_LENGTH_BYTES = 2
# Encrypted reasoning of the Responses API is a Fernet token: version, seconds, vector, text, tag.
_VERSION = b"\x80"


class Seals:
    """Makes signatures and checks them.

    Args:
        seed: the provider's secret.
        draw: where the drawn bytes come from.
    """

    def __init__(self, seed: int, draw: random.Random) -> None:
        self._key = blake2b(repr(("seals", seed)).encode(), digest_size=32).digest()
        self._draw = draw

    def thinking(self, holder: str, text: str) -> str:
        """A signature for a thinking block; it grows with the text.

        Args:
            holder: who is answered; empty for a signature that is good for everybody.
            text: the whole thought, shown or not.
        """
        sealed = self._draw.randbytes(100 + min(len(text), 4000) * 3 // 4)
        sealed += self._tag(sealed, holder)
        return base64.b64encode(_FIELD + _varint(len(sealed)) + sealed + _END).decode()

    def reasoning(self, holder: str, text: str, at_s: int) -> str:
        """Encrypted reasoning for a reasoning item; arguments as for `thinking`.

        Args:
            holder: who is answered.
            text: the whole thought.
            at_s: time, in seconds since the epoch, which such a token shows.
        """
        blocks = 16 + min(len(text), 8000) // _BLOCK_BYTES
        sealed = b"".join(
            (_VERSION, at_s.to_bytes(8, "big"), self._draw.randbytes(_BLOCK_BYTES * (1 + blocks)))
        )
        return base64.urlsafe_b64encode(sealed + self._tag(sealed, holder)).decode()

    def holds(self, seal: str, holder: str) -> bool:
        """Whether this provider made a signature for a holder."""
        try:
            raw = base64.b64decode(seal, altchars=b"-_" if seal.startswith("gAAA") else None)
        except (ValueError, binascii.Error):
            return False
        if raw.startswith(_VERSION):
            return raw[-_TAG_BYTES:] == self._tag(raw[:-_TAG_BYTES], holder)
        inner = raw.removeprefix(_FIELD).removesuffix(_END)[_LENGTH_BYTES:]
        return inner[-_TAG_BYTES:] == self._tag(inner[:-_TAG_BYTES], holder)

    def _tag(self, sealed: bytes, holder: str) -> bytes:
        digest = blake2b(key=self._key, digest_size=_TAG_BYTES)
        digest.update(holder.encode() + b"\0" + sealed)
        return digest.digest()


def _varint(number: int) -> bytes:
    """A number of 128 to 16383, in two bytes, as protocol buffers write it."""
    return bytes((number & 0x7F | 0x80, number >> 7))
