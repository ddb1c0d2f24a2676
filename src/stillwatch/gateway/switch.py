"""The kill switch: all enforcement becomes observation, at once and in all processes.

It is a file, so that it works when nothing else does: while the file is there, nothing is held
back. `touch FILE` stops enforcement, `rm FILE` lets it go on; the admin API does the same.
"""

import contextlib
import threading
from pathlib import Path

EVERY_S = 0.25


class Switch:
    """The switch.

    Args:
        file: enforcement is off while it is there; None for a switch of this process alone.

    Attributes:
        enforcing: whether decisions are enforced; as new as the last look at the file.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._on = True
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.enforcing = True
        self.look()

    def start(self) -> None:
        """Look at the file again and again, beside the request path."""
        if self._file is None or self._thread is not None:
            return
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="stillwatch-switch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def look(self) -> bool:
        """Whether decisions are enforced, by the file as it is now.

        A file that cannot be looked for counts as not there only if its folder is: where the
        folder is gone too, the last answer stands.
        """
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._on = not self._there(self._file)
        self.enforcing = self._on
        return self.enforcing

    def turn(self, *, enforcing: bool) -> None:
        """Turn it.

        Raises:
            OSError: the file cannot be made or removed.
        """
        if self._file is None:
            self._on = enforcing
        elif enforcing:
            self._file.unlink(missing_ok=True)
        else:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file.touch(mode=0o600)
        self.look()

    def _there(self, file: Path) -> bool:
        """Whether the file is there.

        Raises:
            OSError: nobody can tell.
        """
        try:
            file.lstat()
        except FileNotFoundError:
            file.parent.stat()
            return False
        return True

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self.look()
