"""The outer look of ids: how 128 bits and a remainder become characters of a vendor's alphabet.

Shapes were recorded from the vendors' own clients and documentation, 2026-11. Every shape holds at
least 128 bits. A number below 2**128 written in 22 characters of base 58 looks just as the
vendor's ids do, whose first character after `01` is a digit or an early letter too.
"""

import string
from collections.abc import Iterator
from operator import mul
from typing import Literal

Kind = Literal["toolu", "msg", "call", "chatcmpl", "resp", "fc", "rs", "item"]
BLOCK_BITS = 128
_LOW = (1 << BLOCK_BITS) - 1
_NONE = 255
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


class Alphabet:
    """The digits of a number system.

    Args:
        letters: digits, lowest first; at most 64, ASCII.
    """

    def __init__(self, letters: str) -> None:
        self.base = len(letters)
        self.values = bytes(letters.find(chr(byte)) % 256 for byte in range(256))
        self._pairs = [high + low for high in letters for low in letters]
        self._square = self.base**2
        self._fourth = self.base**4

    def has(self, text: str) -> bool:
        """Whether a text has no characters of another alphabet."""
        return text.isascii() and _NONE not in text.encode().translate(self.values)

    def write(self, value: int, length: int) -> str:
        """A number below `base ** length`, in exactly that many characters."""
        pairs, square, fourth = self._pairs, self._square, self._fourth
        text = ""
        for _ in range(-(-length // 4)):
            value, four = divmod(value, fourth)
            text = pairs[four // square] + pairs[four % square] + text
        return text[-length:]

    def number(self, text: str, weights: tuple[int, ...]) -> int | None:
        """The number that a text writes, or None if it has characters of another alphabet.

        Args:
            text: ASCII.
            weights: what a digit of 1 is worth in each place.
        """
        digits = text.encode().translate(self.values)
        return None if _NONE in digits else sum(map(mul, digits, weights))


class Hexadecimal(Alphabet):
    """Digits that Python itself reads and writes faster."""

    def __init__(self) -> None:
        super().__init__("0123456789abcdef")

    def write(self, value: int, length: int) -> str:
        """As for any alphabet."""
        return f"{value:0{length}x}"

    def number(
        self,
        text: str,
        weights: tuple[int, ...],  # noqa: ARG002  # Python knows what a place is worth
    ) -> int | None:
        """As for any alphabet."""
        return None if _NONE in text.encode().translate(self.values) else int(text, 16)


class Body:
    """What stands behind a prefix: characters of one alphabet, of a fixed number.

    Args:
        alphabet: its characters.
        length: how many there are.
    """

    def __init__(self, alphabet: Alphabet, length: int) -> None:
        self.alphabet = alphabet
        self.length = length
        self.room: int = alphabet.base**length >> BLOCK_BITS
        """How many values fit above the 128 bits of the block; 1 means none."""
        self._weights = tuple(alphabet.base**place for place in reversed(range(length)))

    def write(self, block: bytes, above: int) -> str:
        """A block of 16 bytes, with a number below `room` above it."""
        value = above << BLOCK_BITS | int.from_bytes(block, "big")
        return self.alphabet.write(value, self.length)

    def read(self, text: str) -> tuple[bytes, int] | None:
        """The block and what stands above it; None if the text is no such body."""
        if len(text) != self.length or not text.isascii():
            return None
        value = self.alphabet.number(text, self._weights)
        if value is None:
            return None
        above = value >> BLOCK_BITS
        return ((value & _LOW).to_bytes(16, "big"), above) if above < self.room else None


_BASE58_22 = Body(Alphabet(_BASE58), 22)
_BASE62_24 = Body(Alphabet(_BASE62), 24)
_BASE62_29 = Body(_BASE62_24.alphabet, 29)
_HEX_50 = Body(Hexadecimal(), 50)

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


_PLAIN_PREFIXES = ("toolu_", "msg_")


def bodies_of(identifier: str) -> Iterator[tuple[Body, bytes, int]]:
    """Read what may be a body of ours at the end of an id: shape, block, and what stands above.

    What follows the last `_` or `-` is read, whatever the prefix, for relays change it when they
    translate between APIs; so 24 characters may be two things.
    """
    if len(identifier) > LONGEST:
        return
    start = max(identifier.rfind("_"), identifier.rfind("-")) + 1
    length = len(identifier) - start
    if length == 24 and identifier.startswith("01", start):
        read = _BASE58_22.read(identifier[start + 2 :])
        if read is not None:
            yield _BASE58_22, *read
            if identifier.startswith(_PLAIN_PREFIXES):
                return
    body = _BY_LENGTH.get(length)
    read = None if body is None else body.read(identifier[start:])
    if body is not None and read is not None:
        yield body, *read


_BY_LENGTH = {24: _BASE62_24, 29: _BASE62_29, 50: _HEX_50}
