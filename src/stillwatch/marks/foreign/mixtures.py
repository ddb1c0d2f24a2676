"""One text, two ways to write the same: a code, or somebody who pastes."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from stillwatch.marks.foreign.codes import LEAST, alternates, spelled
from stillwatch.marks.foreign.model import MOST_MARKS, Hit, Mark, Sure
from stillwatch.marks.foreign.view import View

LEAST_SHARE = 0.1
_LEAST_ODD = 4
# A new paragraph, or a new item of a list: where another author may go on.
_BREAK = re.compile(r"\n[ \t]*(?:\r?\n|[-*+\u2022] |\d+[.)] )")
_FAR = 400


@dataclass(frozen=True, slots=True)
class Pair:
    """Two equivalents.

    Attributes:
        odd: name of the less usual one.
        usual: name of the other.
        plain: how the usual one is written.
        scheme: what a text written with them is called.
    """

    odd: str
    usual: str
    plain: str
    scheme: str


@dataclass(frozen=True, slots=True)
class Choices:
    """All places of a text where one of two equivalents stands, in order.

    Attributes:
        odd: 1 where the less usual one stands, 0 where the other does.
        spans: (start, end) of the places where the less usual one stands.
        together: for each place but the first, whether it stands in one paragraph with the place
            before it; empty if that does not matter.
    """

    odd: Sequence[int]
    spans: Sequence[tuple[int, int]]
    together: Sequence[bool] = ()


def read(
    text: str,
    pattern: re.Pattern[str],
    odd: Callable[[str], bool],
    *,
    at: Iterable[int] | None = None,
    paragraphs: bool = False,
) -> Choices:
    """The choices at every match of a pattern.

    Args:
        text: the text.
        pattern: matches both equivalents.
        odd: whether what it matched is the less usual one.
        at: where to look, ascending; by default everywhere.
        paragraphs: whether to note where paragraphs end, because people who write in turns choose
            differently there.
    """
    matches = (
        pattern.finditer(text)
        if at is None
        else filter(None, (pattern.match(text, one) for one in at))
    )
    places = [match.span() for match in matches]
    choices = [odd(text[start:end]) for start, end in places]
    spans = [span for span, choice in zip(places, choices, strict=True) if choice]
    together: Sequence[bool] = ()
    if paragraphs and sum(one != two for one, two in pairwise(choices)) >= LEAST:
        together = [_together(text, one[1], two[0]) for one, two in pairwise(places)]
    return Choices([int(choice) for choice in choices], spans, together)


GAP = "{gap}"
_GAPS = (
    r"(?:(?<=[^\W\d_])|(?<=[,;)])){gap}(?=[^\W\d_])",
    r"(?<=[a-z]){gap}(?=[a-z])",
    r"(?<=\w){gap}(?=\w)",
    r"(?<=\S){gap}(?=\S)",
)


def gaps(gap: str) -> tuple[re.Pattern[str], ...]:
    """Patterns for gaps between words, as different writers of codes may see them.

    Args:
        gap: a pattern for what stands in the gap. The first of the results is the one to judge by;
            the others are good for reading only.
    """
    return tuple(re.compile(pattern.replace(GAP, gap)) for pattern in _GAPS)


def worth(view: View, odd: Sequence[int], usual: str, least: int = _LEAST_ODD) -> bool:
    """Whether the less usual of two equivalents stands so often that all places are worth reading.

    Args:
        view: the text.
        odd: offsets of the less usual one, ascending.
        usual: characters that come with the usual one, at least as often as it stands.
        least: how often the less usual one must stand.
    """
    if len(odd) < least:
        return False
    start, end = odd[0], odd[-1] + 1
    if len(usual) == 1 and usual.isascii():
        others = int(np.count_nonzero(view.codes[start:end] == ord(usual)))
    else:
        others = view.text.count(usual, start, end)
    return others > 0 and len(odd) >= LEAST_SHARE / 2 * (len(odd) + others)


def mixture(view: View, choices: Choices, pair: Pair, least: int | None = LEAST) -> tuple[Hit, ...]:
    """A hit if the choices between two equivalents spell a text, or switch all over the place.

    Args:
        view: the text.
        choices: where the two stand.
        pair: what they are.
        least: how often both must stand and switch; None if people mix them so much that only a
            text that they spell counts.
    """
    spans, count = choices.spans, len(choices.spans)
    if not count or count == len(choices.odd):
        return ()
    payload = spelled(choices.odd, pair.scheme)
    if payload is None and (least is None or not _in_turns(choices, least)):
        return ()
    marks = tuple(
        Mark(start, view.text[start:end], pair.plain) for start, end in spans[:MOST_MARKS]
    )
    rest = len(choices.odd) - count
    says = f"{pair.odd} {count} times and {pair.usual} {rest} times, in turns"
    says += f", which spell {payload.text[:80]!r}." if payload else "."
    sure: Sure = "certain" if payload else "likely"
    return (Hit(sure, says, marks, count, payload),)


def best(readings: Iterable[tuple[Hit, ...]]) -> tuple[Hit, ...]:
    """Of several readings of the same choices the first that spells a text, else the first."""
    found: tuple[Hit, ...] = ()
    for hits in readings:
        if any(hit.payload for hit in hits):
            return hits
        found = found or hits
    return found


def _in_turns(choices: Choices, least: int) -> bool:
    """Whether both stand often, and switch often, where the odd one stands at all."""
    first = choices.odd.index(1)
    last = len(choices.odd) - choices.odd[::-1].index(1)
    stretch = choices.odd[first:last]
    share = sum(stretch) / len(stretch)
    if not LEAST_SHARE <= share <= 1 - LEAST_SHARE:
        return False
    return alternates(stretch, least, choices.together[first : last - 1])


def _together(text: str, end: int, start: int) -> bool:
    return start - end < _FAR and not _BREAK.search(text, end, start)
