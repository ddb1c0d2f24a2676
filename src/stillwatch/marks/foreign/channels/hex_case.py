"""Hexadecimal digits in capitals and small letters."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign.codes import spelled
from stillwatch.marks.foreign.model import MOST_MARKS, Channel, Hit, Mark, Sure
from stillwatch.marks.foreign.view import View

SCHEME = "case of hexadecimal digits"
_TOKEN = re.compile(r"[0-9A-Fa-f-]+")
_CHARS = frozenset("0123456789abcdefABCDEF-")
_LEAST_EACH = 3
_LEAST_LENGTH = 16
_ADDRESS = 40
_QUOTES = frozenset("\"'")


def quick(view: View) -> bool:
    """Whether there is a stretch of hexadecimal digits."""
    return bool(view.hex_runs)


def find(view: View) -> Iterator[Hit]:
    """Tokens that hold both kinds several times."""
    tokens = [token for token in _tokens(view) if _mixed(view, token)]
    if not tokens:
        return
    letters = [char for token in tokens for char in token.group() if char.isalpha()]
    payload = spelled([int(char.isupper()) for char in letters], SCHEME)
    says = f"{len(tokens)} numbers in hexadecimal with capitals and small letters mixed"
    says += f", which spell {payload.text[:80]!r}." if payload else "."
    marks = tuple(
        Mark(token.start(), token.group(), token.group().lower()) for token in tokens[:MOST_MARKS]
    )
    sure: Sure = "certain" if payload else "possible"
    yield Hit(sure, says, marks, len(tokens), payload)


def _tokens(view: View) -> Iterator[re.Match[str]]:
    end = 0
    for at in view.hex_runs:
        if at < end:
            continue
        start = at
        while start > end and view.text[start - 1] in _CHARS:
            start -= 1
        token = _TOKEN.match(view.text, start)
        assert token is not None
        end = token.end()
        if not (view.before(start).isalnum() and view.before(start) != "x"):
            yield token


def _mixed(view: View, token: re.Match[str]) -> bool:
    text = token.group()
    if len(text) < _LEAST_LENGTH or view.char(token.end()).isalnum():
        return False
    if view.before(token.start()) in _QUOTES and not view.own:
        return False  # an id in code
    if "abcdef" in text and "ABCDEF" in text:
        return False  # the alphabet
    address = view.text[max(0, token.start() - 2) : token.start()] == "0x"
    if address and len(text) == _ADDRESS:
        return False  # an Ethereum address, whose capitals are a checksum (EIP-55)
    small = sum(char in "abcdef" for char in text)
    large = sum(char in "ABCDEF" for char in text)
    return min(small, large) >= _LEAST_EACH and any(char.isdigit() for char in text)


CHANNEL = Channel(
    id="hex-case",
    title="Hexadecimal digits in two cases",
    looks="a number such as 3Fa9b2C07Ed1.",
    twin="Addresses of Ethereum, which are left out; keys put together by hand from two programs.",
    find=find,
    quick=quick,
)
