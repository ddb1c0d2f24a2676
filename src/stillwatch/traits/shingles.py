"""Anchors of texts: a steady sample of their shingles, by which texts of one template are found.

A template is text that stays the same while slots of any length change. Whether two texts share
one is asked of their *anchors*: keyed hashes of shingles of two and of four words, kept where the
hash is small (FracMinHash: Irber et al., "Lightweight compositional analysis of metagenomes with
FracMinHash and minimum metagenome covers", bioRxiv 2022), so that the same shingle is kept in every
text, whatever else stands in it. Words that look like identifiers are anchors by themselves.

All texts of a batch are worked on at once, as one buffer of bytes. A word is a run of letters,
digits and underscores; scripts that write without spaces give a word for every letter. A run of
digits counts as one digit. The hash of a word is a polynomial at a secret point (see `hashing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Words64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

EDGE_WORDS = 256
"""Words at the beginning and at the end of a text that are looked at."""
EDGE_CHARS = 4_096
"""Characters at either end of a text that are looked at."""
MOST = 128
"""Anchors of a text; the smallest hashes are kept."""
_KEPT = np.uint64(1 << 62)
_SHIFT = np.uint64(14)
"""A quarter of all shingles."""

_DIGIT, _UPPER, _LOWER, _ODD, _OTHER = 1, 2, 4, 8, 16
_KIND = np.zeros(256, np.uint8)
_KIND[48:58], _KIND[65:91], _KIND[97:123], _KIND[95], _KIND[0x80:] = (
    _DIGIT,
    _UPPER,
    _LOWER,
    _ODD,
    _OTHER,
)
_LEAD = 0xC0
_IDEOGRAPH = np.zeros(256, bool)
_IDEOGRAPH[0xE3:0xEA] = True
_SIGNS = 0xE2
_SPACELESS_LEAD, _SPACELESS_NEXT = 0xE0, (0xB8, 0xBB)
_BITS = np.uint64(48)
"""Bits of an anchor: few enough to be sorted together with the number of its text."""


@dataclass(frozen=True)
class Sketches:
    """What a batch of texts is made of.

    Attributes:
        words: words of each text; an estimate for texts longer than what is looked at.
        anchors: anchors of all texts, text by text, sorted within each.
        ends: for each text, where its anchors end.
    """

    words: Ints
    anchors: Ints
    ends: Ints

    def of(self, place: int) -> Ints:
        """The anchors of one text."""
        return self.anchors[self.ends[place - 1] if place else 0 : self.ends[place]]


class Shingler:
    """Makes sketches under a key.

    Args:
        key: secret bytes; sketches of different keys cannot be compared.
    """

    def __init__(self, key: bytes) -> None:
        draw = np.random.Generator(np.random.PCG64(list(key)))
        self._values = draw.integers(1, 2**64, 256, np.uint64, endpoint=False)
        self._values[65:91] = self._values[97:123]
        self._values[49:58] = self._values[48]
        self._point = int(draw.integers(2**62, dtype=np.uint64)) * 2 + 1
        self._seeds = draw.integers(1, 2**63, 3, np.uint64) | np.uint64(1)
        self._powers = np.ones(1, np.uint64)
        self._inverse = np.ones(1, np.uint64)

    def sketch(self, texts: Sequence[str]) -> Sketches:
        """Sketches of texts, each as if it stood alone."""
        if not texts:
            nothing = np.zeros(0, np.int64)
            return Sketches(nothing, nothing, nothing)
        raw = _buffer(texts)
        kind = _kinds(raw)
        starts, ends = _words(raw, kind)
        hashes = self._hashed(raw, starts, ends)
        text = np.searchsorted(np.flatnonzero(raw == 0), starts)
        count = np.bincount(text, minlength=len(texts))
        edge = _at_edge(text, count)
        named = _identifiers(raw, kind, starts)[edge]
        anchors, owner = self._anchors(hashes[edge], text[edge], np.flatnonzero(edge), named)
        words = _scaled(count, texts)
        return Sketches(words, *_sorted(anchors, owner, len(texts)))

    def _hashed(self, raw: NDArray[np.uint8], starts: Ints, ends: Ints) -> Words64:
        """Polynomial hashes of words, from sums over the whole buffer."""
        self._grow(len(raw) + 1)
        sums = np.zeros(len(raw) + 1, np.uint64)
        np.cumsum(self._values[raw] * self._powers[: len(raw)], out=sums[1:])
        return _mixed((sums[ends] - sums[starts]) * self._inverse[starts])

    def _grow(self, size: int) -> None:
        if len(self._powers) >= size:
            return
        inverse = pow(self._point, -1, 2**64)
        for name, base in (("_powers", self._point), ("_inverse", inverse)):
            steps = np.full(size, base, np.uint64)
            steps[0] = 1
            setattr(self, name, np.multiply.accumulate(steps))

    def _anchors(
        self, words: Words64, text: Ints, place: Ints, named: Flags
    ) -> tuple[Words64, Ints]:
        """Sampled shingles of two and four words, and identifiers, with their texts."""
        found, owner = [_mixed(words[named] ^ self._seeds[2]) >> np.uint64(16)], [text[named]]
        pairs = _mixed(words[:-1] * self._seeds[0] + words[1:])
        for width, value in ((2, pairs), (4, _mixed(pairs[:-2] * self._seeds[1] + pairs[2:]))):
            last = width - 1
            whole = (text[last:] == text[:-last]) & (place[last:] - place[:-last] == last)
            kept = whole & (value[: len(whole)] < _KEPT)
            found.append(value[: len(whole)][kept] >> _SHIFT)
            owner.append(text[: len(whole)][kept])
        return np.concatenate(found), np.concatenate(owner)


def _buffer(texts: Sequence[str]) -> NDArray[np.uint8]:
    """All texts as bytes, a zero after each, runs of digits drawn together."""
    joined = "\0".join(_clipped(text) for text in texts) + "\0"
    raw = np.frombuffer(joined.encode("utf-8", "replace"), np.uint8)
    digit = _KIND[raw] == _DIGIT
    kept = np.ones(len(raw), bool)
    kept[1:] = ~(digit[1:] & digit[:-1])
    return raw[kept]


def _clipped(text: str) -> str:
    text = text.replace("\0", " ")
    if len(text) <= 2 * EDGE_CHARS:
        return text
    return f"{text[:EDGE_CHARS]} \n {text[-EDGE_CHARS:]}"


def _words(raw: NDArray[np.uint8], kind: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Where words start and end."""
    inside = kind != 0
    starts = inside.copy()
    starts[1:] &= ~inside[:-1]
    if raw.max() >= _SPACELESS_LEAD:
        cut = _IDEOGRAPH[raw]
        thai = (raw[:-1] == _SPACELESS_LEAD) & (raw[1:] >= _SPACELESS_NEXT[0])
        cut[:-1] |= thai & (raw[1:] <= _SPACELESS_NEXT[1])
        cut[3:] |= cut[:-3] & (raw[3:] >= _LEAD)  # the letter after such a letter starts anew
        starts |= cut & inside
    last = inside
    last[:-1] &= ~inside[1:] | starts[1:]
    return np.flatnonzero(starts), np.flatnonzero(last) + 1


