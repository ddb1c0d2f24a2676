"""Text in hexadecimal where the text around is prose."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign.codes import readable
from stillwatch.marks.foreign.islands import islands, out_of_place
from stillwatch.marks.foreign.model import MOST_PAYLOAD, Channel, Hit, Mark, Payload
from stillwatch.marks.foreign.view import View

SCHEME = "hexadecimal"
_SHAPE = re.compile(r"(?:[0-9a-fA-F]{2})+")


def quick(view: View) -> bool:
    """Whether there is a stretch long enough."""
    return bool(view.long_runs)


def find(view: View) -> Iterator[Hit]:
    """Islands that decode to text; in a client's own text, all."""
    for island in islands(view):
        if not _SHAPE.fullmatch(island.text) or not out_of_place(view, island):
            continue
        said = readable(bytes.fromhex(island.text[: 2 * MOST_PAYLOAD]))
        marks, count = (Mark(island.start, island.text),), len(island.text)
        if said:
            says = f"Text in hexadecimal where none belongs: {said[:80]!r}."
            payload = Payload(SCHEME, said, said.encode(), 4 * count)
            yield Hit("certain", says, marks, count, payload=payload)
        elif view.own and not island.text.isdigit():
            says = f"{count} hexadecimal digits in a client's own text, with no word what they are."
            yield Hit("possible", says, marks, count)


CHANNEL = Channel(
    id="hex-islands",
    title="Text in hexadecimal",
    looks="A long number such as 77686f20726561647320746869733f in the middle of prose.",
    twin="Hashes and ids, which decode to no text; somebody who asks about it.",
    find=find,
    quick=quick,
)
