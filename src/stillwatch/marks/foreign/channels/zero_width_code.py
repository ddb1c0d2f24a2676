"""Several kinds of characters without width, as the bits of a message."""

from collections.abc import Iterator
from itertools import permutations

from stillwatch.marks.foreign.codes import readable, readings
from stillwatch.marks.foreign.invisible import INVISIBLE, hidden
from stillwatch.marks.foreign.model import MOST_MARKS, Channel, Hit, Mark, Payload
from stillwatch.marks.foreign.view import View

SCHEME = "zero-width characters"
_MOST_SYMBOLS = 1 << 15
_LEAST_BYTES = 2


def find(view: View) -> Iterator[Hit]:
    """One hit a text, with the message where it can be read."""
    runs = hidden(view).code
    if not runs:
        return
    texts = [view.text[start:end] for start, end in runs]
    marks = tuple(Mark(run[0], text) for run, text in zip(runs[:MOST_MARKS], texts, strict=False))
    sequence = "".join(texts)
    kinds = ", ".join(f"U+{ord(char):04X}" for char in sorted(set(sequence)))
    says = f"{len(sequence)} characters without width, of {len(set(sequence))} kinds ({kinds})"
    data = decoded(sequence[:_MOST_SYMBOLS])
    if not data:
        yield Hit("likely", f"{says}.", marks, len(sequence))
        return
    text = readable(data)
    payload = Payload(SCHEME, text, data, 8 * len(data))
    yield Hit("certain", f"{says}: {text[:80]!r}.", marks, len(sequence), payload=payload)


def decoded(sequence: str) -> bytes:
    """The message in a sequence of two to four kinds of characters, or nothing.

    Two kinds are 0 and 1; of three, one may stand between letters; four are two bits each.
    """
    kinds = sorted(set(sequence))
    if len(kinds) == 2:
        return _binary(sequence, kinds[0])
    if len(kinds) == 3:
        return _separated(sequence, kinds)
    return _quaternary(sequence, kinds) if len(kinds) == 4 else b""


def _binary(sequence: str, one: str) -> bytes:
    bits = [int(char == one) for char in sequence]
    for _, data in readings(bits):
        if _says(data):
            return data.rstrip(b"\0")
    return b""


def _separated(sequence: str, kinds: list[str]) -> bytes:
    for separator in kinds:
        zero, one = (kind for kind in kinds if kind != separator)
        groups = [group for group in sequence.split(separator) if group]
        for zeros, ones in ((zero, one), (one, zero)):
            table = str.maketrans({zeros: "0", ones: "1"})
            letters = [int(group.translate(table)[:32], 2) for group in groups]
            if letters and max(letters) < 0x110000:
                text = "".join(map(chr, letters)).encode("utf-8", "replace")
                if _says(text):
                    return text
        if found := _binary(sequence.replace(separator, ""), zero):
            return found
    return b""


def _quaternary(sequence: str, kinds: list[str]) -> bytes:
    whole = len(sequence) // 4 * 4
    for order in permutations(kinds):
        digits = [order.index(char) for char in sequence[:whole]]
        fours = (digits[at : at + 4] for at in range(0, whole, 4))
        data = bytes(((one * 4 + two) * 4 + three) * 4 + four for one, two, three, four in fours)
        if _says(data):
            return data
    return b""


def _says(data: bytes) -> bool:
    text = readable(data.rstrip(b"\0"))
    return len(text) >= _LEAST_BYTES and any(char.isalnum() for char in text)


CHANNEL = Channel(
    id="zero-width-code",
    title="Messages in characters without width",
    looks="Nothing at all: zero-width spaces and joiners that take turns as 0 and 1.",
    twin="Hardly anybody: scripts that need joiners have them one at a time between letters.",
    find=find,
    classes=INVISIBLE,
)
