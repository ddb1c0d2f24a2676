"""The log of decisions, written beside the request path (`policy/log.py` says what is in it)."""

import logging
import threading
from collections import deque
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace as changed

from stillwatch.policy.decision import Decision
from stillwatch.policy.log import encode, logged

EVERY_S = 0.25
MOST_WAITING = 1 << 16

_log = logging.getLogger(__name__)


class Decided(NamedTuple):
    """A decision that was carried out, as the request path hands it over; see `policy.log`."""

    decision: Decision
    account: str
    began_s: float
    status: int
    wire: str
    case: str
    mark: str = ""


class DecisionLog:
    """Appends decisions to a file.

    Args:
        file: made if it is not there; None to keep none.

    Attributes:
        written: lines that the file has.
        dropped: lines that were let go because too many waited, or that the disk did not take.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._waiting: deque[Decided] = deque()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._torn = False
        self.written = self.dropped = 0

    def start(self) -> None:
        """Write from now on."""
        if self._file is not None:
            self._thread = threading.Thread(target=self._run, name="stillwatch-log", daemon=True)
            self._thread.start()

    def offer(self, line: Decided) -> None:
        """Take a line; never waits."""
        if self._file is None:
            return
        if len(self._waiting) >= MOST_WAITING:
            self.dropped += 1
            return
        self._waiting.append(line)

    def stop(self) -> None:
        """Write what waits, and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self._write()
        self._write()

    def _write(self) -> None:
        lines = [_line(self._waiting.popleft()) for _ in range(len(self._waiting))]
        if not lines or self._file is None:
            return
        content = (b"\n" if self._torn else b"") + b"".join(lines)
        at = 0
        try:
            self._file.touch(mode=0o600)
            with self._file.open("ab", buffering=0) as file:
                while at < len(content):
                    at += file.write(content[at:])
        except OSError as error:
            _log.warning("The log of decisions cannot be written: %s.", error.strerror)
        whole = content.count(b"\n", 0, at) - (self._torn and at > 0)
        if at:
            self._torn = content[at - 1 : at] != b"\n"
        self.written += whole
        self.dropped += len(lines) - whole


def _line(one: Decided) -> bytes:
    line = logged(one.decision, one.account, one.began_s)
    return encode(changed(line, status=one.status, wire=one.wire, case=one.case, mark=one.mark))
