"""Words of a campaign's own: tags, labels, product names. No two campaigns should draw the same."""

import random

_FIRST = (
    "inner", "draft", "work", "side", "scratch", "path", "step", "mind", "full", "deep", "long",
    "raw", "plain", "open", "slow", "base", "trace", "margin", "field", "bench", "loose", "back",
    "fore", "under", "quiet", "clear", "own", "first", "whole", "rough",
)  # fmt: skip
_SECOND = (
    "notes", "log", "pad", "trail", "lines", "chain", "pass", "sheet", "tape", "book", "thread",
    "board", "walk", "page", "record", "talk", "route", "map", "stack", "run", "story", "ledger",
    "column", "path", "steps", "work", "minutes", "proof", "account", "sketch",
)  # fmt: skip
_SYLLABLES = (
    "ba", "be", "co", "da", "do", "el", "fa", "fi", "ga", "ha", "in", "jo", "ka", "ki", "la", "li",
    "lo", "ma", "mi", "mo", "na", "ni", "no", "or", "pa", "pi", "qua", "ra", "ri", "ro", "sa", "se",
    "si", "so", "ta", "te", "ti", "to", "u", "va", "ve", "vi", "wa", "xi", "ya", "yo", "za", "zu",
)  # fmt: skip


def tag(draw: random.Random) -> str:
    """A name for a tag or a field, such as `scratch_trail`."""
    first, second = draw.choice(_FIRST), draw.choice(_SECOND)
    shape = draw.choice(("{0}_{1}", "{0}{1}", "{0}-{1}", "{1}_{0}", "{0}_{1}_{2}"))
    return shape.format(first, second, draw.randint(1, 40))


def product(draw: random.Random) -> str:
    """A made-up product name, such as `Vikoma`."""
    name = "".join(draw.choices(_SYLLABLES, k=draw.choice((2, 3, 3))))
    return (name + draw.choice(("", "", "n", "x", "r", "l"))).capitalize()


def code(draw: random.Random) -> str:
    """A short code, such as `KX-4821`."""
    letters = "".join(draw.choices("ABCDEFGHJKLMNPQRSTVWXYZ", k=2))
    return f"{letters}{draw.choice('-_/')}{draw.randint(100, 99_999)}"
