"""Capitals in odd places."""

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from stillwatch.marks.foreign.codes import periodic, spelled
from stillwatch.marks.foreign.model import (
    MOST_MARKS,
    MOST_PAYLOAD,
    Channel,
    Hit,
    Mark,
    Payload,
    Sure,
)
from stillwatch.marks.foreign.view import LOWER, UPPER, View

SCHEME = "capitals"
_HUMP = re.compile("[A-Z][a-z][A-Z]")
_WORD = re.compile(r"(?<![\w/.-])[A-Za-z]{4,}(?![\w/-])")
_ZIGZAG = re.compile(r"(?:[a-z][A-Z]){3}|(?:[A-Z][a-z]){3}[A-Z]")
_LEAST_SWITCHES = 3
_LEAST_WORDS = 6
_SHARE = 0.15
_PAIR = re.compile("[A-Z]{2}")
_PAIRED = 1 / 3  # names of functions have one capital a part, bits have two in a row as often
_LONGEST_WORD = 60


def quick(view: View) -> bool:
    """Whether a small letter stands between capitals anywhere."""
    return bool(_HUMP.search(view.text)) if view.short else bool(_humps(view))


def find(view: View) -> Iterator[Hit]:
    """Letters that spell a text; many words with capitals in odd places; in own text, one."""
    words = list(_words(view))
    if _enough(words) and (payload := _spelled(view)):
        yield _hit(words, payload)
        return
    odd = [word for word in words if _is_odd(word.group())]
    if view.own and (zigzag := [word for word in odd if _ZIGZAG.search(word.group())]):
        yield _hit(zigzag)
    elif _enough(odd) and _dense(view, odd):
        yield _hit(odd)


def _enough(words: list[re.Match[str]]) -> bool:
    return len({word.group() for word in words}) >= _LEAST_WORDS


def _dense(view: View, odd: list[re.Match[str]]) -> bool:
    """Whether odd words are many among their neighbours, and odder than names of functions."""
    among = view.text.count(" ", odd[0].start(), odd[-1].end()) + 1
    paired = sum(bool(_PAIR.search(word.group())) for word in odd)
    return len(odd) >= _SHARE * among and paired >= _PAIRED * len(odd)


def _humps(view: View) -> list[int]:
    """Offsets of small letters between capitals."""
    upper, lower = (view.bits & UPPER) != 0, (view.bits & LOWER) != 0
    offsets: list[int] = (np.flatnonzero(upper[:-2] & lower[1:-1] & upper[2:]) + 1).tolist()
    return offsets


def _words(view: View) -> Iterator[re.Match[str]]:
    """Words that hold a small letter between capitals."""
    end = 0
    for at in _humps(view):
        if at < end:
            continue
        start = at
        while start > max(end, at - _LONGEST_WORD) and view.text[start - 1].isalpha():
            start -= 1
        if word := _WORD.match(view.text, start):
            yield word
            end = word.end()


def _is_odd(word: str) -> bool:
    """Whether capitals switch often, and not strictly in turns as in mockery."""
    capitals = [int(char.isupper()) for char in word]
    switches = sum(one != two for one, two in pairwise(capitals))
    return switches >= _LEAST_SWITCHES and not periodic(capitals)


def _spelled(view: View) -> Payload | None:
    """The text that all letters spell, capitals being 1."""
    letters = view.bits[(view.bits & (UPPER | LOWER)) != 0][: MOST_PAYLOAD * 8]
    return spelled(((letters & UPPER) != 0).astype(int).tolist(), SCHEME)


def _hit(words: list[re.Match[str]], payload: Payload | None = None) -> Hit:
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
