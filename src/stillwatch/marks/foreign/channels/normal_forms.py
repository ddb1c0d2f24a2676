"""One letter, now as one code point and now as two."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.mixtures import Pair, mixture, read
from stillwatch.marks.foreign.model import Channel, Hit
from stillwatch.marks.foreign.view import View

_LEAST = 8
_LONGEST_WORD = 40
_MARKS = "\u0300-\u036f"
_PAIR = Pair("letters with a separate accent", "the same in one piece", "", "normal forms")


def find(view: View) -> Iterator[Hit]:
    """Composed and decomposed forms of the same letters, in turns."""
    parted: dict[str, list[int]] = defaultdict(list)
    for at in view.at(classes.MARK):
        whole = unicodedata.normalize("NFC", view.before(at) + view.text[at])
        if at and len(whole) == 1:
            parted[whole].append(at - 1)
    odd = sorted(at for places in parted.values() for at in places)
    if len({_word(view.text, at) for at in odd}) < _LEAST:
        return  # a name or two that come again
    bases = "".join(map(re.escape, {view.text[at] for at in odd}))
    either = re.compile(f"[{''.join(parted)}]|[{bases}][{_MARKS}]")
    yield from mixture(view, read(view.text, either, _is_parted), _PAIR, _LEAST)


def _is_parted(letter: str) -> bool:
    return len(letter) > 1


def _word(text: str, at: int) -> str:
    """The letters before an offset, and a few after it."""
    start = at
    while start and at - start < _LONGEST_WORD and text[start - 1].isalpha():
        start -= 1
    return text[start : at + 4]


CHANNEL = Channel(
    id="normal-forms",
    title="Letters in one piece and in two",
    looks="The same letter: U+00E9 and U+0065 U+0301.",
    twin="Names of files on a Mac, which are in two pieces, between typed text, in one; in blocks.",
    find=find,
    classes=frozenset({classes.MARK}),
)
