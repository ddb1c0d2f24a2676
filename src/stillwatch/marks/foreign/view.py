"""A text, and what all channels ask of it, worked out once and only when asked.

Two views of the same characters: the rare non-ASCII ones by class, and one byte a character for
channels of plain ASCII. Both keep offsets: character n of the text is item n of either.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Final, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from stillwatch.marks.foreign import classes

Kind = Literal["typed", "own", "opaque", "raw"]
Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.intp]
T = TypeVar("T")

# What a byte of the ASCII view is, as bits.
RUN: Final = 1  # letters, digits and what else base64 and identifiers are written with
HEX: Final = 2
UPPER: Final = 4
LOWER: Final = 8
BLANK: Final = 16  # space
TAB: Final = 32
CONTROL: Final = 64
ROUND: Final = 128  # O, o, I, l: letters that look like digits
NON_ASCII = 0x7F


def _bits(code: int) -> int:
    char = chr(code)
    bits = RUN if char.isascii() and (char.isalnum() or char in "+/=_-") else 0
    bits |= HEX if char in "0123456789abcdefABCDEF" else 0
    bits |= UPPER if "A" <= char <= "Z" else 0
    bits |= LOWER if "a" <= char <= "z" else 0
    bits |= ROUND if char in "OoIl" else 0
    bits |= CONTROL if code < 0x20 and char not in "\t\n\r" else 0
    return bits | (BLANK if char == " " else TAB if char == "\t" else 0)


_BITS = bytes(_bits(code) if code < 0x80 else 0 for code in range(256))
_WORD = 8
SHORT = 2048
"""Characters up to which regular expressions are faster than arrays."""
_LONG_WORD = 15
_FULL_RUN = int.from_bytes(bytes([RUN]) * _WORD)
_FULL_HEX = int.from_bytes(bytes([HEX]) * _WORD)


class View:
    """A text to look for marks in.

    Args:
        text: any text, lone surrogates and all.
        kind: `typed` by a person or printed by a program; a client's `own` fixed text, where
            nothing is pasted by mistake; `opaque` data that nobody reads; or the `raw` JSON text
            of a request.
    """

    def __init__(self, text: str, kind: Kind = "typed") -> None:
        self.text = text
        self.kind = kind
        self.ascii = text.isascii()
        self.short = len(text) <= SHORT
        self._kept: dict[type, object] = {}

    def once(self, kind: type[T], make: Callable[["View"], T]) -> T:
        """What a function makes of this view, made once and shared between channels."""
        found = self._kept.get(kind)
        if not isinstance(found, kind):
            found = self._kept[kind] = make(self)
        return found

    @property
    def own(self) -> bool:
        """Whether it is the client's own fixed text."""
        return self.kind == "own"

    # Non-ASCII characters

    @cached_property
    def points(self) -> classes.Points:
        """The code points of the text."""
        return np.frombuffer(self.text.encode("utf-32-le", "surrogatepass"), dtype="<u4")

    @cached_property
    def _sorted(self) -> tuple[Offsets, classes.Classes, Offsets]:
        """Offsets and classes of rare characters, and offsets of letters that look like ASCII."""
        kinds = classes.of(self.points)
        where = np.flatnonzero(kinds != classes.PLAIN)
        kinds = kinds[where]
        rare = kinds < classes.LETTERS
        return where[rare], kinds[rare], where[~rare]

    @property
    def letters(self) -> Offsets:
        """Offsets of letters of scripts with look-alikes of ASCII letters."""
        return self._sorted[2]

    @cached_property
    def present(self) -> frozenset[int]:
        """Classes of characters that occur; of letters only that there are some."""
        if self.ascii:
            return frozenset()
        _, kinds, letters = self._sorted
        found = frozenset(np.flatnonzero(np.bincount(kinds, minlength=1)).tolist())
        return found | {classes.LOOK_ALIKE} if len(letters) else found

    def at(self, *kinds: int) -> list[int]:
        """Offsets of the characters of some classes, ascending."""
        if self.ascii:
            return []
        where, found, _ = self._sorted
        chosen = found == kinds[0]
        for kind in kinds[1:]:
            chosen |= found == kind
        offsets: list[int] = where[chosen].tolist()
        return offsets

    def places(self, char: str) -> list[int]:
        """Offsets of an ASCII character, ascending."""
        offsets: list[int] = np.flatnonzero(self.codes == ord(char)).tolist()
        return offsets

    def runs(self, *kinds: int) -> list[tuple[int, int]]:
        """Stretches of adjacent characters of some classes, as (start, end)."""
        return joined(self.at(*kinds))

    # ASCII

    @cached_property
    def codes(self) -> Bytes:
        """One byte a character; 0x7F stands for everything that is not ASCII."""
        if self.ascii:
            return np.frombuffer(self.text.encode("ascii"), dtype=np.uint8)
        return np.minimum(self.points, NON_ASCII).astype(np.uint8)

    @cached_property
    def bits(self) -> Bytes:
        """What every byte of `codes` is, as bits."""
        return np.frombuffer(self.codes.tobytes().translate(_BITS), dtype=np.uint8)

    @cached_property
    def _words(self) -> npt.NDArray[np.uint64]:
        whole = len(self.bits) // _WORD * _WORD
        return self.bits[:whole].view(np.uint64)

    @cached_property
    def _has_no_long_word(self) -> bool:
        return self.short and max(map(len, self.text.split()), default=0) < _LONG_WORD

    @cached_property
    def long_runs(self) -> list[int]:
        """Offsets inside every stretch of 24 or more run characters, and a few shorter ones.

        Such a stretch holds two aligned words of eight, whatever it begins at.
        """
        if self._has_no_long_word:
            return []
        full = (self._words & np.uint64(_FULL_RUN)) == np.uint64(_FULL_RUN)
        pairs = full[:-1] & full[1:]
        return (np.flatnonzero(pairs) * _WORD).tolist()

    @cached_property
    def hex_runs(self) -> list[int]:
        """Offsets inside every stretch of 15 or more hexadecimal digits, and some shorter ones."""
        if self._has_no_long_word:
            return []
        full = (self._words & np.uint64(_FULL_HEX)) == np.uint64(_FULL_HEX)
        return (np.flatnonzero(full) * _WORD).tolist()

    # Neighbours

    def before(self, at: int) -> str:
        """The character before an offset, or nothing."""
        return self.text[at - 1] if at > 0 else ""

    def char(self, at: int) -> str:
        """The character at an offset, or nothing past the end."""
        return self.text[at] if 0 <= at < len(self.text) else ""

    def around(self, at: int, reach: int = 60) -> str:
        """The line that an offset stands in, as far as it is within reach on either side."""
        front = self.text[max(0, at - reach) : at].rpartition("\n")[2]
        return front + self.text[at : at + reach].partition("\n")[0]


def joined(offsets: list[int]) -> list[tuple[int, int]]:
    """Stretches of adjacent offsets, as (start, end)."""
    runs: list[tuple[int, int]] = []
    start = end = -1
    for at in offsets:
        if at != end:
            if end > start:
                runs.append((start, end))
            start = at
        end = at + 1
    if end > start:
        runs.append((start, end))
    return runs
