"""How a body's text was written: a trace of the library that wrote it.

JavaScript clients write JSON without spaces and with characters as they are; Python's json module
puts a space after the separators and writes other characters than ASCII as escapes. A relay that
writes the body anew shows here.
"""

import re

import msgspec
from msgspec import Raw

from stillwatch.exchange import BodyStyle

_FIELDS = msgspec.json.Decoder(dict[str, Raw])

# The first colon after the first key.
_FIRST_COLON = re.compile(r'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:(?P<space> ?)')
# An escape of a character above 0x7F, unless the backslash is itself escaped.
_ESCAPE = re.compile(r"\\u(?!00[0-7])")
_BACKSLASHES = 64
_KEYS = 6
# A library that escapes does so from the start; the rest of a long text is not searched.
_SEARCHED = 32_768


def style_of(raw: str | None) -> BodyStyle | None:
    """The style of a body's text, or None if it was not kept or is not a JSON object."""
    if raw is None:
        return None
    try:
        keys = list(_FIELDS.decode(raw))
    except (ValueError, RecursionError):
        return None
    colon = _FIRST_COLON.match(raw)
    return BodyStyle(
        spaced=bool(colon and colon["space"]),
        ascii_escapes=raw.isascii() and _has_escape(raw[:_SEARCHED]),
        first_keys=",".join(keys[:_KEYS]),
    )


def _has_escape(text: str) -> bool:
    for found in _ESCAPE.finditer(text):
        before = text[max(0, found.start() - _BACKSLASHES) : found.start()]
        if (len(before) - len(before.rstrip("\\"))) % 2 == 0:
            return True
    return False
