"""Rules by which a difference is called expected, undeclared or concealed.

The first rule that fits counts. They judge what can be seen in the request, never why it is so.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

from stillwatch.audit.classify_runs import of_run
from stillwatch.audit.model import Aspect, Column, Group
from stillwatch.audit.paths_plain import spellings
from stillwatch.audit.recording import Run
from stillwatch.marks.foreign.lookalikes import ordinary

SHORTEST = 3
"""Characters of a text that shows another one; shorter ones are contained in anything."""
CLOCK = "clock"
_WORD = re.compile(r"[\w./@:+~-]*")
_OPAQUE = re.compile(r"[0-9a-fA-F]{6,}|[A-Za-z0-9+/_-]{16,}={0,2}|[0-9a-f-]{32,}")
_CONTAINERS = frozenset({"array", "object"})
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")

BY_ASPECT: dict[Aspect, tuple[Group, str]] = {
    Aspect.CASE: (Group.CONCEALED, "header case"),
    Aspect.SPACING: (Group.CONCEALED, "white space of JSON"),
    Aspect.ESCAPES: (Group.CONCEALED, "escapes of JSON"),
    Aspect.VERSION: (Group.UNDECLARED, "another text"),
    Aspect.COUNT: (Group.UNDECLARED, "number of members"),
    Aspect.LENGTH: (Group.CONCEALED, "length of a changing text"),
    Aspect.SHAPE: (Group.CONCEALED, "shape of a changing text"),
    Aspect.CHARACTER: (Group.CONCEALED, "character of a changing text"),
    Aspect.SIZE: (Group.UNDECLARED, "size of a changing number"),
}
"""What differs in how a request is made, not in what it says, is concealed."""


def classify(
    column: Column, runs: Sequence[Run], factors: Sequence[str]
) -> tuple[Group, str, tuple[str, ...]]:
    """The group of a difference.

    Args:
        column: where and what.
        runs: the runs.
        factors: what it depends on.

    Returns:
        The group, the channel in words, and the environment's own texts that it shows.
    """
    place = column.place
    if place.aspect in {Aspect.VALUE, Aspect.SHOWN}:
        if names := plain(column, runs):
            return Group.EXPECTED, "plain text", names
        if set(factors) == {CLOCK} and all((text or "0").isdigit() for text in column.values):
            return Group.EXPECTED, "date or time", (CLOCK,)
    return *(of_run(column, runs, factors) or _unexpected(column)), ()


def kind(column: Column, runs: Sequence[Run], factors: Sequence[str]) -> tuple[str, ...]:
    """What places that vary in the same runs must share to be one finding.

    Args:
        column: the place.
        runs: the runs.
        factors: what it depends on.
    """
    _, channel, shows = classify(column, runs, factors)
    alone = not shows and column.place.aspect in {Aspect.VALUE, Aspect.VERSION}
    return (channel, *shows, column.place.path if alone else "")


def _unexpected(column: Column) -> tuple[Group, str]:
    """The group and the channel of what is not plain."""
    place = column.place
    if place.aspect is Aspect.KIND:
        # A list in place of a text can be seen; a number in quotes looks much like one without.
        open_ = not _CONTAINERS.isdisjoint(column.values)
        return (Group.UNDECLARED if open_ else Group.CONCEALED), "kind of JSON value"
    if place.aspect is Aspect.ORDER:
        return Group.CONCEALED, _order(column)
    if place.aspect is Aspect.PRESENCE:
        return Group.UNDECLARED, _part(place.path)
    if place.aspect in BY_ASPECT:
        return BY_ASPECT[place.aspect]
    return wording([text or "" for text in column.values])


def plain(column: Column, runs: Sequence[Run]) -> tuple[str, ...]:
    """Names of the environment's own texts that a place shows as they are.

    Args:
        column: the place.
        runs: the runs.

    Returns:
        Empty if some of its values show none.
    """
    used: set[str] = set()
    for code, text in enumerate(column.values):
        if not text:
            continue
        here = [run for run, one in zip(runs, column.codes, strict=True) if one == code]
        word = _around(column, text)
        held = [run.values for run in here]
        shown = _all_showing(text, held, _spelled) or _all_showing(word, held, _shows)
        if not shown:
            return ()
        used |= shown
    differing = {name for name in used if len({run.values.get(name) for run in runs}) > 1}
    return tuple(sorted(differing))


def _all_showing(
    word: str, held: Sequence[Mapping[str, str]], shows: Callable[[str, str], bool]
) -> set[str]:
    """Names of texts that a word shows in all runs."""
    names = [{name for name, value in values.items() if shows(word, value)} for values in held]
    return set.intersection(*names)


def _spelled(text: str, value: str) -> bool:
    return text in spellings(value).values()


def _shows(word: str, value: str) -> bool:
    if len(value) >= SHORTEST and value in word:
        return True
    return len(word) >= SHORTEST and word in value


def _around(column: Column, text: str) -> str:
    """The text with the rest of the word that it stands in."""
    before = _WORD.match(column.before[::-1])
    after = _WORD.match(column.after)
    head = before[0][::-1] if before else ""
    return head + text + (after[0] if after else "")


def _order(column: Column) -> str:
    if column.place.path == "headers":
        return "header order"
    first = column.values[0] or ""
    return "order in an array" if first.startswith(f"{column.place.path}[") else "key order"


def _part(path: str) -> str:
    """What is there or not."""
    return (
        "header that is sent or not" if path.startswith("headers.") else "part that is sent or not"
    )


def wording(texts: Sequence[str]) -> tuple[Group, str]:
    """The group of texts that stand at one place in turns.

    Args:
        texts: the different texts.
    """
    for channel, fold in _FOLDS:
        if len({fold(text) for text in texts}) == 1:
            return Group.CONCEALED, channel
    if all(_NUMBER.fullmatch(text) for text in texts) and _rounded(texts):
        return Group.CONCEALED, "rounding"
    if all(not any(map(str.isalnum, text)) for text in texts):
        return Group.CONCEALED, "punctuation"
    if all(_opaque(text) for text in texts if text):
        return Group.CONCEALED, "opaque text"
    return Group.UNDECLARED, "text"


def _visible(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in {"Cf", "Mn", "Cc", "Co"})


def _looks(text: str) -> str:
    return "".join(c if c.isascii() else ordinary(c) or c for c in text)


def _number(text: str) -> str:
    return repr(float(text)) if _NUMBER.fullmatch(text) else text


_FOLDS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("invisible characters", lambda text: text if text.isspace() else _visible(text)),
    ("white space", lambda text: "".join(text.split())),
    ("look-alike", lambda text: _looks(text).replace("\u2019", "'")),
    ("letter case", str.casefold),
    ("spelling of a number", _number),
    ("punctuation", lambda text: "".join(filter(str.isalnum, text)) or "."),
)


def _rounded(texts: Iterable[str]) -> bool:
    """Whether all numbers are the most exact one, rounded."""
    by_digits = sorted(texts, key=lambda text: -_decimals(text))
    exact = float(by_digits[0])
    return _decimals(by_digits[0]) > _decimals(by_digits[-1]) and all(
        abs(float(text) - exact) <= 10.0 ** -_decimals(text) for text in by_digits
    )


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])


def _opaque(text: str) -> bool:
    """Whether a text is no word: digits and letters mixed, as digests and ids have them."""
    word = _OPAQUE.fullmatch(text)
    return bool(word) and any(map(str.isdigit, text)) and any(map(str.isalpha, text))
