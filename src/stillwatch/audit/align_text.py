"""Texts compared to the character: where a set of texts differ, and what each says there.

Every text is compared with the longest one, first by lines, then by words and signs. Places that
differ in any of them become sites, so that all texts can be read as choices at the same sites.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

MOST_SITES = 1500
"""With more, texts have little in common, and are compared as wholes."""
LEAST_COMMON = 0.25
"""Share of the longest text that must stand in all of them."""
LONG, MANY_LINES = 400, 8
SAME_VERSION = 0.5
"""Share of lines that texts must have in common to be compared with each other."""
MOST_VERSIONS = 8
_TOKEN = re.compile(r"\w+|\s|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Site:
    """A place where texts differ.

    Attributes:
        start, end: characters of the reference; equal where something is only ever added.
        texts: what each text says there.
    """

    start: int
    end: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    start: int
    end: int
    text: str


def reference(texts: Sequence[str]) -> str:
    """The text that others are compared with: the longest, since most can be found in it again.

    Of equally long ones the commonest, and of these the first.

    Args:
        texts: at least one.
    """
    counts = Counter(texts)
    return max(counts, key=lambda text: (len(text), counts[text]))


def sites(base: str, texts: Sequence[str]) -> list[Site] | None:
    """Where texts differ.

    Args:
        base: the reference.
        texts: different texts.

    Returns:
        The sites in order, or None if the texts have too little in common.
    """
    changes = [_changes(base, text) for text in texts]
    spans = _spans(changes)
    changed = sum(end - start for start, end in spans)
    if len(spans) > MOST_SITES or (len(base) - changed) < LEAST_COMMON * len(base):
        return None
    starts = {change: span for span in spans for change in spans[span]}
    found: dict[tuple[int, int], list[str]] = {span: [] for span in spans}
    for one in changes:
        here: dict[tuple[int, int], list[_Change]] = {}
        for change in one:
            here.setdefault(starts[change.start, change.end], []).append(change)
        for span, said in found.items():
            said.append(_applied(base, span, here.get(span, ())))
    return [Site(*span, tuple(said)) for span, said in found.items()]


def versions(texts: Sequence[str]) -> list[int]:
    """Long texts put into versions that have most of their lines in common.

    Args:
        texts: different texts.

    Returns:
        Number of the version of each text; all 0 where texts are short.
    """
    if min(map(len, texts)) < LONG:
        return [0] * len(texts)
    pieces = [_pieces(text) for text in texts]
    found = [-1] * len(texts)
    for number in range(MOST_VERSIONS):
        left = [at for at, version in enumerate(found) if version < 0]
        if not left:
            break
        first = max(left, key=lambda at: len(texts[at]))
        for at in left:
            alike = Indel.normalized_similarity(pieces[first], pieces[at])
            if alike >= SAME_VERSION or number + 1 == MOST_VERSIONS:
                found[at] = number
    return found


def _pieces(text: str) -> list[str]:
    lines = text.splitlines(keepends=True)
    return lines if len(lines) >= MANY_LINES else _TOKEN.findall(text)


def _spans(
    changes: Sequence[Sequence[_Change]],
) -> dict[tuple[int, int], set[tuple[int, int]]]:
    """Changed spans of the reference, those that overlap as one, with the spans they are made of.

    What is added beside a changed span stays a span of its own.
    """
    every = sorted({(change.start, change.end) for one in changes for change in one})
    merged: list[tuple[tuple[int, int], set[tuple[int, int]]]] = []
    for span in every:
        if merged and span[0] < merged[-1][0][1]:
            (start, end), made = merged[-1]
            merged[-1] = ((start, max(end, span[1])), made | {span})
        else:
            merged.append((span, {span}))
    return dict(merged)


def _applied(base: str, span: tuple[int, int], changes: Sequence[_Change]) -> str:
    at, pieces = span[0], []
    for change in changes:
        pieces += [base[at : change.start], change.text]
        at = change.end
    return "".join([*pieces, base[at : span[1]]])


def _changes(base: str, text: str) -> list[_Change]:
    """What to replace in the reference to get a text."""
    if base == text:
        return []
    found: list[_Change] = []
    lines = base.splitlines(keepends=True), text.splitlines(keepends=True)
    for start, old, new in _blocks(*lines):
        for inner, old_words, new_words in _blocks(_TOKEN.findall(old), _TOKEN.findall(new)):
            found += _narrowed(start + inner, old_words, new_words)
    return found


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, str, str]]:
    """Parts that differ: the offset of the old one in characters, and both as text."""
    offsets = [0]
    for token in old:
        offsets.append(offsets[-1] + len(token))
    joined: list[list[int]] = []
    for code in Indel.opcodes(old, new):
        if code.tag == "equal":
            continue
        if joined and joined[-1][1] == code.src_start and joined[-1][3] == code.dest_start:
            joined[-1][1], joined[-1][3] = code.src_end, code.dest_end
        else:
            joined.append([code.src_start, code.src_end, code.dest_start, code.dest_end])
    return [(offsets[a], "".join(old[a:b]), "".join(new[c:d])) for a, b, c, d in joined]


def _narrowed(start: int, old: str, new: str) -> list[_Change]:
    """A change without what both sides share at their ends; in pieces if most of it is alike."""
    if _word(old) and _word(new):
        # Whole, so that letters that are equal by chance do not split it.
        return [_Change(start, start + len(old), new)]
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    start += head
    differ = [at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b]
    if len(old) == len(new) and len(differ) <= len(old) // 2:
        return [_Change(start + at, start + at + 1, new[at]) for at in differ]
    return [_Change(start, start + len(old), new)]


def _word(text: str) -> bool:
    return text.isalnum() and text.isascii()
