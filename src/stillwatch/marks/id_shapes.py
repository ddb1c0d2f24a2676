"""The outer look of ids: how 128 bits and a remainder become characters of a vendor's alphabet.

Shapes were recorded from the vendors' own clients and documentation, 2026-11. Every shape holds at
least 128 bits. A number below 2**128 written in 22 characters of base 58 looks just as the
vendor's ids do, whose first character after `01` is a digit or an early letter too.
"""

import string
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["toolu", "msg", "call", "chatcmpl", "resp", "fc", "rs", "item"]
BLOCK_BITS = 128
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_HEX = "0123456789abcdef"


class Alphabet:
    """Numbers as texts of fixed length, two characters at a time.

    Args:
        letters: digits of the number system, lowest first.
    """

    def __init__(self, letters: str) -> None:
        self.base = len(letters)
        self._pairs = [high + low for high in letters for low in letters]
        self._values = {pair: value for value, pair in enumerate(self._pairs)}
        self._digits = {letter: value for value, letter in enumerate(letters)}
        self._square = self.base * self.base

    def write(self, value: int, length: int) -> str:
        """A number below `base ** length`, in exactly that many characters."""
        pairs, square = self._pairs, self._square
        found = []
        for _ in range((length + 1) // 2):
            value, pair = divmod(value, square)
            found.append(pairs[pair])
        found.reverse()
        text = "".join(found)
        return text[1:] if length % 2 else text

    def read(self, text: str) -> int | None:
        """The number that a text writes, or None if it has characters of another alphabet."""
        odd = len(text) % 2
        values, square = self._values, self._square
        try:
            value = self._digits[text[0]] if odd else 0
            for place in range(odd, len(text), 2):
                value = value * square + values[text[place : place + 2]]
        except KeyError:
            return None
        return value


@dataclass(frozen=True)
class Body:
    """What stands behind a prefix.

    Attributes:
        alphabet: its characters.
        length: how many there are.
    """

    alphabet: Alphabet
    length: int

    @cached_property
    def room(self) -> int:
        """How many values fit above the 128 bits of the block; 1 means none."""
        return self.alphabet.base**self.length >> BLOCK_BITS

    def write(self, block: bytes, above: int) -> str:
        """A block of 16 bytes, with a number below `room` above it."""
        value = above << BLOCK_BITS | int.from_bytes(block, "big")
        return self.alphabet.write(value, self.length)

    def read(self, text: str) -> tuple[bytes, int] | None:
        """The block and what stands above it; None if the text is no such body."""
        value = self.alphabet.read(text) if len(text) == self.length else None
        if value is None:
            return None
        above = value >> BLOCK_BITS
        if above >= self.room:
            return None
        return (value & ((1 << BLOCK_BITS) - 1)).to_bytes(16, "big"), above


_BASE58_22 = Body(Alphabet(_BASE58), 22)
_BASE62_24 = Body(Alphabet(_BASE62), 24)
_BASE62_29 = Body(_BASE62_24.alphabet, 29)
_HEX_50 = Body(Alphabet(_HEX), 50)

SHAPES: dict[Kind, tuple[str, Body]] = {
    "toolu": ("toolu_01", _BASE58_22),
    "msg": ("msg_01", _BASE58_22),
    "call": ("call_", _BASE62_24),
    "chatcmpl": ("chatcmpl-", _BASE62_29),
    "resp": ("resp_", _HEX_50),
    "fc": ("fc_", _HEX_50),
    "rs": ("rs_", _HEX_50),
    "item": ("msg_", _HEX_50),
}
"""Prefix and body by kind; `item` is a message of the Responses API."""

LONGEST = 80
"""Longer texts are no ids of ours, whatever prefix a relay may have put before them."""


def bodies_of(identifier: str) -> list[tuple[Body, bytes, int]]:
    """Read what may be a body of ours at the end of an id: shape, block, and what stands above.

    The prefix is not asked about, for relays change it when they translate between APIs. What
    follows the last `_` or `-` is read; there 24 characters may be two things.
    """
    if len(identifier) > LONGEST:
        return []
    tail = identifier[max(identifier.rfind("_"), identifier.rfind("-")) + 1 :]
    found = []
    for body, version in _BY_LENGTH.get(len(tail), ()):
        read = body.read(tail[len(version) :]) if tail.startswith(version) else None
        if read is not None:
            found.append((body, *read))
    return found


_BY_LENGTH = {
    24: ((_BASE58_22, "01"), (_BASE62_24, "")),
    29: ((_BASE62_29, ""),),
    50: ((_HEX_50, ""),),
}
