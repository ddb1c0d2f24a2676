"""What a text asks for, of the things that answers are collected for training with.

An intent is seen where phrases of certain groups stand near each other. Each of them has honest
uses: evaluations grade, annotators compare, audits keep reasoning, licensed data makers write rows.
So an intent is no finding; it is one more thing that can be counted over accounts and templates.
"""

import tomllib
import unicodedata
from collections.abc import Sequence
from enum import IntFlag
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from ahocorasick_rs import AhoCorasick
from numpy.typing import NDArray

EDGE_CHARS = 4_096
"""Characters at either end of a text that are looked at, as for anchors."""


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
    """Groups of which a phrase each must stand within so many characters."""

    intent: Intent
    groups: tuple[str, ...]
    reach: int


_RULES = (
    _Rule(Intent.REASONING, ("asking", "thinking", "whole"), 120),
    _Rule(Intent.RECONSTRUCT, ("rebuilding", "thinking"), 80),
    _Rule(Intent.MEMORY, ("retelling", "memory"), 80),
    _Rule(Intent.GRADE, ("marking", "scale", "answers"), 160),
    _Rule(Intent.COMPARE, ("choosing", "pair"), 240),
    _Rule(Intent.CLEAN, ("cleaning", "traces"), 120),
    _Rule(Intent.ROWS, ("making", "rowlike"), 120),
    _Rule(Intent.EXCUSE, ("excuse",), 0),
)


class _Phrases(NamedTuple):
    """All phrases in one automaton, with the group and the way to match of each."""

    automaton: AhoCorasick
    group: list[int]
    begins: list[bool]
    names: list[str]


def intents(texts: Sequence[str]) -> NDArray[np.int64]:
    """The intents of texts, as bit masks of `Intent`."""
    return np.array([intents_of(text) for text in texts], np.int64)


def intents_of(text: str) -> int:
    """The intents of one text."""
    read = _plain(text)
    phrases = _phrases()
    places: dict[int, list[tuple[int, int]]] = {}
    for number, start, end in phrases.automaton.find_matches_as_indexes(read, overlapping=True):
        if phrases.begins[number] and start and read[start - 1].isalnum():
            continue
        places.setdefault(phrases.group[number], []).append((start, end))
    if not places:
        return 0
    found = Intent(0)
    for rule in _RULES:
        held = [places.get(phrases.names.index(name)) for name in rule.groups]
        if all(held) and _near([spans for spans in held if spans], rule.reach):
            found |= rule.intent
    return int(found)


def names_of(mask: int) -> tuple[str, ...]:
    """The intents of a mask in words."""
    return tuple(str(one.name).lower() for one in Intent(mask & int(~Intent(0))))


def _plain(text: str) -> str:
    """A text as phrases are written: both ends of a long one, normalised, in lower case."""
    if len(text) > 2 * EDGE_CHARS:
        text = f"{text[:EDGE_CHARS]}\n{text[-EDGE_CHARS:]}"
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.lower()


def _near(held: list[list[tuple[int, int]]], reach: int) -> bool:
    """Whether a place of each group lies within a stretch: at most `reach` between first and last.

    Two phrases at the same place do not count as two.
    """
    if len(held) == 1:
        return True
    first, *others = held
    return any(
        all(
            any(
                start >= end_of or end <= start_of
                for start, end in others_of
                if abs(start - start_of) <= reach
            )
            for others_of in others
        )
        for start_of, end_of in first
    )


@cache
def _phrases() -> _Phrases:
    groups = tomllib.loads((files("stillwatch.traits.intents") / "phrases.toml").read_text("utf-8"))
    names = list(groups)
    phrases = [
        (phrase, place)
        for place, name in enumerate(names)
        for language in groups[name].values()
        for phrase in dict.fromkeys(language)
    ]
    return _Phrases(
        AhoCorasick([phrase for phrase, _ in phrases]),
        [place for _, place in phrases],
        [_spaced(phrase[0]) for phrase, _ in phrases],
        names,
    )


def _spaced(letter: str) -> bool:
    """Whether a letter is of a script that writes spaces between words."""
    return letter.isalpha() and unicodedata.name(letter).startswith(("LATIN", "CYRILLIC"))
