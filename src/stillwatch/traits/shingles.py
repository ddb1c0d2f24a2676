"""Anchors of texts: a steady sample of their shingles, by which texts of one template are found.

A template is text that stays the same while slots of any length change. Whether two texts share
one is asked of their *anchors*: keyed hashes of shingles of two and of four words, kept where the
hash is small (FracMinHash: Irber et al., "Lightweight compositional analysis of metagenomes with
FracMinHash and minimum metagenome covers", bioRxiv 2022), so that the same shingle is kept in every
text, whatever else stands in it. Words that look like identifiers are anchors by themselves.

Texts are worked on many at a time, as one buffer of bytes. A word is a run of letters, digits and
underscores; scripts that write without spaces give a word for every letter. A run of digits counts
as one digit. Hashes are keyed and quick, not cryptographic: they hide words from whoever reads a
store, not from someone who also knows very many of its texts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Words64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

EDGE_WORDS = 256
"""Words at the beginning and at the end of a text that are looked at."""
EDGE_CHARS = 4_096
"""Characters at either end of a text that are looked at."""
MOST = 128
"""Anchors of a text."""
NEAR_WORDS = 64
"""Words at either end whose anchors are kept first; of all others, the smallest hashes are."""
WORD_BYTES = 64
"""Bytes of a word that count; of longer ones, which no person wrote, also the last and how many."""
CHUNK_BYTES = 1 << 17
"""Bytes that are worked on at a time: what they become stays in the processor's cache."""
_KEPT = np.uint64(1 << 62)
"""A quarter of all shingles."""
_BITS = np.uint64(47)
"""Bits of an anchor: few enough to be sorted with a flag and the number of its text in a chunk."""
_DROPPED, _FAR = np.uint64(64) - _BITS, np.uint64(1) << _BITS
_MASK = _FAR - np.uint64(1)

_DIGIT, _UPPER, _LOWER, _ODD, _OTHER = 1, 2, 4, 8, 16
_SIGNS = 0xE2  # leads quotes, dashes, arrows: they stand between words
_SPACELESS_LEAD, _THAI_LAO = 0xE0, (0xB8, 0xBB)


def _kind_of(byte: int) -> int:
    letter = chr(byte)
    if byte >= 0x80:
        return _OTHER
    if letter.isalpha():
        return _UPPER if letter.isupper() else _LOWER
    return _DIGIT if letter.isdecimal() else _ODD if letter == "_" else 0


