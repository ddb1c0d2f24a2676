"""Enrolling an install, and keeping it in keys."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from stillwatch.client.enrolment import (
    Enrolment,
    EpochKey,
    enrolment_of,
    read_enrolment,
    write_enrolment,
)
from stillwatch.client.events import Event, Report, reason
from stillwatch.client.network import Post, post
from stillwatch.errors import KeyFileError
from stillwatch.marks.manifest import ENROL, RENEW

RETRY_S = 600.0
"""After a renewal that failed, the next try."""


def enrol(url: str, credential: str, file: Path, ask: Post = post) -> Enrolment:
    """Enrol this install at a server, and write its record.

    Args:
        url: address of the server, as `https://enrol.example.com`.
        credential: what the server knows the account by, such as an API key. It is sent to the
            server and not kept.
        file: the record; there must be none yet.
        ask: sends the request.

    Raises:
        KeyFileError: there is a record already, the server refuses, or it answers nonsense.
        InputError: the server cannot be reached.
        SettingsError: the address is not HTTPS.
    """
    if file.exists():
        raise KeyFileError(f"{file.name} is there already.", "An install is enrolled once.")
    enrolment = _asked(url.rstrip("/") + ENROL.path, credential, url, ask)
    write_enrolment(file, enrolment)
    return enrolment


def renew(enrolment: Enrolment, file: Path | None, ask: Post = post) -> Enrolment:
    """Get keys for the next epoch, and write them into the record; errors as for `enrol`."""
    fresh = _asked(enrolment.url.rstrip("/") + RENEW.path, enrolment.token, enrolment.url, ask)
    if file is not None:
        write_enrolment(file, fresh)
    return fresh


def _asked(url: str, token: str, server: str, ask: Post) -> Enrolment:
    status, answer = ask(url, token)
    if status not in {200, 201}:
        raise KeyFileError(
            f"The enrolment server refuses with status {status}.",
            "Check the credential; a revoked install must be enrolled anew.",
        )
    return enrolment_of(answer, server)


class KeyRing:
    """Gives the key of the time, and asks for new ones in good time.

    New keys are asked for in the background, so that no request waits. With the keys of this epoch
    and the next at hand, there is a whole epoch to reach the server in.

    Args:
        enrolment: the record.
        file: where it is kept; new keys are written there.
        report: told when new keys could not be had.
        clock: seconds since 1970.
        ask: sends requests to the server.
    """

    def __init__(
        self,
        enrolment: Enrolment,
        file: Path | None = None,
        report: Report | None = None,
        clock: Callable[[], float] = time.time,
        ask: Post = post,
    ) -> None:
        self._enrolment = enrolment
        self._file = file
        self._report = report
        self._clock = clock
        self._ask = ask
        self._tried_s = float("-inf")
        self._lock = threading.Lock()
        self._renewal: threading.Thread | None = None

    def __repr__(self) -> str:
        return f"KeyRing({self._enrolment.install})"

    @property
    def enrolment(self) -> Enrolment:
        """The record with the keys that there are now."""
        return self._enrolment

    def __call__(self, at_s: float) -> EpochKey:
        """The key to seal with at a time.

        Raises:
            KeyFileError: there is none.
        """
        if self._enrolment.due(at_s) and at_s - self._tried_s >= RETRY_S:
            self._begin(at_s)
        return self._enrolment.key(at_s)

    def wait(self) -> None:
        """Wait for a renewal that is under way."""
        if self._renewal is not None:
            self._renewal.join()

    def _begin(self, at_s: float) -> None:
        with self._lock:
            if at_s - self._tried_s < RETRY_S:
                return
            self._tried_s = at_s
            self._renewal = threading.Thread(target=self._renew, daemon=True)
            self._renewal.start()

    def _renew(self) -> None:
        try:
            self._enrolment = self._from_file() or renew(self._enrolment, self._file, self._ask)
        except Exception as error:  # noqa: BLE001  # a thread of somebody else's program
            if self._report is not None:
                self._report(Event("not-renewed", reason(error)))

    def _from_file(self) -> Enrolment | None:
        """Keys that another process of the same install has fetched meanwhile."""
        if self._file is None or not self._file.exists():
            return None
        kept = read_enrolment(self._file)
        same = kept.install == self._enrolment.install
        return kept if same and not kept.due(self._clock()) else None
