"""Code points by what they can hide, as a table that learns.

One byte a code point, for the whole of Unicode. What needs the Unicode database is looked up when
a code point is seen for the first time, so that nothing is paid for at import.
"""

import unicodedata
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from stillwatch.marks.foreign.lookalikes import LOOKS_LIKE, STYLED_RANGES

Classes = npt.NDArray[np.uint8]
Points = npt.NDArray[np.uint32]

PLAIN: Final = 0
ZERO_WIDTH: Final = 1
JOINER: Final = 2
INVISIBLE_MATH: Final = 3
SOFT_HYPHEN: Final = 4
TAG: Final = 5
SELECTOR: Final = 6
BIDI: Final = 7
BIDI_MARK: Final = 8
SPACE: Final = 9
IDEOGRAPHIC_SPACE: Final = 10
FILLER: Final = 11
BRAILLE_BLANK: Final = 12
INTERLINEAR: Final = 13
FORMAT: Final = 14
PRIVATE: Final = 15
UNASSIGNED: Final = 16
SURROGATE: Final = 17
CONTROL: Final = 18
LINE_BREAK: Final = 19
APOSTROPHE: Final = 20
QUOTE: Final = 21
DASH: Final = 22
ELLIPSIS: Final = 23
FULLWIDTH: Final = 24
STYLED: Final = 25
DIGIT: Final = 26
GRAPHEME_JOINER: Final = 27
MARK: Final = 28
LIGATURE: Final = 29
PUNCTUATION: Final = 30
# From here on letters, too common in some languages to be listed one by one.
LETTERS: Final = 64
LOOK_ALIKE: Final = 64
CYRILLIC: Final = 65
GREEK: Final = 66
UNKNOWN: Final = 255

# Code points that Unicode 15 to 17 assigned, so that an older database calls them unassigned.
# From DerivedAge, by block and generously; emoji and ideographs above all.
_LATER = (
    (0x0800, 0x1FFF),
    (0x20C1, 0x20CF),
    (0x2427, 0x243F),
    (0x2B74, 0x2BFF),
    (0x2FF0, 0x31FF),
    (0xA7C0, 0xA7FF),
    (0xFB50, 0xFDCF),
    (0x10500, 0x13FFF),
    (0x16000, 0x18FFF),
    (0x1AFF0, 0x1BFFF),
    (0x1CC00, 0x1D3FF),
    (0x1DF00, 0x1FBFF),
    (0x20000, 0x3FFFD),
)
_BY_HAND: tuple[tuple[int, tuple[int, ...]], ...] = (
    (ZERO_WIDTH, (0x200B, 0x2060, 0xFEFF, 0x180E)),
    (JOINER, (0x200C, 0x200D)),
    (INVISIBLE_MATH, (0x2061, 0x2062, 0x2063, 0x2064)),
    (SOFT_HYPHEN, (0x00AD,)),
    (BIDI, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))),
    (BIDI_MARK, (0x200E, 0x200F, 0x061C)),
    (SPACE, (0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F)),
    (IDEOGRAPHIC_SPACE, (0x3000,)),
    (FILLER, (0x115F, 0x1160, 0x3164, 0xFFA0)),
    (BRAILLE_BLANK, (0x2800,)),
    (INTERLINEAR, (0xFFF9, 0xFFFA, 0xFFFB)),
    (FORMAT, (0x17B4, 0x17B5, *range(0x206A, 0x2070), 0x16FE4, 0x1D159)),
    (FORMAT, (*range(0x1D173, 0x1D17B), *range(0x1BCA0, 0x1BCA4))),
    (LINE_BREAK, (0x0085, 0x2028, 0x2029)),
    (APOSTROPHE, (0x00B4, 0x02B9, 0x02BB, 0x02BC, 0x02BD, 0x02BE, 0x02C8, 0x02CA, 0x02CB)),
    (APOSTROPHE, (0x2018, 0x2019, 0x201B, 0x2032, 0x2035, 0xA78C, 0xFF07, 0x055A, 0x05F3)),
    (QUOTE, (0x201C, 0x201D)),
    (DASH, (0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2043, 0x2212)),
    (DASH, (0x02D7, 0xFE58, 0xFE63, 0xFF0D)),
    (ELLIPSIS, (0x2024, 0x2025, 0x2026)),
    (GRAPHEME_JOINER, (0x034F,)),
    (LIGATURE, tuple(range(0xFB00, 0xFB07))),
    (PUNCTUATION, (0x037E, 0x01C3, 0x0589, 0x05C3, 0x2236, 0xA789, 0x02D0, 0x2044, 0x2215)),
    (PUNCTUATION, (0x2223, 0x01C0, 0x2217, 0x204E, 0x201A, 0x02CC, 0xA4FD, 0xA4F8, 0x1FEF)),
    (PUNCTUATION, (*range(0xFE50, 0xFE58), *range(0xFE59, 0xFE63), *range(0xFE64, 0xFE6C))),
)
_BY_RANGE = (
    (TAG, 0xE0000, 0xE007F),
    (SELECTOR, 0xFE00, 0xFE0F),
    (SELECTOR, 0xE0100, 0xE01EF),
    (SELECTOR, 0x180B, 0x180D),
    (PRIVATE, 0xE000, 0xF8FF),
    (PRIVATE, 0xF0000, 0xFFFFD),
    (PRIVATE, 0x100000, 0x10FFFD),
    (SURROGATE, 0xD800, 0xDFFF),
    (CONTROL, 0x80, 0x9F),
    (MARK, 0x0300, 0x036F),
    (MARK, 0x1AB0, 0x1AFF),
    (MARK, 0x1DC0, 0x1DFF),
    (MARK, 0x20D0, 0x20FF),
    (MARK, 0xFE20, 0xFE2F),
    (CYRILLIC, 0x0400, 0x052F),
    (GREEK, 0x0370, 0x03FF),
    (GREEK, 0x1F00, 0x1FFF),
    (FULLWIDTH, 0xFF01, 0xFF5E),
)


