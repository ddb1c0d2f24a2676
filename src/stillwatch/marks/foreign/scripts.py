"""Which characters need which neighbours: scripts that join, write right to left, or are emoji."""

import unicodedata
from typing import Final

_JOINING: Final = (
    (0x0590, 0x08FF),  # Hebrew, Arabic, Syriac, N'Ko and their supplements
    (0x0900, 0x0DFF),  # Indic scripts and Sinhala
    (0x0E80, 0x109F),  # Lao, Tibetan, Myanmar
    (0x1780, 0x18AF),  # Khmer, Mongolian
    (0x1900, 0x1CFF),  # Limbu to Vedic
    (0xA800, 0xABFF),  # Syloti Nagri to Meetei Mayek
    (0xFB1D, 0xFDFF),
    (0xFE70, 0xFEFE),
    (0x10800, 0x11FFF),
    (0x1E800, 0x1EEFF),
)
_SPACELESS: Final = (
    (0x0E00, 0x109F),  # Thai, Lao, Tibetan, Myanmar
    (0x1100, 0x11FF),
    (0x1780, 0x18AF),  # Khmer, Mongolian
    (0x1950, 0x1A9F),  # Tai
    (0x2E80, 0x312F),
    (0x3131, 0xA4CF),  # kana, Hangul letters, ideographs, Yi
    (0xA980, 0xAADF),
    (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF),
    (0xFF00, 0xFFEF),
    (0x20000, 0x3FFFF),
)


def joins(char: str) -> bool:
    """Whether it belongs to a script that writes with joiners."""
    return bool(char) and _within(ord(char), _JOINING)


def spaceless(char: str) -> bool:
    """Whether it belongs to a script that writes without spaces, or with wide ones."""
    return bool(char) and _within(ord(char), _SPACELESS)


def wide(text: str) -> bool:
    """Whether a text holds ideographs, kana or Hangul."""
    return any(
        0x2E80 <= ord(char) <= 0xD7FF and char.isalpha()
        for char in text
        if char > "\u2e7f"
    )  # fmt: skip


def right_to_left(text: str) -> bool:
    """Whether a text holds letters that are written from right to left."""
    return any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text if char > "\u0589")


def emoji(char: str) -> bool:
    """Whether it can be part of an emoji sequence."""
    if not char:
        return False
    return ord(char) >= 0x1F000 or unicodedata.category(char) in {"So", "Sk"}


def _within(point: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= point <= last for first, last in ranges)