def _kinds(raw: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The kind of every byte; 0 stands between words."""
    kind = _KIND[raw]
    signs = np.flatnonzero(raw == _SIGNS)
    for after in range(3 if len(signs) else 0):
        kind[np.minimum(signs + after, len(raw) - 1)] = 0
    inner = (kind[:-1] == _LOWER) & (kind[1:] == _UPPER)
    kind[1:][inner] = _ODD
    return kind


def _identifiers(raw: NDArray[np.uint8], kind: NDArray[np.uint8], starts: Ints) -> Flags:
    """Words with a digit beside letters, an underscore or an inner capital, or in angle brackets."""
    if not len(starts):
        return np.zeros(0, bool)
    has = np.bitwise_or.reduceat(kind, starts)
    tagged = raw[np.maximum(starts - 1, 0)] == ord("<")
    letters = (has & (_LOWER | _UPPER | _OTHER)) != 0
    named: Flags = (has & _ODD != 0) | ((has & _DIGIT != 0) & letters) | tagged
    return named


def _at_edge(text: Ints, count: Ints) -> Flags:
    """Words among the first or the last of their text."""
    first = np.cumsum(count) - count
    place = np.arange(len(text)) - first[text]
    return (place < EDGE_WORDS) | (place >= count[text] - EDGE_WORDS)


def _scaled(count: Ints, texts: Sequence[str]) -> Ints:
    lengths = np.array([len(text) for text in texts])
    return (count * np.maximum(lengths / (2 * EDGE_CHARS), 1)).astype(np.int64)


def _sorted(anchors: Words64, owner: Ints, texts: int) -> tuple[Ints, Ints]:
    """The smallest anchors of each text, once each, sorted; and where each text's anchors end."""
    joined = np.sort(owner.astype(np.uint64) << _BITS | anchors)
    fresh = np.ones(len(joined), bool)
    fresh[1:] = joined[1:] != joined[:-1]
    joined = joined[fresh]
    owner = (joined >> _BITS).astype(np.int64)
    count = np.bincount(owner, minlength=texts)
    first = np.cumsum(count) - count
    kept = np.arange(len(owner)) - first[owner] < MOST
    anchors = joined[kept] & ((np.uint64(1) << _BITS) - np.uint64(1))
    return anchors.astype(np.int64), np.cumsum(np.minimum(count, MOST))


def _mixed(value: Words64) -> Words64:
    """Spread over all 64 bits (the finaliser of SplitMix64: Steele, Lea and Flood, 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Words64 = value ^ (value >> np.uint64(31))
    return mixed