_KINDS = bytes(map(_kind_of, range(256)))
_FOLDED = bytes(
    48 if 48 <= byte < 58 else ord(chr(byte).lower()) if byte < 128 else byte for byte in range(256)
)
_WITHIN = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)  # so many first bytes
_IDEOGRAPHS = bytes(0xE3 <= byte < 0xEA for byte in range(256))  # leads of kana and ideographs


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
        self._seeds = draw.integers(1, 2**63, 5, np.uint64) | np.uint64(1)

    def sketch(self, texts: Sequence[str]) -> Sketches:
        """Sketches of texts, each as if it stood alone."""
        nothing = np.zeros(0, np.int64)
        parts = [Sketches(nothing, nothing, nothing)]
        start = 0
        for chunk in _chunks(texts):
            parts.append(self._sketch(chunk, texts[start : start + len(chunk)]))
            start += len(chunk)
        before = np.cumsum([0, *(len(part.anchors) for part in parts)])
        return Sketches(
            np.concatenate([part.words for part in parts]),
            np.concatenate([part.anchors for part in parts]),
            np.concatenate([part.ends + at for part, at in zip(parts, before, strict=False)]),
        )

    def _sketch(self, chunk: Sequence[bytes], texts: Sequence[str]) -> Sketches:
        raw = _buffer(chunk)
        kind = _kinds(raw)
        starts, ends = _words(raw, kind)
        count = np.diff(np.searchsorted(starts, np.flatnonzero(raw == 0)), prepend=0)
        text = np.repeat(np.arange(len(chunk)), count)
        named = _identifiers(raw, kind, starts)
        place = np.arange(len(text)) - np.repeat(np.cumsum(count) - count, count)
        edge = np.minimum(place, np.repeat(count, count) - 1 - place)
        hashes = self._hashed(raw, starts, ends)
        far = edge >= NEAR_WORDS
        if len(edge) and edge.max() >= EDGE_WORDS:
            seen = edge < EDGE_WORDS
            hashes, text, place, named, far = (
                array[seen] for array in (hashes, text, place, named, far)
            )
        keys = self._keys(hashes, text.astype(np.uint64), place, named, far)
        return Sketches(_scaled(count, texts), *_picked(keys, len(chunk)))

    def _hashed(self, raw: Bytes, starts: Ints, ends: Ints) -> Words64:
        """Hashes of words, eight bytes at a time; of very long ones, the ends and the length."""
        folded = raw.tobytes().translate(_FOLDED) + bytes(8)
        eight = np.ndarray(len(raw) + 1, "<u8", folded, 0, (1,))  # what follows each place
        length = ends - starts
        hashes = self._word(eight[starts] & _WITHIN.take(np.minimum(length, 8)))
        for done in range(8, WORD_BYTES, 8):
            longer = np.flatnonzero(length > done)
            if not len(longer):
                break
            rest = np.minimum(length[longer] - done, 8)
            more = eight[starts[longer] + done] & _WITHIN.take(rest)
            hashes[longer] = self._word(hashes[longer] + more)
        longest = np.flatnonzero(length > WORD_BYTES)
        if len(longest):
            last = eight[ends[longest] - 8] ^ length[longest].astype(np.uint64)
            hashes[longest] = self._word(hashes[longest] + last)
        return hashes

    def _word(self, value: Words64) -> Words64:
        return _mixed((value ^ self._seeds[3]) * self._seeds[4])

    def _keys(
        self, words: Words64, text: Words64, place: Ints, named: Flags, far: Flags
    ) -> Words64:
        """Sampled shingles of two and four words, and identifiers: text, nearness, anchor in one.

        A sum of well-mixed words times odd numbers is spread well enough to sample by; only what
        is kept is mixed again.
        """
        head = (text << np.uint64(1) | far) << _BITS
        names = _mixed(words[named] ^ self._seeds[2]) >> _DROPPED
        found = [head[named] | names]
        pairs = words[:-1] * self._seeds[0] + words[1:]
        quads = pairs[:-2] * self._seeds[1] + pairs[2:]
        for last, value in ((1, pairs), (3, quads)):
            at = np.flatnonzero(value < _KEPT)
            at = at[(text[at + last] == text[at]) & (place[at + last] - place[at] == last)]
            anchors = _mixed(value[at] + np.uint64(last)) >> _DROPPED
            # A shingle is near when any of its words is: it counts with the skeleton at an end.
            found.append(np.minimum(head[at], head[at + last]) | anchors)
        return np.concatenate(found)


def _chunks(texts: Sequence[str]) -> Iterator[list[bytes]]:
    """Texts as bytes, what is looked at of them, so many at a time as make a chunk."""
    chunk: list[bytes] = []
    size = 0
    for text in texts:
        raw = _clipped(text).encode("utf-8", "replace")
        chunk.append(raw)
        size += len(raw) + 1
        if size > CHUNK_BYTES or len(chunk) >= CHUNK_BYTES >> 3:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _clipped(text: str) -> str:
    if len(text) <= 2 * EDGE_CHARS:
        return text
    return f"{text[:EDGE_CHARS]} \n {text[-EDGE_CHARS:]}"


