"""Where a character of a decoded string stands in the JSON text that it was decoded from.

Only findings are looked up, so the text is walked anew for each; values on the way are passed over
by the standard library's decoder.
"""

import re
from json import JSONDecoder
from types import EllipsisType

from stillwatch.marks.foreign.parts import Path

_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)
_DECODER = JSONDecoder(strict=False)


def locate(raw: str, path: Path, offset: int, *, key: bool = False) -> int | None:
    """The place of a character in JSON text.

    Args:
        raw: the JSON text.
        path: where the string stands.
        offset: which character of the decoded string.
        key: whether it is the key at the path rather than its value.

    Returns:
        Its offset in the JSON text, or None if there is no such string.
    """
    try:
        return _locate(raw, path, offset, key=key)
    except (ValueError, IndexError, RecursionError):
        return None


def _locate(raw: str, path: Path, offset: int, *, key: bool) -> int | None:
    at = _past_space(raw, 0)
    for place, step in enumerate(path):
        last = place + 1 == len(path)
        if isinstance(step, EllipsisType):
            text, _ = _DECODER.raw_decode(raw, at)
            inner = locate(text, path[place + 1 :], offset, key=key)
            return None if inner is None else in_string(raw, at, inner)
        found = _step(raw, at, step, key=key and last)
        if found is None:
            return None
        at = found
    return in_string(raw, at, offset) if raw[at] == '"' else None


def in_string(raw: str, start: int, offset: int) -> int:
    """Where a character of a string stands, that begins with its quote at `start`."""
    at, left = start + 1, offset
    while (slash := raw.find("\\", at, at + left)) >= 0:
        left -= slash - at + 1
        escape = _ESCAPE.match(raw, slash)
        assert escape is not None
        at = escape.end()
    return at + left


def _step(raw: str, at: int, step: str | int, *, key: bool) -> int | None:
    """Where the value (or the key) begins that a step from an object or array leads to."""
    opening = raw[at]
    if opening == "{" and isinstance(step, str):
        return _member(raw, at, step, key=key)
    if opening != "[" or not isinstance(step, int):
        return None
    at = _past_space(raw, at + 1)
    for _ in range(step):
        at = _past_value(raw, at)
    return at


def _member(raw: str, at: int, name: str, *, key: bool) -> int | None:
    """The last member of an object with some name, as decoders take the last."""
    found = None
    at = _past_space(raw, at + 1)
    while raw[at] == '"':
        opened = at
        text, at = _DECODER.raw_decode(raw, at)
        at = _past_space(raw, _past_space(raw, at) + 1)
        if text == name:
            found = opened if key else at
        at = _past_value(raw, at)
    return found


def _past_value(raw: str, at: int) -> int:
    """Past a value and the comma after it; on the closing bracket where there is no comma."""
    _, at = _DECODER.raw_decode(raw, at)
    at = _past_space(raw, at)
    return _past_space(raw, at + 1) if raw[at] == "," else at


def _past_space(raw: str, at: int) -> int:
    found = _SPACE.match(raw, at)
    return found.end() if found else at
