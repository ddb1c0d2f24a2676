"""JSON as it was written: numbers keep their letters, objects the order of their keys.

JSON may stand within JSON as Base64; it is opened where writing it again gives the same text.
"""

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_PLAIN_KEY = re.compile(r"[\w-]+")
_BASE64_OBJECT = re.compile(r"e[yw][A-Za-z0-9+/_-]{6,}={0,2}")
"""What Base64 makes of an opening brace with a quote, or with white space, after it."""


class Literal(str):
    """A number, true, false or null as it is written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Object:
    """A JSON object with its pairs in order, and every key as often as it stands there."""

    pairs: list[tuple[str, object]]

    def names(self) -> Iterator[str]:
        """The keys, told apart where one comes again."""
        seen = Counter[str]()
        for key, _ in self.pairs:
            name = key if _PLAIN_KEY.fullmatch(key) else json.dumps(key)
            yield name + (f"({seen[key]})" if seen[key] else "")
            seen[key] += 1

    def text(self, key: str) -> str | None:
        """The text under a key.

        Args:
            key: the key.
        """
        found = next((value for name, value in self.pairs if name == key), None)
        return found if type(found) is str else None


_DECODER = json.JSONDecoder(
    object_pairs_hook=Object, parse_float=Literal, parse_int=Literal, parse_constant=Literal,
    strict=False,
)  # fmt: skip


def decode(text: str) -> object:
    """A JSON text as values.

    Args:
        text: JSON.

    Raises:
        ValueError: it is none.
        RecursionError: it is too deep.
    """
    return _DECODER.decode(text)


def opened(text: str) -> str | None:
    """The JSON object that a text holds as Base64.

    Args:
        text: any text.

    Returns:
        JSON; None if there is none, or if its spelling is another one than the usual.
    """
    if not _BASE64_OBJECT.fullmatch(text):
        return None
    try:
        raw = base64.b64decode(text, validate=True)
        inner = raw.decode()
        whole = isinstance(decode(inner), Object) and base64.b64encode(raw).decode() == text
    except (binascii.Error, ValueError, RecursionError):
        return None
    return inner if whole else None
