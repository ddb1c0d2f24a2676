"""Spaces between the tokens of JSON."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign.mixtures import Choices, Pair, mixture
from stillwatch.marks.foreign.model import Channel, Hit, Mark
from stillwatch.marks.foreign.view import View

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|(?P<sign>[:,])(?P<space>[ \t]*)', re.DOTALL)
_TAIL = re.compile(r"[ \t\r\n]{2,}\Z")
_SPACED = Pair("a space after a colon or comma", "none", "", "spaces of the JSON")
_LONGEST_TAIL = 4


def quick(view: View) -> bool:
    """Whether some tokens are spaced and others are not, or blanks follow the end."""
    text = view.text
    return (
        text[-2:].isspace()
        or ('": ' in text and '":"' in text)
        or ('", "' in text and '","' in text)
    )


def find(view: View) -> Iterator[Hit]:
    """Spaced and unspaced tokens in turns; blanks after the end."""
    signs = [found for found in _TOKEN.finditer(view.text) if found["sign"]]
    for sign in ":,":
        chosen = [found for found in signs if found["sign"] == sign]
        odd = [int(bool(found["space"])) for found in chosen]
        spans = [found.span("space") for found in chosen if found["space"]]
        yield from mixture(view, Choices(odd, spans), _SPACED)
    tail = _TAIL.search(view.text[-4096:])
    if tail and len(tail.group()) > _LONGEST_TAIL:
        start = len(view.text) - len(tail.group())
        says = f"{len(tail.group())} blanks after the end of the JSON."
        yield Hit("possible", says, (Mark(start, tail.group()[:64]),), len(tail.group()))


CHANNEL = Channel(
    id="json-spaces",
    title="Spaces in the JSON",
    looks="The same values: a space, or none, after some colons and commas.",
    twin="A relay that puts its own fields into another library's JSON, in blocks.",
    find=find,
    quick=quick,
    raw=True,
)
