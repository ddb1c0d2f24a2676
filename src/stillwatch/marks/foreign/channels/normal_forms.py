"""One letter, now as one code point and now as two."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.mixtures import Pair, Spot, mixture
from stillwatch.marks.foreign.model import Channel, Hit
from stillwatch.marks.foreign.view import View

_LEAST = 4
_PAIR = Pair("letters with a separate accent", "the same in one piece", "", "normal forms")


def find(view: View) -> Iterator[Hit]:
    """Composed and decomposed forms of the same letters, in turns."""
    parted: dict[str, list[int]] = defaultdict(list)
    for at in view.at(classes.MARK):
        whole = unicodedata.normalize("NFC", view.text[max(0, at - 1) : at + 1])
        if len(whole) == 1:
            parted[whole].append(at - 1)
    spots = [Spot(at, at + 2, odd=True) for places in parted.values() for at in places]
    for whole in parted:
        at = view.text.find(whole)
        while at >= 0:
            spots.append(Spot(at, at + 1, odd=False))
            at = view.text.find(whole, at + 1)
    spots.sort(key=lambda spot: spot.start)
    return iter(mixture(view, spots, _PAIR, _LEAST))


CHANNEL = Channel(
    id="normal-forms",
    title="Letters in one piece and in two",
    looks="The same letter: U+00E9 and U+0065 U+0301.",
    twin="Names of files on a Mac, which are in two pieces, between typed text, in one; in blocks.",
    find=find,
    classes=frozenset({classes.MARK}),
)
