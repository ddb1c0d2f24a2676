"""Capitals in odd places."""

import re
from collections.abc import Iterator
from itertools import pairwise

from stillwatch.marks.foreign.codes import periodic, spelled
from stillwatch.marks.foreign.model import MOST_MARKS, Channel, Hit, Mark, Sure
from stillwatch.marks.foreign.view import LOWER, UPPER, View

SCHEME = "capitals"
_WORD = re.compile(r"(?<![\w/.-])[A-Za-z]{4,}(?![\w/-])")
_ZIGZAG = re.compile(r"(?:[a-z][A-Z]){3}|(?:[A-Z][a-z]){3}[A-Z]")
_TURNS = re.compile("[a-z][A-Z][a-z][A-Z]")
_LEAST_SWITCHES = 3
_LEAST_WORDS = 6
_SHARE = 0.5


def quick(view: View) -> bool:
    """Whether capitals and small letters take turns anywhere, letter by letter."""
    if view.short:
        return bool(_TURNS.search(view.text))
    upper, lower = (view.bits & UPPER) != 0, (view.bits & LOWER) != 0
    zigzag = lower[:-3] & upper[1:-2] & lower[2:-1] & upper[3:]
    return bool(zigzag.any())


def find(view: View) -> Iterator[Hit]:
    """Many words with capitals in odd places; in a client's own text, one."""
    words = list(_WORD.finditer(view.text))
    odd = [word for word in words if _switches(word.group()) >= _LEAST_SWITCHES]
    odd = [word for word in odd if not periodic(_capitals(word.group()))]
    if view.own and (zigzag := [word for word in odd if _ZIGZAG.search(word.group())]):
        yield _hit(view, zigzag)
        return
    if len({word.group() for word in odd}) < _LEAST_WORDS:
        return
    among = [word for word in words if odd[0].start() <= word.start() <= odd[-1].start()]
    if len(odd) >= _SHARE * len(among):
        yield _hit(view, odd)


def _capitals(word: str) -> list[int]:
    return [int(char.isupper()) for char in word]


def _switches(word: str) -> int:
    capitals = _capitals(word)
    return sum(one != two for one, two in pairwise(capitals))


def _hit(view: View, words: list[re.Match[str]]) -> Hit:
    start, end = words[0].start(), words[-1].end()
    start = view.text.rfind("\n", 0, start) + 1
    letters = [char for char in view.text[start : end + 200] if char.isascii() and char.isalpha()]
    payload = spelled([int(char.isupper()) for char in letters], SCHEME)
    says = f"Capitals in odd places in {len(words)} words"
    says += f", which spell {payload.text[:80]!r}." if payload else "."
    marks = tuple(
        Mark(word.start(), word.group(), word.group().lower()) for word in words[:MOST_MARKS]
    )
    sure: Sure = "certain" if payload else "possible"
    return Hit(sure, says, marks, len(words), payload)


CHANNEL = Channel(
    id="letter-case",
    title="Capitals in odd places",
    looks="cApitals insIde wORds, as bits.",
    twin="Mockery, which alternates strictly and is left out; names and ids of programs.",
    find=find,
    quick=quick,
)
