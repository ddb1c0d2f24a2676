"""Replaces strings in JSON text and leaves the rest of the text as it was received.

Spacing, key order and the way characters are escaped are evidence, so the text is never parsed
and written again: a replaced string keeps the escape of every character that did not change.
"""

import json
import re
from collections.abc import Mapping

STRING = re.compile(r'"(?:[^"\\]|\\.)*"(?P<key>\s*:)?', re.DOTALL)
PIECE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u.{4}|\\.|.", re.DOTALL
)


def replace_strings(raw: str, new: Mapping[str, str]) -> str:
    """Replace whole string values of a JSON text.

    Args:
        raw: JSON as received.
        new: old string to new string of the same length; keys of objects stay.
    """
    if not new:
        return raw

    def swap(found: re.Match[str]) -> str:
        token = found.group()
        if found["key"]:
            return token
        text = json.loads(token) if "\\" in token else token[1:-1]
        if text not in new:
            return token
        return f'"{_in_style(token[1:-1], text, new[text])}"'

    return STRING.sub(swap, raw)


def _in_style(escaped: str, old: str, new: str) -> str:
    pieces = PIECE.findall(escaped)
    if not len(pieces) == len(old) == len(new):
        raise ValueError(f"filler of another length for {old[:60]!r}")
    return "".join(
        piece if before == after else after
        for piece, before, after in zip(pieces, old, new, strict=True)
    )
