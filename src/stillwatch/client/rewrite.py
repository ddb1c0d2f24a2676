"""Changing texts inside a JSON document while every other byte stays as it was.

A body that was written compactly, as most are, is encoded anew, and the encoder is known to give
back the old bytes. Any other is scanned, and only the strings that changed are written, so that
spaces, escapes, the form of numbers and the order of keys stay, whoever wrote it.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import msgspec

Body = dict[str, Any]
_scan = json.JSONDecoder().raw_decode
_SPACE = re.compile(r"[ \t\n\r]*")
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
)


class NotRewritten(ValueError):
    """A document that cannot be changed without touching more than was asked."""


def rewritten(raw: bytes, change: Callable[[Body], Body]) -> bytes:
    """A document with changed texts.

    Args:
        raw: a JSON object.
        change: makes a changed copy of the decoded object; called once or twice.

    Returns:
        The same object if nothing changed.

    Raises:
        NotRewritten: it is no JSON object, names a key twice, or what changed cannot be written
            into it.
    """
    try:
        body = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return _patched(raw, change)  # half of a surrogate pair, for instance
    new = change(_object_only(body))
    if new == body:
        return raw
    if msgspec.json.encode(body) == raw:
        return msgspec.json.encode(new)
    return _patched(raw, change)


def _object_only(body: Any) -> Body:
    if not isinstance(body, dict):
        raise NotRewritten("the body is no JSON object")
    return body


def _patched(raw: bytes, change: Callable[[Body], Body]) -> bytes:
    """As `rewritten`, by scanning; numbers are told apart more finely here than above."""
    twice: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> Body:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice.append("a key")
        return found

    try:
        text = raw.decode()
        old = _object_only(json.loads(text, object_pairs_hook=members))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise NotRewritten("the body is no JSON") from error
    new = change(old)
    if new == old:
        return raw
    if twice:
        raise NotRewritten("a key stands twice in the body")
    start = _space(text, 0)
    out: list[str] = [text[:start]]
    end = _value(text, start, old, new, out)
    out.append(text[end:])
    patched = "".join(out)
    if json.loads(patched) != new:
        raise NotRewritten("the change does not fit into the body")
    return patched.encode()


def _value(text: str, at: int, old: Any, new: Any, out: list[str]) -> int:
    """Write a value as it should be; gives where the old one ends."""
    if isinstance(old, dict) and isinstance(new, dict) and old != new:
        return _object(text, at, old, new, out)
    if isinstance(old, list) and isinstance(new, list) and old and old != new:
        return _array(text, at, old, new, out)
    end = int(_scan(text, at)[1])
    token = text[at:end]
    if old == new:
        out.append(token)
    elif isinstance(old, str) and isinstance(new, str):
        out.append(_string(old, new, token))
    else:
        out.append(_encoded(new, token))
    return end


def _object(text: str, at: int, old: Body, new: Body, out: list[str]) -> int:
    """Members in place, then those that are new; as `_value`."""
    done, at = at, _space(text, at + 1)
    comma, colon = ",", ":"
    for number, (key, value) in enumerate(old.items()):
        if key not in new:
            raise NotRewritten("a key is gone from the body")
        if number:
            comma = text[done:at]
        after = int(_scan(text, at)[1])
        start = _space(text, _space(text, after) + 1)
        colon = text[after:start]
        out.append(text[done:start])
        done = _value(text, start, value, new[key], out)
        at = _next(text, done)
    if not old:
        out.append(text[done:at])
        done = at
    added = [f"{json.dumps(key)}{colon}{_encoded(new[key], text)}" for key in new if key not in old]
    out += [comma if old and added else "", comma.join(added), text[done : at + 1]]
    return at + 1


def _array(text: str, at: int, old: list[Any], new: list[Any], out: list[str]) -> int:
    """Items in place; a longer list is one that has more in front; as `_value`."""
    more = len(new) - len(old)
    if more < 0:
        raise NotRewritten("a list has become shorter")
    done, at = at, _space(text, at + 1)
    out.append(text[done:at])
    out += [f"{_encoded(item, text)}," for item in new[:more]]
    done = at
    for value, item in zip(old, new[more:], strict=True):
        out.append(text[done:at])
        done = _value(text, at, value, item, out)
        at = _next(text, done)
    out.append(text[done : at + 1])
    return at + 1


def _next(text: str, at: int) -> int:
    """From the end of a value to the beginning of the next, or to what closes the container."""
    at = _space(text, at)
    return _space(text, at + 1) if text[at] == "," else at


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _string(old: str, new: str, token: str) -> str:
    """A string that has changed in one stretch; before and after, escapes stay as they were."""
    before = _shared(old, new)
    after = _shared(old[before:][::-1], new[before:][::-1])
    start, end = _offsets(token, before, len(old) - after)
    middle = _encoded(new[before : len(new) - after], token)[1:-1]
    return token[:start] + middle + token[end:]


def _offsets(token: str, first: int, second: int) -> tuple[int, int]:
    """Where two characters of a string stand in its token, the first not after the second."""
    wanted, found = [first, second], []
    longer = 1
    for escape in _ESCAPE.finditer(token):
        while wanted and wanted[0] <= escape.start() - longer:
            found.append(wanted.pop(0) + longer)
        if not wanted:
            break
        longer += len(escape[0]) - 1
    found += [place + longer for place in wanted]
    return found[0], found[1]


def _shared(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _encoded(value: Any, like: str) -> str:
    """A value in compact form, in ASCII where its surroundings are."""
    return json.dumps(value, ensure_ascii=like.isascii(), separators=(",", ":"))
