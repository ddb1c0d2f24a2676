"""Changing texts inside a JSON document while every other byte stays as it was.

A body that was written compactly, as most are, is encoded anew, and the encoder is known to give
back the old bytes. Any other is scanned, and only the strings that changed are written, so that
spaces, escapes, the form of numbers and the order of keys stay, whoever wrote it.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

Body = dict[str, Any]
_scan = json.JSONDecoder().raw_decode
_SPACE = re.compile(r"[ \t\n\r]*")
_UNIT = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]",
    re.DOTALL,
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
    try:
        text = raw.decode()
        old = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotRewritten("the body is no JSON") from error
    new = change(_object_only(old))
    if new == old:
        return raw
    start = _space(text, 0)
    out: list[str] = [text[:start]]
    end = _value(text, start, new, out)
    out.append(text[end:])
    patched = "".join(out)
    if json.loads(patched) != new:
        raise NotRewritten("the change does not fit into the body")
    return patched.encode()


def _value(text: str, at: int, new: Any, out: list[str]) -> int:
    """Write a value as it should be; gives where the old one ends."""
    old: Any
    end: int
    old, end = _scan(text, at)
    if old == new:
        out.append(text[at:end])
    elif isinstance(old, str) and isinstance(new, str):
        out.append(_string(old, new, text[at:end]))
    elif isinstance(old, dict) and isinstance(new, dict):
        _object(text, at, new, out)
    elif isinstance(old, list) and isinstance(new, list) and old:
        _array(text, at, len(old), new, out)
    else:
        out.append(_encoded(new, text[at:end]))
    return end


def _object(text: str, at: int, new: Body, out: list[str]) -> None:
    """Members in place, then those that are new."""
    done = at
    keys: list[str] = []
    comma, colon = ",", ":"
    for key, before, start in _members(text, at):
        if key in keys or key not in new:
            raise NotRewritten("a key stands twice in the body")
        if keys:
            comma = text[done:before]
        colon = text[_scan(text, before)[1] : start]
        keys.append(key)
        out.append(text[done:start])
        done = _value(text, start, new[key], out)
    added = [key for key in new if key not in keys]
    if not keys:
        out.append("{")
        done = _space(text, at + 1)
    for number, key in enumerate(added):
        separator = comma if keys or number else ""
        out.append(f"{separator}{json.dumps(key)}{colon}{_encoded(new[key], text)}")
    out.append(text[done : _closed(text, done)])


def _members(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Every member of an object: key, where the key begins, where the value begins."""
    at = _space(text, at + 1)
    while text[at] != "}":
        key, after = _scan(text, at)
        start = _space(text, _space(text, after) + 1)
        yield key, at, start
        at = _next(text, _scan(text, start)[1])


def _array(text: str, at: int, size: int, new: list[Any], out: list[str]) -> None:
    """Items in place; a longer list is one that has more in front."""
    first = at = _space(text, at + 1)
    more = len(new) - size
    if more < 0:
        raise NotRewritten("a list has become shorter")
    opening = text[text.rindex("[", 0, first) : first]
    comma = ","
    done = first
    for number, item in enumerate(new[more:]):
        if number:
            start = _next(text, done)
            comma = text[done:start]
            at = start
        if not number:
            front = "".join(
                _encoded(one, text) + _comma_after(text, first, size) for one in new[:more]
            )
            out.append(opening + front)
        else:
            out.append(comma)
        done = _value(text, at, item, out)
    out.append(text[done : _closed(text, done)])


def _comma_after(text: str, at: int, size: int) -> str:
    """How this list separates its items."""
    if size == 1:
        return ","
    end = _scan(text, at)[1]
    return text[end : _next(text, end)]


def _next(text: str, at: int) -> int:
    """From the end of a value to the beginning of the next, or to what closes the container."""
    at = _space(text, at)
    return _space(text, at + 1) if text[at] == "," else at


def _closed(text: str, at: int) -> int:
    return _space(text, at) + 1


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _string(old: str, new: str, token: str) -> str:
    """A string that has changed in one stretch; before and after, escapes stay as they were."""
    before = _shared(old, new)
    after = _shared(old[before:][::-1], new[before:][::-1])
    units = _UNIT.findall(token[1:-1])
    if len(units) != len(old):
        return _encoded(new, token)
    middle = _encoded(new[before : len(new) - after], token)[1:-1]
    return f'"{"".join(units[:before])}{middle}{"".join(units[len(units) - after :])}"'


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
