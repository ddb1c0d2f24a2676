"""Moves the times that stand in texts along with their exchange, and names another kernel.

Times stand in version 7 UUIDs, in fields of the formats and in the clients' date lines; the kernel
release in what clients and `uname` say. Every replacement keeps the length.
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from stillwatch_range.record.placing import Calendar
from stillwatch_range.record.story import Session

UUID7 = re.compile(r"(?<![0-9a-f])(01[0-9a-f]{6})-([0-9a-f]{4})(?=-7[0-9a-f]{3}-[89ab])")
UNIX_MS = re.compile(r"(?<=_unix_ms)(\W{1,4})(\d{13})(?!\d)")
ISO_DATE = re.compile(r"(?<=s date is |rent_date>)(\d{4})([-/])(\d\d)([-/])(\d\d)")
FILE_TIME = re.compile(r"(?<=\d )([A-Z][a-z]{2} [ \d]\d \d\d:\d\d)(?= )")
LONG_DATE = re.compile(r"(?<=s date: )[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4}")


class Retime:
    """Rewrites the texts of one session."""

    def __init__(self, calendar: Calendar, session: Session, kernel: str) -> None:
        self._calendar = calendar
        self._session = session
        self._kernel = kernel

    def text(self, text: str, placed_s: float) -> str:
        """Rewrite a text of an exchange that begins at a time of the day."""
        text = UUID7.sub(self._uuid, text)
        text = UNIX_MS.sub(self._unix_ms, text)
        local = dt.datetime.fromtimestamp(placed_s, ZoneInfo(self._session.person.zone))
        text = ISO_DATE.sub(_iso(local), text)
        text = FILE_TIME.sub(self._file_time, text)
        text = LONG_DATE.sub(local.strftime("%a %b %d %Y"), text)
        new = self._session.person.machine.kernel
        if len(new) != len(self._kernel):
            new = new[: len(self._kernel)].ljust(len(self._kernel), "0")
        return text.replace(self._kernel, new)

    def fields(self, node: Any) -> Any:
        """Rewrite the time fields of an answer of ours."""
        if isinstance(node, dict):
            return {
                key: int(self._calendar.placed_s(self._session.id, value))
                if key in ("created", "created_at") and isinstance(value, int)
                else self.fields(value)
                for key, value in node.items()
            }
        return [self.fields(item) for item in node] if isinstance(node, list) else node

    def _file_time(self, found: re.Match[str]) -> str:
        """The time of a file in a listing, where the file was made or changed for the recording."""
        zone = ZoneInfo(self._session.person.zone)
        year = dt.datetime.fromtimestamp(self._calendar.start_s, dt.UTC).year
        listed = dt.datetime.strptime(f"{year} {found[1]}", "%Y %b %d %H:%M").replace(tzinfo=zone)
        time_s = listed.timestamp()
        if not self._calendar.covers(self._session.id, time_s):
            return found[1]
        moved = dt.datetime.fromtimestamp(self._calendar.placed_s(self._session.id, time_s), zone)
        return moved.strftime("%b %d %H:%M")

    def _uuid(self, found: re.Match[str]) -> str:
        time_ms = int(found[1] + found[2], 16)
        moved = self._moved_ms(time_ms)
        return f"{moved:012x}"[:8] + "-" + f"{moved:012x}"[8:]

    def _unix_ms(self, found: re.Match[str]) -> str:
        return f"{found[1]}{self._moved_ms(int(found[2]))}"

    def _moved_ms(self, time_ms: int) -> int:
        time_s = time_ms / 1000
        if not self._calendar.covers(self._session.id, time_s):
            return time_ms
        return int(self._calendar.placed_s(self._session.id, time_s) * 1000)


def _iso(local: dt.datetime) -> Callable[[re.Match[str]], str]:
    return lambda found: local.strftime(f"%Y{found[2]}%m{found[4]}%d")
