"""The codewords of all enrolled installs, and the search among them.

A codebook holds a row for every install, key and epoch that may have sealed: 32 bytes for a
grammar of 256 sites, so 32 MB for a million installs and one epoch. It is as secret as the keys
and is kept in memory only. A search compares a reading with every row: exclusive-or, mask, count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stillwatch.marks.bulk import many_keys
from stillwatch.marks.codeword import HASH_BYTES, WORD_BITS, codeword, first_block
from stillwatch.marks.grammar import Grammar
from stillwatch.marks.read import Reading
from stillwatch.marks.secrets import KEY_BYTES, MarkKey

ALL = np.uint64((1 << WORD_BITS) - 1)
CHUNK = 1 << 14
"""Rows compared at once: what is worked on stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Span:
    """A key and an epoch in which it sealed."""

    key: MarkKey
    epoch: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the book that is near a reading.

    Attributes:
        install: whose codeword it is.
        span: the key and the epoch.
        agreed: at how many of the sites that were read it agrees.
    """

    install: str
    span: Span
    agreed: int


class Codebook:
    """Codewords to search through.

    Args:
        grammar: the texts that were sealed.
        installs: ids of all enrolled installs.
        spans: the keys and epochs that concern the time in question.
    """

    def __init__(self, grammar: Grammar, installs: Sequence[str], spans: Sequence[Span]) -> None:
        self.installs = installs
        self.spans = spans
        self._words = -(-grammar.width // WORD_BITS)
        self._number = {install: n for n, install in enumerate(installs)}
        blocks = [_codewords(grammar, installs, span) for span in spans]
        # One column a word: a search reads only the words in which something was read.
        self._columns = np.ascontiguousarray(np.concatenate(blocks).T) if blocks else None

    def __repr__(self) -> str:
        return f"Codebook({len(self.installs)} installs, {len(self.spans)} spans)"

    def __len__(self) -> int:
        return len(self.installs) * len(self.spans)

    @property
    def nbytes(self) -> int:
        """Memory of the codewords in bytes."""
        return 0 if self._columns is None else self._columns.nbytes

    def nearest(self, reading: Reading) -> Row | None:
        """The row that agrees most with a reading; of equals the first."""
        if self._columns is None or not len(self):
            return None
        best, at = reading.count + 1, 0
        for start, differs in self._differences(reading):
            here = int(differs.argmin())
            if differs[here] < best:
                best, at = int(differs[here]), start + here
        return self._row(at, reading.count - best)

    def nearest_of(self, installs: Sequence[str], reading: Reading) -> Row | None:
        """The row that agrees most among those of a few installs."""
        numbers = [self._number[install] for install in installs if install in self._number]
        if self._columns is None or not numbers:
            return None
        rows = [n + len(self.installs) * s for s in range(len(self.spans)) for n in numbers]
        read, known = self._packed(reading)
        differs = np.bitwise_count((self._columns[:, rows].T ^ read) & known).sum(axis=1)
        here = int(differs.argmin())
        return self._row(rows[here], reading.count - int(differs[here]))

    def _row(self, at: int, agreed: int) -> Row:
        span, install = divmod(at, len(self.installs))
        return Row(self.installs[install], self.spans[span], agreed)

    def _packed(self, reading: Reading) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
        size = self._words * WORD_BITS // 8
        cut = (1 << self._words * WORD_BITS) - 1
        bits, known = (
            np.frombuffer((value & cut).to_bytes(size, "little"), "<u8")
            for value in (reading.bits, reading.known)
        )
        return bits, known

    def _differences(self, reading: Reading) -> Iterator[tuple[int, npt.NDArray[np.uint16]]]:
        """By chunks: at how many sites every row differs; the array is used again."""
        assert self._columns is not None
        read, known = self._packed(reading)
        used = [(n, known[n] == ALL) for n in range(self._words) if known[n]]
        work = np.empty(CHUNK, np.uint64)
        counts = np.empty(CHUNK, np.uint8)
        total = np.empty(CHUNK, np.uint16)
        for start in range(0, len(self), CHUNK):
            size = min(CHUNK, len(self) - start)
            total[:size] = 0
            for n, whole in used:
                column = self._columns[n, start : start + size]
                np.bitwise_xor(column, read[n], out=work[:size])
                if not whole:
                    np.bitwise_and(work[:size], known[n], out=work[:size])
                np.bitwise_count(work[:size], out=counts[:size])
                np.add(total[:size], counts[:size], out=total[:size])
            yield start, total[:size]


def _codewords(grammar: Grammar, installs: Sequence[str], span: Span) -> npt.NDArray[np.uint64]:
    """Codewords of all installs for one key and epoch, shape (installs, words)."""
    keys = span.key.install_keys(installs, span.epoch)
    words = -(-grammar.width // WORD_BITS)
    size = words * WORD_BITS // 8
    if grammar.width <= HASH_BYTES * 8:
        values = many_keys(keys, first_block(grammar.name), KEY_BYTES)
        mask = (1 << grammar.width) - 1
        ends = np.frombuffer(mask.to_bytes(size, "little"), "<u8")
        joined = b"".join(value[:size] for value in values)
        found: npt.NDArray[np.uint64] = np.frombuffer(joined, "<u8").reshape(-1, words) & ends
        return found
    joined = b"".join(codeword(key, grammar.name, grammar.width).ljust(size, b"\0") for key in keys)
    return np.frombuffer(joined, "<u8").reshape(len(installs), words)
