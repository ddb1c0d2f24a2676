"""Escapes in JSON that nothing asks for."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign.mixtures import Pair, mixture, read
from stillwatch.marks.foreign.model import MOST_MARKS, Channel, Hit, Mark
from stillwatch.marks.foreign.view import View

# An escaped letter, digit or space. Libraries escape <, >, &, ', +, =, ` for the sake of HTML.
_NEEDLESS = re.compile(
    r"(?<!\\)(?:\\\\)*(?P<escape>\\u00(?:20|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]))"
)
_CASE = re.compile(r"(?<!\\)(?:\\\\)*\\u(?=[0-9a-fA-F]{0,3}[a-fA-F])[0-9a-fA-F]{4}")
_SLASH = re.compile(r"\\?/")
_CASES = Pair("escapes in capitals", "escapes in small letters", "", "JSON escapes")
_SLASHES = Pair("escaped slashes", "plain ones", "/", "JSON escapes")


def quick(view: View) -> bool:
    """Whether there is such an escape at all."""
    return "\\u" in view.text or "\\/" in view.text


def find(view: View) -> Iterator[Hit]:
    """Escaped letters; two ways to write the same escape in turns."""
    text = view.text
    needless = [found.start("escape") for found in _NEEDLESS.finditer(text)]
    if needless:
        says = f"{len(needless)} letters, digits or spaces written as escapes in the JSON."
        marks = tuple(_mark(text, at) for at in needless[:MOST_MARKS])
        yield Hit("likely", says, marks, len(needless))
    yield from mixture(view, read(text, _CASE, _has_capitals), _CASES)
    if "\\/" in text:
        yield from mixture(view, read(text, _SLASH, "/".__ne__), _SLASHES)


def _has_capitals(escape: str) -> bool:
    return any(char in "ABCDEF" for char in escape[-4:])


def _mark(text: str, at: int) -> Mark:
    escape = text[at : at + 6]
    return Mark(at, escape, chr(int(escape.removeprefix("\\u"), base=16)))


CHANNEL = Channel(
    id="json-escapes",
    title="Needless escapes in the JSON",
    looks="The same text: \\u0041 in place of A in the bytes of the request.",
    twin="Very old libraries; a relay that puts pieces of two libraries' JSON together.",
    find=find,
    quick=quick,
    raw=True,
)