def _table() -> Classes:
    table = np.full(0x110000, UNKNOWN, np.uint8)
    table[:0x80] = PLAIN
    # Ideographs, kana and Hangul hide nothing, and there are too many to look up.
    for first, last in ((0x3001, 0x3163), (0x3165, 0x9FFF), (0xAC00, 0xD7A3), (0x20000, 0x2A6DF)):
        table[first : last + 1] = PLAIN
    for kind, first, last in _BY_RANGE:
        table[first : last + 1] = kind
    for first, last in STYLED_RANGES:
        table[first : last + 1] = STYLED
    table[0x1D7CE:0x1D800] = DIGIT  # mathematical digits
    table[[ord(char) for char in LOOKS_LIKE]] = LOOK_ALIKE
    for kind, points in _BY_HAND:
        table[list(points)] = kind
    return table


_TABLE = _table()


def of(points: Points) -> Classes:
    """The class of every code point."""
    found: Classes = _TABLE[points]
    unknown = found == UNKNOWN
    if unknown.any():
        learn(np.unique(points[unknown]).tolist())
        found = _TABLE[points]
    return found


def of_char(char: str) -> int:
    """The class of one character."""
    kind = int(_TABLE[ord(char)])
    if kind == UNKNOWN:
        learn([ord(char)])
        kind = int(_TABLE[ord(char)])
    return kind


def learn(points: Iterable[int]) -> None:
    """Look code points up in the Unicode database, once."""
    for point in points:
        _TABLE[point] = _looked_up(point)


def _looked_up(point: int) -> int:
    char = chr(point)
    category = unicodedata.category(char)
    if category == "Cn":
        later = any(first <= point <= last for first, last in _LATER)
        return PLAIN if later and point & 0xFFFE != 0xFFFE else UNASSIGNED
    if category == "Nd":
        return DIGIT
    # The rest of the format characters belong to scripts that need them (Arabic number signs,
    # Egyptian layout), and so do other combining marks.
    return PLAIN