def _buffer(chunk: Sequence[bytes]) -> Bytes:
    """All texts, a zero after each and nowhere else, runs of digits drawn together."""
    joined = b"\0".join(chunk) + b"\0"
    if joined.count(0) > len(chunk):
        joined = b"\0".join(one.replace(b"\0", b" ") for one in chunk) + b"\0"
    raw = np.frombuffer(joined, np.uint8)
    digit = raw - np.uint8(48) < np.uint8(10)
    kept = np.ones(len(raw), bool)
    np.logical_and(digit[1:], digit[:-1], out=kept[1:])
    np.logical_not(kept[1:], out=kept[1:])
    drawn: Bytes = raw if kept.all() else raw[kept]
    return drawn


def _words(raw: Bytes, kind: Bytes) -> tuple[Ints, Ints]:
    """Where words start and end."""
    inside = kind != 0
    starts = inside.copy()
    starts[1:] &= ~inside[:-1]
    if raw.max() >= _SPACELESS_LEAD:
        cut = np.frombuffer(raw.tobytes().translate(_IDEOGRAPHS), bool).copy()
        thai = (raw[:-1] == _SPACELESS_LEAD) & (raw[1:] >= _THAI_LAO[0])
        cut[:-1] |= thai & (raw[1:] <= _THAI_LAO[1])
        cut[3:] |= cut[:-3]  # what follows such a letter starts anew
        starts |= cut & inside
    inside[:-1] &= ~inside[1:] | starts[1:]
    return np.flatnonzero(starts), np.flatnonzero(inside) + 1


def _kinds(raw: Bytes) -> Bytes:
    """The kind of every byte; 0 stands between words."""
    kind = np.frombuffer(raw.tobytes().translate(_KINDS), np.uint8).copy()
    signs = np.flatnonzero(raw == _SIGNS)
    for after in range(3 if len(signs) else 0):
        kind[np.minimum(signs + after, len(raw) - 1)] = 0
    inner = np.flatnonzero((kind[1:] == _UPPER) & (kind[:-1] == _LOWER))
    kind[inner + 1] = _ODD
    return kind


def _identifiers(raw: Bytes, kind: Bytes, starts: Ints) -> Flags:
    """Words with a digit beside letters, an underscore or an inner capital, or in angle brackets."""
    named = np.zeros(len(starts), bool)
    if not len(starts):
        return named
    letter = (kind & (_UPPER | _LOWER | _OTHER)) != 0
    digit = kind == _DIGIT
    odd = kind == _ODD
    odd[1:] |= (digit[1:] & letter[:-1]) | (letter[1:] & digit[:-1])
    odd[1:] |= raw[:-1] == ord("<")
    at = np.searchsorted(starts, np.flatnonzero(odd & (kind != 0)), "right") - 1
    named[at] = True
    return named


def _scaled(count: Ints, texts: Sequence[str]) -> Ints:
    lengths = np.fromiter(map(len, texts), np.float64, len(texts))
    return (count * np.maximum(lengths / (2 * EDGE_CHARS), 1)).astype(np.int64)


def _picked(keys: Words64, texts: int) -> tuple[Ints, Ints]:
    """The first anchors of each text, once each, sorted; and where each text's anchors end."""
    keys = _distinct(keys)
    owner = (keys >> (_BITS + np.uint64(1))).astype(np.int64)
    count = np.bincount(owner, minlength=texts)
    if len(count) and count.max() > MOST:
        kept = np.arange(len(owner)) - (np.cumsum(count) - count)[owner] < MOST
        keys = keys[kept]
    if (keys & _FAR).any():
        keys = _distinct(keys & ~_FAR)
    owner = (keys >> (_BITS + np.uint64(1))).astype(np.int64)
    ends = np.cumsum(np.bincount(owner, minlength=texts))
    return (keys & _MASK).astype(np.int64), ends


def _distinct(keys: Words64) -> Words64:
    keys = np.sort(keys)
    fresh = np.ones(len(keys), bool)
    fresh[1:] = keys[1:] != keys[:-1]
    return keys[fresh]


def _mixed(value: Words64) -> Words64:
    """Spread over all 64 bits (the finaliser of SplitMix64: Steele, Lea and Flood, 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Words64 = value ^ (value >> np.uint64(31))
    return mixed
