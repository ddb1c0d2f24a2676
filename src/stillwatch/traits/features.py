"""What texts look like, as vectors of one length that can be added up.

A vector holds hashed counts of a text's character n-grams and words, so the inner product of two
vectors estimates how much wording two texts share, in any language and in code. Sums of vectors
over an account, a group or a day stand for all of its texts (`signals/distribution.py`). In trials
random Fourier features of the same counts found less, so the features are the signed buckets
themselves (Weinberger et al., "Feature hashing for large scale multitask learning",
ICML 2009).

The hash functions follow from a key: vectors of different keys cannot be compared, and without the
key nobody can test which words a sum holds. Everything works on one buffer of bytes for many texts;
nothing runs per word.
"""

from collections.abc import Iterable, Sequence
from hashlib import shake_256
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FEATURES = 512
"""Length of a vector: one half for characters, one half for words."""
HALF = FEATURES // 2
END_BYTES = 512
"""Bytes read at each end of a long text."""
BATCH = 256

CODE = 64
"""Length of a code."""
CODE_LENGTH = 300.0
FEW = 8
"""Rows of one product: few enough that the linear algebra library starts no threads for them."""

Codes = NDArray[np.int8]
Vectors = NDArray[np.float32]
_Owners = NDArray[np.int64]
_Bytes = NDArray[np.uint8]

# A bucket and a sign: one more bit than the buckets of a half.
_CODES = 2 * HALF
_CODE_BITS = _CODES.bit_length() - 1
_AFTER = b"   "
_LONGEST_WORD = 64


def _folded() -> _Bytes:
    table = np.arange(256, dtype=np.uint8)
    table[ord("A") : ord("Z") + 1] += 32
    table[ord("0") : ord("9") + 1] = ord("0")
    table[[ord("\t"), ord("\n"), ord("\r")]] = ord(" ")
    return table


def _word_bytes() -> NDArray[np.bool_]:
    table = np.zeros(256, np.bool_)
    table[ord("a") : ord("z") + 1] = True
    table[[ord("0"), ord("_")]] = True
    table[0x80:] = True
    return table


_FOLDED = _folded()
_WORD = _word_bytes()
# UTF-8 writes Chinese, Japanese, Thai and other scripts in three bytes or more; many of them put no
# spaces between words, so there each character counts as one.
_FIRST_OF_THREE = 0xE0


class Coder(Protocol):
    """Whatever makes codes of texts that can be compared with each other."""

    def codes(self, texts: Sequence[str]) -> Codes:
        """(texts, CODE) array; rows of texts that say nothing are zero."""


class Projection:
    """Makes vectors short enough to be kept for every text: a byte a number.

    Inner products of codes estimate those of the vectors (Johnson and Lindenstrauss; signs as in
    Achlioptas, "Database-friendly random projections", JCSS 66, 2003).

    Args:
        key: secret bytes, the same for all vectors that are to be compared.
        features: length of the vectors.
    """

    def __init__(self, key: bytes, features: int) -> None:
        drawn = shake_256(b"stillwatch codes 1" + key).digest(features * CODE)
        signs = np.frombuffer(drawn, np.int8).reshape(features, CODE)
        self._signs = np.where(signs < 0, -1.0, 1.0).astype(np.float32)

    def __call__(self, vectors: Vectors) -> Codes:
        """Codes of vectors of length one; theirs is near `CODE_LENGTH`, and zero for zero."""
        projected = np.empty((len(vectors), CODE), np.float32)
        for start in range(0, len(vectors), FEW):
            projected[start : start + FEW] = vectors[start : start + FEW] @ self._signs
        projected *= np.float32(CODE_LENGTH / CODE**0.5)
        codes: Codes = np.clip(np.rint(projected), -127, 127).astype(np.int8)
        return codes


