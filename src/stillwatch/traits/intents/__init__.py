"""What a text asks for, of the things that answers are collected for training with.

An intent is seen where phrases of certain groups stand near each other. Each of them has honest
uses: evaluations grade, annotators compare, audits keep reasoning, licensed data makers write rows.
So an intent is no finding; it is one more thing that can be counted over accounts and templates.
"""

import re
import tomllib
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from enum import IntFlag
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import NamedTuple

import numpy as np
from ahocorasick_rs import AhoCorasick
from numpy.typing import NDArray

EDGE_CHARS = 4_096
"""Characters at either end of a text that are looked at, as for anchors."""


# Characters that nobody sees, and quotation marks that are typed and typeset.
_PLAIN = dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
_PLAIN |= {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"'}
# Cyrillic and Greek letters that look like Latin ones (Unicode TR 39, confusables).
_LATIN = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u0501\u04bb\u03bf\u03b1\u03b9\u03bd",
    "aeopcyxisjdhoaiv",
)
_OTHER = re.compile("[\u0370-\u052f]")
_MIXED = re.compile("[a-z](?:[\u0370-\u052f]|(?<=[\u0370-\u052f][a-z]))")
_WORD = re.compile(r"\w+")


class Intent(IntFlag):
    """What is asked for; the values stand in stores and are never given to anything else."""

    REASONING = 1
    RECONSTRUCT = 2
    MEMORY = 4
    GRADE = 8
    COMPARE = 16
    CLEAN = 32
    ROWS = 64
    EXCUSE = 128


class _Rule(NamedTuple):
    """Groups of which a phrase each must stand near a phrase of the first, within so many characters.

    The first is the one that ordinary texts hold least often: a text without any is not read again.
    """

    intent: Intent
    groups: tuple[str, ...]
    reach: int


_RULES = (
    _Rule(Intent.REASONING, ("thinking", "asking", "whole"), 120),
    _Rule(Intent.REASONING, ("thinking", "open"), 120),
    _Rule(Intent.REASONING, ("thinking", "spilling"), 40),
    _Rule(Intent.REASONING, ("tagged", "aloud"), 80),
    _Rule(Intent.RECONSTRUCT, ("thinking", "rebuilding"), 80),
    _Rule(Intent.RECONSTRUCT, ("path", "rebuilding"), 80),
    _Rule(Intent.MEMORY, ("memory", "retelling"), 80),
    _Rule(Intent.GRADE, ("scale", "marking", "answers"), 160),
    _Rule(Intent.GRADE, ("rubric", "applying"), 160),
    _Rule(Intent.COMPARE, ("pair", "choosing"), 240),
    _Rule(Intent.CLEAN, ("traces", "cleaning"), 120),
    _Rule(Intent.CLEAN, ("traces", "keeping"), 160),
    _Rule(Intent.ROWS, ("rowlike", "making"), 60),
    _Rule(Intent.ROWS, ("lines", "making", "fields"), 120),
    _Rule(Intent.EXCUSE, ("excuse",), 0),
)
_RARE = frozenset(rule.groups[0] for rule in _RULES)


class _Phrases(NamedTuple):
    """Phrases in one automaton, with the group of each and whether it must begin a word."""

    automaton: AhoCorasick
    group: list[str]
    begins: list[bool]


Spans = list[tuple[int, int]]


def intents(texts: Sequence[str]) -> NDArray[np.int64]:
    """The intents of texts, as bit masks of `Intent`."""
    return np.array([intents_of(text) for text in texts], np.int64)


def intents_of(text: str) -> int:
    """The intents of one text."""
    read = _plain(text)
    if not _places(read, _phrases(rare=True)):
        return 0
    places = _places(read, _phrases(rare=False))
    found = Intent(0)
    for rule in _RULES:
        held = [places[name] for name in rule.groups if name in places]
        if len(held) == len(rule.groups) and _near(held, rule.reach):
            found |= rule.intent
    return int(found)


def _places(read: str, phrases: _Phrases) -> dict[str, Spans]:
    """Where phrases of each group stand, in the order of the text."""
    places: dict[str, Spans] = {}
    for number, start, end in phrases.automaton.find_matches_as_indexes(read, overlapping=True):
        if phrases.begins[number] and start and _joins(read[start - 1]):
            continue
        places.setdefault(phrases.group[number], []).append((start, end))
    return places


def names_of(mask: int) -> tuple[str, ...]:
    """The intents of a mask in words."""
    return tuple(str(one.name).lower() for one in Intent(mask & int(~Intent(0))))


def _plain(text: str) -> str:
    """A text as phrases are written: both ends of a long one, normalised, in lower case.

    Characters that nobody sees are left out, and words that mix Latin letters with look-alikes are
    read as Latin.
    """
    if len(text) > 2 * EDGE_CHARS:
        text = f"{text[:EDGE_CHARS]}\n{text[-EDGE_CHARS:]}"
    if text.isascii():
        return text.lower()
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    text = text.lower()
    for letter, plain in _PLAIN.items():
        text = text.replace(letter, plain)
    mixed = _OTHER.search(text) and _MIXED.search(text)
    return _WORD.sub(_as_latin, text) if mixed else text


def _as_latin(word: re.Match[str]) -> str:
    return word[0].translate(_LATIN) if _MIXED.search(word[0]) else word[0]


def _near(held: list[Spans], reach: int) -> bool:
    """Whether some phrase of the first group has one of each other group in reach of its start.

    Two phrases at the same place do not count as two.
    """
    first, *others = held
    ordered = [sorted(spans) for spans in others]
    return any(all(_beside(start, end, spans, reach) for spans in ordered) for start, end in first)


def _beside(start: int, end: int, spans: Spans, reach: int) -> bool:
    """Whether one of some sorted places begins within reach and does not overlap."""
    place = bisect_left(spans, (start - reach, 0))
    while place < len(spans) and spans[place][0] <= start + reach:
        if spans[place][0] >= end or spans[place][1] <= start:
            return True
        place += 1
    return False


@cache
def _phrases(*, rare: bool) -> _Phrases:
    """All phrases, or those of rare groups."""
    groups = tomllib.loads((files("stillwatch.traits.intents") / "phrases.toml").read_text("utf-8"))
    phrases = [
        (phrase, name)
        for name, languages in groups.items()
        if name in _RARE or not rare
        for phrase in dict.fromkeys(chain.from_iterable(languages.values()))
    ]
    return _Phrases(
        AhoCorasick([phrase for phrase, _ in phrases]),
        [name for _, name in phrases],
        [_joins(phrase[0]) for phrase, _ in phrases],
    )


def _joins(letter: str) -> bool:
    """Whether a letter is of a script in which words stand apart: Latin, Greek, Cyrillic."""
    return letter.isalnum() and (letter < "\u0530" or "\u1e00" <= letter < "\u2000")
