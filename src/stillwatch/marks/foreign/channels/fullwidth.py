"""ASCII in full width among ASCII."""

import re
from collections.abc import Iterator

import numpy as np

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.mixtures import Pair, mixture, read, worth
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.scripts import wide
from stillwatch.marks.foreign.view import View

_COMMA = re.compile("[,\uff0c](?<=\\w.)(?=[\\s\\w])")
_KANA, _IDEOGRAPH = 0x3041, 0x9FFF
_HANGUL = (0xAC00, 0xD7A3)
_PAIR = Pair("the comma in full width", "the ordinary one", ",", "commas")


def find(view: View) -> Iterator[Hit]:
    """A letter inside an ASCII word; commas in turns; in own text without ideographs, any."""
    text = view.text
    at = [one for one in _alone(view) if not wide(view.around(one))]
    inside = [one for one in at if text[one].isalnum() and _in_word(view, one)]
    if inside:
        says = f"{len(inside)} letters or digits in full width inside ordinary words."
        yield Hit("likely", says, marks_at(text, inside), len(inside))
    hits = mixture(view, read(text, _COMMA, ",".__ne__), _PAIR) if worth(view, at, ",") else ()
    yield from hits
    if at and view.own and not inside and not hits:
        says = f"{len(at)} characters in full width among ordinary ones in a client's own text."
        yield Hit("possible", says, marks_at(text, at), len(at))


def _alone(view: View) -> list[int]:
    """Those without an ideograph, kana or Hangul right beside them, which most have."""
    at = np.array(view.at(classes.FULLWIDTH))
    near = view.points[[np.maximum(at - 1, 0), np.minimum(at + 1, len(view.points) - 1)]]
    beside = ((near >= _KANA) & (near <= _IDEOGRAPH)) | (
        (near >= _HANGUL[0]) & (near <= _HANGUL[1])
    )
    alone: list[int] = at[~beside.any(axis=0)].tolist()
    return alone


def _in_word(view: View, at: int) -> bool:
    near = (view.before(at), view.char(at + 1))
    return any(char.isascii() and char.isalnum() for char in near if char)


CHANNEL = Channel(
    id="fullwidth",
    title="ASCII in full width",
    looks="A wider letter or sign: U+FF01 to U+FF5E.",
    twin="Chinese, Japanese and Korean, which are left out here; titles spelled out for show.",
    find=find,
    classes=frozenset({classes.FULLWIDTH}),
)