class Featurer:
    """Turns texts into vectors.

    Args:
        key: secret bytes, the same for all texts that are to be compared.
    """

    def __init__(self, key: bytes) -> None:
        pairs, singles = 256 * 256, 256
        size = 2 * (3 * pairs + 2 * singles) + 8 * (_LONGEST_WORD + 2)
        drawn = shake_256(b"stillwatch features 1" + key).digest(size)
        codes = np.frombuffer(drawn, np.uint16, 3 * pairs + 2 * singles) & np.uint16(_CODES - 1)
        self._three, self._five_start, self._five_middle = codes[: 3 * pairs].reshape(3, pairs)
        self._three_end, self._five_end = codes[3 * pairs :].reshape(2, singles)
        odd = np.frombuffer(drawn, np.uint64, offset=codes.nbytes) | np.uint64(1)
        self._places, self._next, self._spread = odd[:-2], odd[-2], odd[-1]
        self._projection = Projection(key, FEATURES)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts.

        Returns:
            (texts, FEATURES) array; rows have length one, those of empty texts are zero. A text's
            row does not depend on the other texts.
        """
        rows = np.zeros((len(texts), FEATURES), np.float32)
        for start in range(0, len(texts), BATCH):
            rows[start : start + BATCH] = self._batch(texts[start : start + BATCH])
        return rows

    def codes(self, texts: Sequence[str]) -> Codes:
        """Codes of texts, see `Projection`; zero for empty texts."""
        return self._projection(self(texts))

    def _batch(self, texts: Sequence[str]) -> Vectors:
        ends = [_ends(text) for text in texts]
        buffer, owners = _laid_out(ends)
        chars = _halves(self._grams(buffer, owners), len(texts))
        words = _halves(self._words(buffer, owners), len(texts))
        rows = np.concatenate([chars, words], axis=1)
        rows[[not end for end in ends]] = 0
        return unit(rows)

    def _grams(self, buffer: _Bytes, owners: _Owners) -> Iterable[_Owners]:
        """Runs of three and five bytes, hashed by tabulation (Zobrist)."""
        wide = buffer.astype(np.uint16)
        pairs = (wide[:-1] << np.uint16(8)) | wide[1:]
        own = owners[: len(buffer) - 4] * _CODES
        starts, middles, last = pairs[:-3], pairs[2:-1], buffer[4:]
        yield own + (self._three[starts] ^ self._three_end[buffer[2:-2]])
        yield own + (self._five_start[starts] ^ self._five_middle[middles] ^ self._five_end[last])

    def _words(self, buffer: _Bytes, owners: _Owners) -> Iterable[_Owners]:
        """Words and pairs of neighbours, hashed by a polynomial-like sum over their bytes."""
        at = np.flatnonzero(_WORD[buffer])
        if not len(at):
            return
        begins = np.ones(len(at), np.bool_)
        begins[1:] = (np.diff(at) > 1) | (buffer[at[1:]] >= _FIRST_OF_THREE)
        first = np.flatnonzero(begins)
        place = np.arange(len(at)) - np.repeat(first, np.diff(first, append=len(at)))
        factors = self._places[np.minimum(place, _LONGEST_WORD - 1)]
        hashes = np.add.reduceat((buffer[at].astype(np.uint64) + np.uint64(1)) * factors, first)
        hashes ^= hashes >> np.uint64(29)
        owner = owners[at[first]]
        yield owner * _CODES + self._codes(hashes)
        same = owner[1:] == owner[:-1]
        both = (hashes[:-1] * self._next + hashes[1:])[same]
        yield owner[1:][same] * _CODES + self._codes(both ^ (both >> np.uint64(31)))

    def _codes(self, hashes: NDArray[np.uint64]) -> _Owners:
        mixed = (hashes * self._spread) >> np.uint64(64 - _CODE_BITS)
        return np.asarray(mixed, np.int64)


def _ends(text: str) -> bytes:
    """A text's bytes, of long ones the first and the last."""
    # Characters are cut first, so that a long text is not encoded as a whole.
    if len(text) > 2 * END_BYTES:
        text = text[:END_BYTES] + text[-END_BYTES:]
    raw = text.encode("utf-8", "surrogatepass")
    return raw if len(raw) <= 2 * END_BYTES else raw[:END_BYTES] + raw[-END_BYTES:]


def _laid_out(raws: Sequence[bytes]) -> tuple[_Bytes, _Owners]:
    """One buffer of folded bytes, and whose each byte is; those between texts are nobody's.

    Spaces around each text are as many as the longest n-gram needs to see nothing of the next.
    """
    joined = b" " + (_AFTER + b" ").join(raws) + _AFTER + b" "
    sizes = np.empty((len(raws), 2), np.int64)
    sizes[:, 0] = [len(raw) + 1 for raw in raws]
    sizes[:, 1] = len(_AFTER)
    whose = np.empty((len(raws), 2), np.int64)
    whose[:, 0] = np.arange(len(raws))
    whose[:, 1] = len(raws)
    owners = np.repeat(whose.ravel(), sizes.ravel())
    return _FOLDED[np.frombuffer(joined, np.uint8)], owners


def _halves(codes: Iterable[_Owners], texts: int) -> Vectors:
    """Signed counts of codes, their roots taken and brought to length one."""
    counts = np.zeros((texts + 1) * _CODES, np.int64)
    for some in codes:
        counts += np.bincount(some, minlength=len(counts))
    pairs = counts.reshape(texts + 1, HALF, 2)[:texts].astype(np.float32)
    signed = pairs[:, :, 0] - pairs[:, :, 1]
    # Words repeat in bursts: the tenth time says less than the first.
    return unit(np.sign(signed) * np.sqrt(np.abs(signed)))


def unit(rows: Vectors) -> Vectors:
    """Rows brought to length one; zero stays zero."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)
