"""Characters that mean what two sides agreed on."""

from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.model import (
    MOST_MARKS,
    MOST_PAYLOAD,
    Channel,
    Hit,
    Mark,
    Payload,
    marks_at,
)
from stillwatch.marks.foreign.view import View

SCHEME = "private use, low byte"
_LEAST_RUN = 4


def find(view: View) -> Iterator[Hit]:
    """Runs of four or more; in a client's own text, any."""
    runs = view.runs(classes.PRIVATE)
    long = [run for run in runs if run[1] - run[0] >= _LEAST_RUN]
    for start, end in long:
        yield _run(view.text[start : min(end, start + MOST_PAYLOAD)], start, end - start)
    if view.own and runs and not long:
        at = [one for start, end in runs for one in range(start, end)]
        says = f"{len(at)} characters of private use in a client's own text."
        yield Hit("possible", says, marks_at(view.text, at[:MOST_MARKS]), len(at))


def _run(text: str, start: int, count: int) -> Hit:
    marks = (Mark(start, text),)
    says = f"{count} characters of private use in a row"
    low = bytes(ord(char) & 0xFF for char in text)
    if all(0x20 <= byte < 0x7F for byte in low) and any(chr(byte).isalnum() for byte in low):
        said = low.decode("ascii")
        payload = Payload(SCHEME, said, low, 8 * count)
        return Hit("likely", f"{says}: {said[:80]!r}.", marks, count, payload=payload)
    return Hit("possible", f"{says}.", marks, count)


CHANNEL = Channel(
    id="private-use",
    title="Characters of private use",
    looks="A box or nothing: U+E000 to U+F8FF and planes 15 and 16.",
    twin="Icons of a terminal's font, bullets and words in a symbol font, marks of e-books.",
    find=find,
    classes=frozenset({classes.PRIVATE}),
)
