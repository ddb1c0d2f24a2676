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
# An escape of a character above 0x7F, behind an even number of backslashes.
_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!00[0-7])")
_KEYS = 6


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
        ascii_escapes=raw.isascii() and "\\u" in raw and _ESCAPE.search(raw) is not None,
        first_keys=",".join(keys[:_KEYS]),
    )
