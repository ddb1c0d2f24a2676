"""Tag characters: an invisible copy of ASCII."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.model import MOST_PAYLOAD, Channel, Hit, Mark, Payload, marks_at
from stillwatch.marks.foreign.view import View

SHIFT = 0xE0000
FLAG = "\U0001f3f4"
SCHEME = "tag characters"
_CANCEL = "\x7f"
_LEAST_RUN = 3
# A black flag and the code of a country's part, as in Unicode Technical Standard 51, annex C.
_REGION = re.compile(r"[a-z]{2}[a-z0-9]{1,4}\x7f")


def find(view: View) -> Iterator[Hit]:
    """A hit for each run of three or more, and one for all that stand alone."""
    runs = [run for run in view.runs(classes.TAG) if not _is_flag(view, *run)]
    for start, end in runs:
        if end - start >= _LEAST_RUN:
            mark = Mark(start, view.text[start : start + MOST_PAYLOAD])
            yield _hit(view.text[start:end], (Mark(start, mark.text[: end - start]),))
    alone = [at for start, end in runs if end - start < _LEAST_RUN for at in range(start, end)]
    if alone:
        yield _hit("".join(view.text[at] for at in alone), marks_at(view.text, alone))


def _is_flag(view: View, start: int, end: int) -> bool:
    text = _ascii(view.text[start : min(end, start + 8)])
    return view.before(start) == FLAG and bool(_REGION.fullmatch(text))


def _ascii(text: str) -> str:
    return "".join(chr(ord(char) - SHIFT) for char in text)


def _hit(text: str, marks: tuple[Mark, ...]) -> Hit:
    said = "".join(char for char in _ascii(text[:MOST_PAYLOAD]) if " " <= char < _CANCEL)
    says = f"{len(text)} tag characters, which nobody sees and models read"
    if not said:
        return Hit("likely", f"{says}.", marks, len(text))
    payload = Payload(SCHEME, said, said.encode(), 7 * len(text))
    return Hit("certain", f"{says}: {said[:80]!r}.", marks, len(text), payload=payload)


CHANNEL = Channel(
    id="tag-characters",
    title="Tag characters",
    looks="Nothing at all: U+E0000 to U+E007F, an invisible copy of ASCII.",
    twin="Flags of England, Scotland, Wales and other regions, which are left out here.",
    find=find,
    classes=frozenset({classes.TAG}),
)
