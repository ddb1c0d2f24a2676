"""Filler in place of the vendors' texts: same length, same structure, words that mean nothing.

A line gives the same filler wherever it stands, so that repeated texts stay repeated and shared
lines stay shared. Letters change, nothing else does: punctuation, digits, indentation, the lengths
and capitals of words stay. Lines that state facts about a machine are kept.
"""

import hashlib
import random
import re
from functools import lru_cache

ONSETS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "tr", "st")
VOWELS = ("a", "e", "i", "o", "u", "ai", "eo")

KEPT_LINE = re.compile(
    r"\s*(?:[-*] )?(?:"
    r"x-anthropic-billing-header:|Primary working directory:|Working directory:|"
    r"Workspace root folder:|Is a git repository:|Is directory a git repo:|Platform:|Shell:|"
    r"OS Version:|Today\S{1,2}s date|"
    r"</?(?:cwd|shell|current_date|timezone|filesystem|environment_context|env)>"
    r")"
)
HEADING = re.compile(r"#{1,6} .{1,48}$")
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*$")
FACTS = "Current branch:"
FACTS_END = ("Claude Code attached", "</system-reminder>")
KEPT_PIECE = re.compile(r"</?[A-Za-z][\w:-]*/?>|(?:/home|/srv|/Users|/root|/tmp)/[\w./-]+")
WORD = re.compile(r"[A-Za-z]+")


def fill(text: str) -> str:
    """Replace a text by filler of the same length."""
    lines = text.split("\n")
    return "\n".join(
        line if kept else fill_line(line)
        for line, kept in zip(lines, kept_lines(lines), strict=True)
    )


def kept_lines(lines: list[str]) -> list[bool]:
    """Which lines of a text stay: facts about the machine and the tree, headings, bare names."""
    kept = []
    facts = False
    for line in lines:
        if line.startswith(FACTS_END):
            facts = False
        facts = facts or line.startswith(FACTS)
        plain = KEPT_LINE.match(line) or HEADING.match(line) or IDENTIFIER.match(line)
        kept.append(facts or plain is not None)
    return kept


@lru_cache(maxsize=65_536)
def fill_line(line: str) -> str:
    """Replace the words of a line; tags and paths of homes stay."""
    draw = random.Random(hashlib.sha256(line.encode()).digest())  # noqa: S311  filler
    parts = []
    end = 0
    for kept in KEPT_PIECE.finditer(line):
        parts += [_words(line[end : kept.start()], draw), kept.group()]
        end = kept.end()
    return "".join([*parts, _words(line[end:], draw)])


def _words(text: str, draw: random.Random) -> str:
    return WORD.sub(lambda word: _word(word.group(), draw), text)


def _word(word: str, draw: random.Random) -> str:
    made = ""
    while len(made) < len(word):
        made += draw.choice(ONSETS) + draw.choice(VOWELS)
    made = made[: len(word)]
    if word.isupper():
        return made.upper()
    return made.capitalize() if word[0].isupper() else made
