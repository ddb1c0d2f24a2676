"""Codewords: which wording an install uses at each site, for an epoch.

`K_i = HKDF-SHA256(master key, epoch | install)`; the codeword is the beginning of
HKDF-Expand(K_i, grammar). So nothing secret is in the client but its own key, whoever takes that
clones one install, and a longer grammar keeps the bits of a shorter one (RFC 5869: the output of
Expand is prefix-stable).
"""

import hmac

WORD_BITS = 64
HASH_BYTES = 32


def codeword(install_key: bytes, grammar: str, width: int) -> bytes:
    """The codeword of an install and epoch.

    Args:
        install_key: 32 bytes, as `secrets.MarkKey.install_key` derives them.
        grammar: name of the grammar.
        width: bits that are wanted.

    Returns:
        Bytes; bit n is `out[n // 8] >> (n % 8) & 1`. Bits past the width are 0.
    """
    size = -(-width // 8)
    blocks, block = b"", b""
    info = first_block(grammar)[:-1]
    for count in range(1, -(-size // HASH_BYTES) + 1):
        block = hmac.digest(install_key, block + info + bytes([count]), "sha256")
        blocks += block
    out = bytearray(blocks[:size])
    if width % 8:
        out[-1] &= (1 << width % 8) - 1
    return bytes(out)


def bits(word: bytes, width: int) -> list[int]:
    """A codeword as a list of 0 and 1, by number of site."""
    return [word[n // 8] >> (n % 8) & 1 for n in range(width)]


def first_block(grammar: str) -> bytes:
    """What a key is applied to for the first 32 bytes of a codeword."""
    return b"stillwatch/seal/1/" + grammar.encode() + b"\x01"
