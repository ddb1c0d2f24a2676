"""The date line of claude-code 2.1.91 to 2.1.197, with its three bits."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign.model import Channel, Hit, Mark, Payload, Sure
from stillwatch.marks.foreign.schemes import DATE_LINE, DateLine, date_line
from stillwatch.marks.foreign.view import View

SCHEME = "date line of claude-code 2.1.91 to 2.1.197"
_HEADING = "# currentDate"
_REACH = 120
_ONLY_THERE = frozenset("\u02bc\u02b9")
_PHONE = "People's telephones and editors curl apostrophes, and some countries write slashes."


def quick(view: View) -> bool:
    """Whether the sentence may be there."""
    return "s date is " in view.text


def find(view: View) -> Iterator[Hit]:
    """Every such line that says more than the date."""
    for found in DATE_LINE.finditer(view.text):
        said = date_line(found)
        if not said.plain:
            yield _hit(view, found, said)


def _hit(view: View, found: re.Match[str], said: DateLine) -> Hit:
    marks = []
    if found["apostrophe"] != "'":
        marks.append(Mark(found.start("apostrophe"), found["apostrophe"], "'"))
    if said.zone:
        marks += [Mark(found.start(name), found[name], "-") for name in ("first", "second")]
    payload = Payload(SCHEME, str(said), bytes([said.bits]), 3)
    says = f"A date line that says more than the date: {said}."
    sure, twin = _sureness(view, found)
    return Hit(sure, says, tuple(marks), len(marks), payload, twin)


def _sureness(view: View, found: re.Match[str]) -> tuple[Sure, str]:
    ahead = view.text[max(0, found.start() - _REACH) : found.start()]
    if view.own or _HEADING in ahead or "<system-reminder>" in ahead:
        return "certain", ""
    return ("likely", "") if found["apostrophe"] in _ONLY_THERE else ("possible", _PHONE)


CHANNEL = Channel(
    id="date-line",
    title="Date line with bits",
    looks="Today's date is 2026-11-22, with another apostrophe or with slashes.",
    twin="A relay that writes such a line itself; somebody who quotes one.",
    find=find,
    quick=quick,
)
