"""Differences that are one: places that vary in the same runs, and echoes of a finding."""

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import msgspec

from stillwatch.audit.model import DERIVED, Aspect, Column, Finding, Place

MOST_PLACES = 50
FORETOLD = 0.8
"""Share of environments from which on a cause is taken to tell a whole value."""
_ANY_MEMBER = re.compile(r"\[[^\[\]]*\]")
_RANK = {
    Aspect.SHOWN: 0,
    Aspect.VALUE: 0, Aspect.ORDER: 1, Aspect.CASE: 1, Aspect.SPACING: 1, Aspect.ESCAPES: 1,
    Aspect.PRESENCE: 2, Aspect.COUNT: 3, Aspect.KIND: 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Alike:
    """Places that vary in the same way over all runs.

    Attributes:
        columns: all of them, the one that says most first.
    """

    columns: tuple[Column, ...]

    @property
    def first(self) -> Column:
        """The one that says most."""
        return self.columns[0]

    @property
    def places(self) -> tuple[Place, ...]:
        """Where they are."""
        return tuple(column.place for column in self.columns)[:MOST_PLACES]

    def split(self, key: Callable[[Column], Hashable]) -> list["Alike"]:
        """Those of one kind together.

        Args:
            key: the kind of a column.
        """
        kinds: dict[Hashable, list[Column]] = {}
        for column in self.columns:
            kinds.setdefault(key(column), []).append(column)
        return [Alike(tuple(columns)) for columns in kinds.values()]


def alike(columns: Sequence[Column]) -> list[Alike]:
    """Put columns together that are the same choice over runs.

    Args:
        columns: places that differ.
    """
    groups: dict[bytes, list[Column]] = {}
    for column in columns:
        held = column.codes if column.figures is None else column.figures
        shown = str(column.place.aspect is Aspect.SHOWN)
        key = f"{held.dtype.char}{shown}".encode() + _canonical(column)
        groups.setdefault(key, []).append(column)
    found = []
    for group in groups.values():
        group.sort(key=lambda column: (_rank(column), _length(column)))
        found.append(Alike(tuple(_without_escapes(group))))
    return found


def _without_escapes(group: list[Column]) -> list[Column]:
    """Without escapes that follow from a text with characters that are written with them."""
    odd = any(
        column.place.aspect is Aspect.VALUE and not (value or "").isascii()
        for column in group
        for value in column.values
    )
    return [column for column in group if column.place.aspect is not Aspect.ESCAPES or not odd]


def _canonical(column: Column) -> bytes:
    """The runs' values as numbers in the order in which they first come."""
    if column.figures is not None:
        return bytes(column.figures.tobytes())
    seen: dict[int, int] = {}
    codes = [
        code if code < 0 else seen.setdefault(code, len(seen)) for code in column.codes.tolist()
    ]
    return repr(codes).encode()


def _rank(column: Column) -> int:
    run_level = 10 if not column.place.request else 0
    return _RANK.get(column.place.aspect, 5) + run_level


def _length(column: Column) -> int:
    """Short values first: they are located best."""
    return sum(len(value or "") for value in column.values[:8])


def without_echoes(findings: Sequence[Finding]) -> list[Finding]:
    """Leave out what follows from another finding, and join what is the same in several requests.

    Args:
        findings: all findings.
    """
    kept = [one for one in findings if not any(_echo(one, other) for other in findings)]
    joined: dict[tuple[object, ...], Finding] = {}
    for one in kept:
        key = _key(one)
        if key in joined:
            first, second = sorted((joined[key], one), key=lambda finding: finding.p)
            joined[key] = _with_places(first, second.places)
        else:
            joined[key] = one
    return list(joined.values())


def _echo(one: Finding, other: Finding) -> bool:
    """Whether a finding about a feature of a text is told by another about the text itself."""
    if one is other:
        return False
    if one.places[0].path == "requests":
        # The number of requests follows from which ones are sent.
        return other.places[0].path == "request" and other.places[0].aspect is Aspect.PRESENCE
    if one.places[0].aspect not in DERIVED or not _same_text(one, other):
        return False
    return _tells_all(other) or _same_number(one, other) or _says_more(other, one)


def _says_more(other: Finding, one: Finding) -> bool:
    """Whether of two findings about a text the other one is the one to keep."""
    if other.factors and not set(one.factors) <= set(other.factors):
        return False
    order = (other.p, -other.bits, other.id), (one.p, -one.bits, one.id)
    return other.places[0].aspect not in DERIVED or order[0] < order[1]


def _tells_all(other: Finding) -> bool:
    """Whether a finding is about a whole value that its cause foretells, and so all of its features."""
    place, cause = other.places[0], other.cause
    whole = place.aspect is Aspect.VALUE and place.start is None
    return whole and cause is not None and cause.explained >= FORETOLD


def _same_number(one: Finding, other: Finding) -> bool:
    """Whether a digit of a number follows what its size follows."""
    aspects = one.places[0].aspect, other.places[0].aspect
    return aspects == (Aspect.CHARACTER, Aspect.SIZE) and not set(one.factors).isdisjoint(
        other.factors
    )


def _same_text(one: Finding, other: Finding) -> bool:
    mine = {(place.request, place.path) for place in one.places}
    return any((place.request, place.path) in mine for place in other.places)


def _key(one: Finding) -> tuple[object, ...]:
    """The same for the same words at the same place of different requests, or of a list."""
    place = one.places[0]
    texts = tuple(sorted(repr(variant.text) for variant in one.variants))
    return (_ANY_MEMBER.sub("[]", place.path), place.aspect, one.factors, one.channel, texts)


def _with_places(one: Finding, more: Sequence[Place]) -> Finding:
    places = tuple(dict.fromkeys((*one.places, *more)))[:MOST_PLACES]
    return msgspec.structs.replace(one, places=places)
