"""Choices between equivalents, read as bits: whether they look like a code, and what it says.

People mix straight and curly apostrophes because they paste: in blocks. A code mixes them because
of its bits: everywhere. So what counts is how often a text switches, not whether it mixes.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from stillwatch.marks.foreign.model import MOST_PAYLOAD, Payload

LEAST = 8
"""How often both kinds must occur, and how often they must switch.

Measured on 31,446 prompts of people (`benchmarks/marks_scan.py`): no mixture of two apostrophes,
quotes or line endings of theirs switches more than five times. Of dots, seven.
"""
LEAST_LETTERS = {8: 6, 7: 12}
"""Letters that a decoded text must have, by bits a letter, so that chance writes none in a thousand
texts: of 256 bytes 69 are letters, digits or common signs, and 0.27 ** 6 = 4e-4; with seven bits
0.54 ** 12 = 6e-4."""
_LEAST_MIXED = 0.7
"""Switches as a share of what choices at random would give; files that many people wrote in turns
have up to 0.6."""
_PERIODS = 8
_READABLE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,_-:/@")


_HEAD = 96
"""Choices that are read first: enough for the letters that a text must have."""


def alternates(choices: Sequence[int], least: int = LEAST, together: Sequence[bool] = ()) -> bool:
    """Whether choices between equivalents look like a code rather than like blocks or a habit.

    Args:
        choices: which of the equivalents stands at each place, in the order of the text.
        least: how often the two commonest must occur, and how often choices must switch.
        together: for each choice but the first, whether a switch there counts; all do by default.
    """
    if len(choices) < 2 * least:
        return False
    counts = Counter(choices)
    commonest = counts.most_common(2)
    if len(commonest) < 2 or commonest[1][1] < least:
        return False
    counted = together or [True] * (len(choices) - 1)
    pairs = zip(pairwise(choices), counted, strict=True)
    switches = sum(one != two and counts_here for (one, two), counts_here in pairs)
    by_chance = sum(counted) * (1 - sum((n / len(choices)) ** 2 for n in counts.values()))
    return switches >= max(least, _LEAST_MIXED * by_chance) and not periodic(choices)


def periodic(choices: Sequence[int]) -> bool:
    """Whether choices repeat with a short period, as habits do: they say nothing then."""
    length = len(choices)
    for period in range(1, min(_PERIODS, length // 2) + 1):
        if all(choices[at] == choices[at - period] for at in range(period, length)):
            return True
    return False


def spelled(choices: Sequence[int], scheme: str) -> Payload | None:
    """The text that binary choices spell, if they spell one.

    Eight and seven bits a letter, either bit first, either choice as 1.

    Args:
        choices: 0 or 1 at each place, in the order of the text.
        scheme: what to call it.
    """
    if len(choices) < LEAST_LETTERS[8] * 8:
        return None
    choices = choices[: MOST_PAYLOAD * 8]
    for number, (size, head) in enumerate(readings(choices[:_HEAD])):
        if _READABLE.issuperset(head[: LEAST_LETTERS[size]]):
            _, data = next(islice(readings(choices), number, None))
            if found := _said(size, data, scheme, len(choices)):
                return found
    for start in _later(choices):
        size, data = next(readings(choices[start:]))
        if found := _said(size, data, scheme, len(choices)):
            return found
    return None


def _said(size: int, data: bytes, scheme: str, bits: int) -> Payload | None:
    text = data.rstrip(b"\0")
    if len(text) < LEAST_LETTERS[size] or len(set(text)) < 3 or not _READABLE.issuperset(text):
        return None
    return Payload(scheme, text.decode("ascii"), text, bits)


def _later(choices: Sequence[int]) -> list[int]:
    """Where else a text may begin: before its first 1 stand one or two zeros."""
    try:
        first = choices.index(1)
    except ValueError:
        return []
    return [start for start in (first - 1, first - 2) if start > 0]


def readings(choices: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Binary choices as bytes in all the usual ways, the commonest first, with bits a letter."""
    digits = "".join("1" if choice else "0" for choice in choices)
    other = digits.translate({48: 49, 49: 48})
    for size in (8, 7):
        for string in (digits, other):
            groups = [string[at : at + size] for at in range(0, len(string) - size + 1, size)]
            yield size, bytes(int(group, 2) for group in groups)
            yield size, bytes(int(group[::-1], 2) for group in groups)


def readable(data: bytes) -> str:
    """Bytes as text if they are printable UTF-8, else nothing."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if text and all(char.isprintable() or char in "\n\t" for char in text) else ""
