"""Text in base32 where the text around is prose."""

import re
from base64 import b32decode
from binascii import Error
from collections.abc import Iterator

from stillwatch.marks.foreign.codes import readable
from stillwatch.marks.foreign.islands import islands, out_of_place
from stillwatch.marks.foreign.model import MOST_PAYLOAD, Channel, Hit, Mark, Payload
from stillwatch.marks.foreign.view import View

SCHEME = "base32"
_SHAPE = re.compile(r"[A-Z2-7]+={0,6}|[a-z2-7]+={0,6}")


def quick(view: View) -> bool:
    """Whether there is a stretch long enough."""
    return bool(view.long_runs)


def find(view: View) -> Iterator[Hit]:
    """Islands that decode to text."""
    for island in islands(view):
        said = _decoded(island.text) if _SHAPE.fullmatch(island.text) else ""
        if said and out_of_place(view, island):
            says = f"Text in base32 where none belongs: {said[:80]!r}."
            payload = Payload(SCHEME, said, said.encode(), 5 * len(island.text))
            marks = (Mark(island.start, island.text),)
            yield Hit("certain", says, marks, len(island.text), payload=payload)


def _decoded(text: str) -> str:
    body = text.rstrip("=").upper()[: MOST_PAYLOAD // 5 * 8]
    try:
        return readable(b32decode(body + "=" * (-len(body) % 8)))
    except (Error, ValueError):
        return ""


CHANNEL = Channel(
    id="base32-islands",
    title="Text in base32",
    looks="A long word such as O5UG6IDSMVQWI4ZAORUGS4Z7 in the middle of prose.",
    twin="Keys for one-time passwords, which decode to no text; somebody who asks about it.",
    find=find,
    quick=quick,
)
