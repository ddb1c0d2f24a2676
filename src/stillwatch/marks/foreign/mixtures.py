"""One text, two ways to write the same: a code, or somebody who pastes."""

from collections.abc import Sequence
from dataclasses import dataclass

from stillwatch.marks.foreign.codes import LEAST, alternates, spelled
from stillwatch.marks.foreign.model import MOST_MARKS, Hit, Mark, Sure
from stillwatch.marks.foreign.view import View

_LEAST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where one of two equivalents stands.

    Attributes:
        start: offset of its first character.
        end: offset after its last.
        odd: whether it is the less usual of the two.
    """

    start: int
    end: int
    odd: bool


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


def _in_turns(choices: Sequence[int], least: int) -> bool:
    """Whether both stand often where the odd one stands at all."""
    first = choices.index(1)
    last = len(choices) - choices[::-1].index(1)
    stretch = choices[first:last]
    share = sum(stretch) / len(stretch)
    return _LEAST_SHARE <= share <= 1 - _LEAST_SHARE and alternates(stretch, least)


def mixture(
    view: View, spots: Sequence[Spot], pair: Pair, least: int | None = LEAST
) -> tuple[Hit, ...]:
    """A hit if the choices between two equivalents spell a text, or switch all over the place.

    Args:
        view: the text.
        spots: all places where one of the two stands, in order.
        pair: what they are.
        least: how often both must stand and switch; None if people mix them so much that only a
            text that they spell counts.
    """
    choices = [int(spot.odd) for spot in spots]
    odd = [spot for spot in spots if spot.odd]
    if not odd or len(odd) == len(spots):
        return ()
    payload = spelled(choices, pair.scheme)
    if payload is None and (least is None or not _in_turns(choices, least)):
        return ()
    marks = tuple(
        Mark(one.start, view.text[one.start : one.end], pair.plain) for one in odd[:MOST_MARKS]
    )
    rest = len(spots) - len(odd)
    says = f"{pair.odd} {len(odd)} times and {pair.usual} {rest} times, in turns"
    says += f", which spell {payload.text[:80]!r}." if payload else "."
    sure: Sure = "certain" if payload else "likely"
    return (Hit(sure, says, marks, len(odd), payload),)
