"""What to call the members of an array, so that the same one is found again in other requests."""

import re
from collections import Counter
from collections.abc import Sequence

from stillwatch.audit.paths_object import Object

NAMES = ("name", "id", "key", "type")
"""Keys by which members of an array can be told apart, wherever they stand."""
EVENTS = ("event_name", "eventName", "event", "name", "type", "action")
"""Keys that say what happened, in lists of events as tools report them."""
MANY = 12
"""Members of an array from which on it may be a list of events."""
SHARE = 0.2
"""Different names of events for each member; fewer are no names but kinds, like roles."""
LONGEST = 80
_NAME = re.compile(r"[A-Za-z][\w.:-]*")


def members(array: Sequence[object]) -> list[str]:
    """Labels of an array's members: by a name of their own if all have one, else counted.

    Members that are called by name are found again in any order.

    Args:
        array: its members.
    """
    for name in NAMES:
        called = [inner.text(name) for inner in array if isinstance(inner, Object)]
        if len(called) == len(array) > 1 and None not in called and len(set(called)) == len(array):
            return [f"{name}={one}" for one in called]
    if len(array) > 1 and all(type(inner) is str and len(inner) <= LONGEST for inner in array):
        texts = [str(inner) for inner in array]
        if len(set(texts)) == len(texts):
            return texts
    return _events(array) or [str(number) for number in range(len(array))]


def _events(array: Sequence[object]) -> list[str]:
    """Labels of a list of events, those of one name numbered; empty if it is none."""
    if len(array) < MANY:
        return []
    for name in EVENTS:
        called = [_near(inner, name) for inner in array]
        texts = [one for one in called if one and _NAME.fullmatch(one)]
        if len(texts) == len(array) and len(set(texts)) >= SHARE * len(array):
            return _numbered(name, texts)
    return []


def _near(inner: object, key: str) -> str | None:
    """The text under a key of an object, or else of the first object in it that has the key."""
    if not isinstance(inner, Object):
        return None
    nested = (value.text(key) for _, value in inner.pairs if isinstance(value, Object))
    return inner.text(key) or next((one for one in nested if one), None)


def _numbered(name: str, texts: Sequence[str]) -> list[str]:
    seen = Counter[str]()
    labels = []
    for text in texts:
        labels.append(f"{name}={text}" + (f"({seen[text]})" if seen[text] else ""))
        seen[text] += 1
    return labels
