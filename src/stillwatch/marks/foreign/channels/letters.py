"""Letters of another script inside a word."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.codes import alternates, spelled
from stillwatch.marks.foreign.lookalikes import CYRILLIC_TWIN, LOOKS_LIKE
from stillwatch.marks.foreign.model import MOST_PAYLOAD, Channel, Hit, Payload, Sure, marks_at
from stillwatch.marks.foreign.view import View

SCHEME = "look-alike letters"
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_ASCII = 2
_LEAST_SLIPS = 8
"""Mixed words that a text in two scripts must have: a typist with two layouts slips now and then,
and Russian puts its endings on English words. Measured on 1,077 Russian prompts: at most 4."""
_TWINS = frozenset(CYRILLIC_TWIN)
_USUAL = frozenset("aceopxy")
"""Letters that Cyrillic draws alike in every font, so that codes are made of them."""
_PHONETIC = re.compile("[\u0250\u0252-\u0260\u0262-\u02af\u02c8\u02cc\u0303]")
_NEAR = 20


def find(view: View) -> Iterator[Hit]:
    """Look-alikes in Latin words; Latin letters in Cyrillic words."""
    words = [word for word in _mixed_words(view) if _is_disguised(word.group(), view, word.start())]
    own_script = _written_in_two(view)
    if not own_script:
        alone = _all_look_alike(view)
        at = alone or [one for word in words for one in _odd(word)]
        if at:
            yield _hit(view, at, "likely")
    elif len({word.group() for word in words}) >= _LEAST_SLIPS and (view.own or _varied(words)):
        yield _hit(view, [one for word in words for one in _odd(word)], "possible")


def _mixed_words(view: View) -> list[re.Match[str]]:
    """Words in which an ASCII letter stands beside a letter of a script with look-alikes."""
    points, at = view.points, view.letters
    last = len(points) - 1
    beside = _ascii_letter(points[np.minimum(at + 1, last)])
    beside |= _ascii_letter(points[np.maximum(at - 1, 0)])
    words: list[re.Match[str]] = []
    for one in at[beside].tolist():
        if words and one < words[-1].end():
            continue
        start = one
        while start and one - start < 100 and view.text[start - 1].isalpha():
            start -= 1
        if word := _WORD.match(view.text, start):
            words.append(word)
    return words


def _ascii_letter(points: classes.Points) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    return ((points | 0x20) - 0x61) < 26


def _is_disguised(word: str, view: View, start: int) -> bool:
    """Whether a mixed word looks as if it were in one script."""
    ascii_letters = [char for char in word if char.isascii()]
    others = [char for char in word if not char.isascii()]
    if all(char in LOOKS_LIKE for char in others):
        near = view.text[max(0, start - _NEAR) : start + len(word) + _NEAR]
        return len(ascii_letters) >= _LEAST_ASCII and not _PHONETIC.search(near)
    cyrillic = all(classes.of_char(char) in _CYRILLIC_CLASSES for char in others)
    return cyrillic and len(others) > 1 and all(char in _TWINS for char in ascii_letters)


_CYRILLIC_CLASSES = frozenset({classes.CYRILLIC, classes.LOOK_ALIKE})


def _odd(word: re.Match[str]) -> list[int]:
    """Offsets of the letters of the rarer script in a word."""
    text = word.group()
    other = [at for at, char in enumerate(text) if not char.isascii()]
    if any(text[at] not in LOOKS_LIKE for at in other):
        other = [at for at, char in enumerate(text) if char.isascii()]
    return [word.start() + at for at in other]


def _varied(words: Sequence[re.Match[str]]) -> bool:
    """Whether letters that could be either are now one and now the other.

    Sites that do not want to be copied replace all of them, which says nothing.
    """
    letters = "".join(word.group() for word in words)
    return alternates([int(c in LOOKS_LIKE) for c in letters if c in LOOKS_LIKE or c in _TWINS])


def _written_in_two(view: View) -> bool:
    """Whether the text has words of its own in a script with look-alikes."""
    at = view.letters[:2000]
    return any(view.text[one] not in LOOKS_LIKE for one in at.tolist())


def _all_look_alike(view: View) -> list[int]:
    """Cyrillic letters of a Latin text, if every one of them looks like a Latin letter."""
    at = [one for one in view.letters.tolist() if "\u0400" <= view.text[one] <= "\u052f"]
    latin = int(_ascii_letter(view.points).sum())
    return at if at and latin >= 10 * len(at[:2]) and latin > len(at) else []


def _hit(view: View, at: Sequence[int], sure: Sure) -> Hit:
    text = view.text
    says = f"{len(at)} letters of another script that look like those of their words"
    payload = _payload(view)
    if payload:
        says += f", which spell {payload.text[:80]!r}"
    return Hit("certain" if payload else sure, f"{says}.", marks_at(text, at), len(at), payload)


def _payload(view: View) -> Payload | None:
    """The text spelled by the letters that are ever replaced: ASCII is 0, a look-alike 1."""
    text = view.text[: MOST_PAYLOAD * 16]
    replaced = {LOOKS_LIKE[char] for char in text if char in LOOKS_LIKE}
    # In a short code a rare letter may have stood for 0 alone.
    for missed in ("", *sorted(_USUAL - replaced)):
        letters = replaced | set(missed)
        choices = [
            int(char in LOOKS_LIKE) for char in text if LOOKS_LIKE.get(char, char) in letters
        ]
        if found := spelled(choices, SCHEME):
            return found
    return None


CHANNEL = Channel(
    id="look-alike-letters",
    title="Letters of another script",
    looks="A letter: Cyrillic, Greek, Armenian, Cherokee and others in a Latin word, or reverse.",
    twin=(
        "A typist with two keyboard layouts, in a text in two scripts; formulas with Greek letters."
    ),
    find=find,
    classes=frozenset({classes.LOOK_ALIKE}),
)
