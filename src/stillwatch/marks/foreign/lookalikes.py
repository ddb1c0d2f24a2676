"""Letters that look like ASCII letters, written down by hand from charts of the scripts.

Only what is hard to tell apart in common fonts. Letters of mathematics, phonetics and full width
are told apart by range, since the Unicode database knows what they stand for.
"""

import unicodedata
from typing import Final

_PAIRS = {
    # Cyrillic
    "a": "\u0430", "c": "\u0441", "d": "\u0501", "e": "\u0435", "h": "\u04bb", "i": "\u0456",
    "j": "\u0458", "l": "\u04cf", "o": "\u043e", "p": "\u0440", "q": "\u051b", "s": "\u0455",
    "v": "\u0475", "w": "\u051d", "x": "\u0445", "y": "\u0443", "A": "\u0410", "B": "\u0412",
    "C": "\u0421", "E": "\u0415", "G": "\u050c", "H": "\u041d", "I": "\u0406", "J": "\u0408",
    "K": "\u041a", "M": "\u041c", "O": "\u041e", "P": "\u0420", "Q": "\u051a", "S": "\u0405",
    "T": "\u0422", "V": "\u0474", "W": "\u051c", "X": "\u0425", "Y": "\u0423",
}  # fmt: skip
_GREEK = {
    "A": "\u0391", "B": "\u0392", "E": "\u0395", "Z": "\u0396", "H": "\u0397", "I": "\u0399",
    "K": "\u039a", "M": "\u039c", "N": "\u039d", "O": "\u039f", "P": "\u03a1", "T": "\u03a4",
    "Y": "\u03a5", "X": "\u03a7", "o": "\u03bf", "j": "\u03f3", "c": "\u03f2", "C": "\u03f9",
}  # fmt: skip
_OTHERS = {
    # Armenian, Cherokee, Lisu, Coptic, Deseret, and Latin letters of phonetics
    "a": "\u0251", "g": "\u0261\u0581", "h": "\u0570", "n": "\u0578", "o": "\u0585\u2c9f\U0001042c",
    "q": "\u0566", "u": "\u057d", "c": "\u2ca5", "p": "\u2ca3",
    "A": "\u13aa\ua4ee", "B": "\u13f4\ua4d0", "C": "\u13df\ua4da", "D": "\u13a0\ua4d3",
    "E": "\u13ac\ua4f0", "F": "\ua4dd", "G": "\u13c0\ua4d6", "H": "\u13bb\ua4e7", "I": "\ua4f2",
    "J": "\u13ab\ua4d9", "K": "\u13e6\ua4d7", "L": "\u13de\ua4e1", "M": "\u13b7\ua4df",
    "N": "\ua4e0", "O": "\u0555\u2c9e\ua4f3\U00010404", "P": "\u13e2\ua4d1", "R": "\u13d2\ua4e3",
    "S": "\u13da\u054f\ua4e2", "T": "\u13a2\ua4d4", "U": "\u054d\ua4f4", "V": "\u13d9\ua4e6",
    "W": "\u13b3\ua4ea", "X": "\ua4eb", "Y": "\ua4ec", "Z": "\u13c3\ua4dc",
}  # fmt: skip

LOOKS_LIKE: Final[dict[str, str]] = {
    look: letter
    for pairs in (_PAIRS, _GREEK, _OTHERS)
    for letter, looks in pairs.items()
    for look in looks
}
"""Letter of another script -> the ASCII letter that it looks like."""

CYRILLIC_TWIN: Final[dict[str, str]] = dict(_PAIRS)
"""ASCII letter -> the Cyrillic letter that looks like it."""

STYLED_RANGES: Final = (
    (0x2102, 0x2134),  # letter-like symbols; the real symbols among them fold to no ASCII letter
    (0x2160, 0x217F),  # Roman numerals
    (0x24B6, 0x24E9),  # circled letters
    (0x1D400, 0x1D7FF),  # mathematical letters and digits
    (0x1F130, 0x1F149),  # squared letters
)
"""Code points that stand for an ASCII letter or digit in another style."""

_SIGNS: Final = {
    "'": "\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02c8\u02ca\u02cb\u2018\u2019\u201b\u2032\u2035"
    "\ua78c\u055a\u05f3",
    '"': "\u201c\u201d",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u02d7",
    ":": "\u0589\u05c3\ua789\ua4fd\u02d0\u2236",
    ".": "\u2024\ua4f8",
    "/": "\u2044\u2215",
    "|": "\u2223\u01c0",
    "*": "\u2217\u204e",
    ",": "\u201a\u02cc",
    "!": "\u01c3",
    "\n": "\u0085\u2028\u2029",
    " ": "\u1680",
}
_SIGN: Final = {odd: plain for plain, signs in _SIGNS.items() for odd in signs}


def ordinary(char: str) -> str:
    """What a character looks like: the ASCII that stands in its place, or nothing."""
    plain = _SIGN.get(char) or LOOKS_LIKE.get(char)
    if plain is None and char.isascii():
        return _PAIRS.get(char, "") if char.isalpha() else ""
    if plain is None and char.isdecimal():
        return str(unicodedata.decimal(char))
    if plain is None:
        folded = unicodedata.normalize("NFKC", char)
        plain = folded if folded.isascii() else ""
    return plain
