"""Schemes that are known from the wild, with their sources.

The date line of claude-code 2.1.91 to 2.1.197 (April to July 2026): the apostrophe tells what kind
of host ANTHROPIC_BASE_URL names, the separators whether the machine's zone is one of mainland
China. Public: github.com/anthropics/claude-code issue 67120 (10 June 2026). Seen with our own eyes
in 2.1.169; the tests hold its eight lines.
"""

import re
from dataclasses import dataclass
from typing import Final

DATE_LINE: Final = re.compile(
    r"Today(?P<apostrophe>[^\s\w]|[\u02b0-\u02ff])s date is "
    r"(?P<year>\d{4})(?P<first>[-/.])(?P<month>\d{2})(?P<second>[-/.])(?P<day>\d{2})"
)
"""The sentence, with any apostrophe and any separator."""

_HOSTS: Final = {
    "'": (0, 0),
    "\u2019": (1, 0),
    "\u02bc": (0, 1),
    "\u02b9": (1, 1),
}


@dataclass(frozen=True, slots=True)
class DateLine:
    """What a date line says beside the date.

    Attributes:
        listed: the host is one of a list of domains; None for an apostrophe that says neither.
        laboratory: the host's name holds the name of a laboratory; None as above.
        zone: the machine's time zone is Asia/Shanghai or another name of it.
    """

    listed: int | None
    laboratory: int | None
    zone: int

    @property
    def plain(self) -> bool:
        """Whether it says nothing: the line as everybody else's."""
        return (self.listed, self.laboratory, self.zone) == (0, 0, 0)

    @property
    def bits(self) -> int:
        """The three bits as a number; unknown ones are 0."""
        return (self.listed or 0) << 2 | (self.laboratory or 0) << 1 | self.zone

    def __str__(self) -> str:
        words = {
            (0, 0): "host of no class",
            (1, 0): "host in its list of domains",
            (0, 1): "host named after a laboratory",
            (1, 1): "host in its list and named after a laboratory",
            (None, None): "an apostrophe that the scheme does not know",
        }
        zone = "time zone of mainland China" if self.zone else "another time zone"
        return f"{words[self.listed, self.laboratory]}; {zone}"


def date_line(found: re.Match[str]) -> DateLine:
    """Read a match of `DATE_LINE`."""
    listed, laboratory = _HOSTS.get(found["apostrophe"], (None, None))
    return DateLine(listed, laboratory, int(found["first"] == "/"))
