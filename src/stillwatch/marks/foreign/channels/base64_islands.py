"""Text in base64 where the text around is prose."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from itertools import pairwise

from stillwatch.marks.foreign.codes import readable
from stillwatch.marks.foreign.islands import Island, islands, out_of_place
from stillwatch.marks.foreign.model import MOST_PAYLOAD, Channel, Hit, Mark, Payload
from stillwatch.marks.foreign.view import View

SCHEME = "base64"
_SHAPE = re.compile(r"[A-Za-z0-9+/]+={0,2}|[A-Za-z0-9_-]+={0,2}")
_HEX = re.compile(r"[0-9a-fA-F-]+")
_LEAST_DIGITS = 3


def quick(view: View) -> bool:
    """Whether there is a stretch long enough."""
    return bool(view.long_runs)


def find(view: View) -> Iterator[Hit]:
    """Islands that decode to text; in a client's own text, those that look random as well."""
    for island in islands(view):
        if not _SHAPE.fullmatch(island.text) or _HEX.fullmatch(island.text):
            continue
        said = _decoded(island.text)
        if said and out_of_place(view, island):
            yield _hit(island, said)
        elif view.own and not said and _random(island.text) and out_of_place(view, island):
            says = f"{len(island.text)} characters that look like base64 in a client's own text."
            yield Hit("possible", says, (Mark(island.start, island.text),), len(island.text))


def _decoded(text: str) -> str:
    body = text.rstrip("=").translate({45: 43, 95: 47})
    body = body[: MOST_PAYLOAD // 3 * 4]
    if len(body) % 4 == 1:
        return ""
    try:
        said = readable(b64decode(body + "=" * (-len(body) % 4), validate=True))
    except (Error, ValueError):
        return ""
    return said if said.isascii() or any(char.isalpha() for char in said) else ""


def _hit(island: Island, said: str) -> Hit:
    says = f"Text in base64 where none belongs: {said[:80]!r}."
    payload = Payload(SCHEME, said, said.encode(), 6 * len(island.text))
    marks = (Mark(island.start, island.text),)
    return Hit("certain", says, marks, len(island.text), payload=payload)


def _random(text: str) -> bool:
    """Whether it mixes capitals, small letters and digits as no name or path does."""
    digits = sum(char.isdigit() for char in text)
    switches = sum(one.isupper() != two.isupper() for one, two in pairwise(text))
    return (
        digits >= _LEAST_DIGITS and switches * 4 >= len(text) and not set("-_/") & set(text[1:-1])
    )


CHANNEL = Channel(
    id="base64-islands",
    title="Text in base64",
    looks="A long word such as d2hvIHJlYWRzIHRoaXM in the middle of prose.",
    twin="Somebody who asks about it or pastes data; code, addresses and ids are left out.",
    find=find,
    quick=quick,
)
