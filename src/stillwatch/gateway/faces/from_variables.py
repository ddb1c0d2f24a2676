"""A gate inside somebody else's server: settings by variables, started once, stopped at the end.

What the middleware, the LiteLLM plugin and the mitmproxy addon have in common.
"""

import atexit
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from time import time

from stillwatch.errors import SettingsError
from stillwatch.gateway.gate import Gate, Ruling
from stillwatch.gateway.request import CREDENTIALS, Answered, Request
from stillwatch.gateway.room import ANSWERS, Room
from stillwatch.gateway.setup import SHARE_VARIABLE, Setup, parts_of, start, stop
from stillwatch.keys import default_key_file, open_key_ring
from stillwatch.policy.engine import Policy

VARIABLES = {
    "policy": "STILLWATCH_POLICY",
    "state": "STILLWATCH_STATE",
    "record": "STILLWATCH_RECORD",
    "verdicts": "STILLWATCH_VERDICTS",
}
"""Settings that a server which only takes a name is given by variables."""
VERDICTS_S = 2.0


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are; variables say what is None here.

    Attributes:
        policy: folder of rules.
        state: folder for cases, the log of decisions and the switch; `.stillwatch/gateway` by
            default.
        record: folder for captures; none by default.
        verdicts: what `hunt --json` writes; read again when it changes.
        key: the key file.
        credentials: headers that hold credentials, in lower case, where they are not the usual
            ones; of several in one request the first counts.
    """

    policy: str | Path | None = None
    state: str | Path | None = None
    record: str | Path | None = None
    verdicts: str | Path | None = None
    key: str | Path | None = None
    credentials: tuple[str, ...] = ()

    def named(self, name: str) -> Path | None:
        """One of the places that variables may name."""
        given = getattr(self, name)
        found = given if given is not None else os.environ.get(VARIABLES[name])
        return Path(found) if found else None


class Running:
    """A gate and what works beside it.

    Args:
        face: what it stands in, for messages.
        places: where things are.
        reroutes: whether the face can send requests elsewhere.

    Raises:
        SettingsError: no policy is named, or it cannot be carried out here.

    Attributes:
        gate: decides.
        started: whether `start` has been through.
    """

    def __init__(self, face: str, places: Places, *, reroutes: bool) -> None:
        rules = places.named("policy")
        if rules is None:
            raise SettingsError(
                f"The {face} has no policy.", f"Name its folder in {VARIABLES['policy']}."
            )
        key = Path(places.key) if places.key is not None else default_key_file()
        self._parts = parts_of(
            Setup(
                places.named("state") or Path(".stillwatch/gateway"),
                open_key_ring(key),
                places.named("record"),
                places.named("verdicts"),
                share=os.environ.get(SHARE_VARIABLE) or None,
                credentials=tuple(map(str.encode, places.credentials)) or CREDENTIALS,
            )
        )
        loaded = Policy.load(rules, time())
        moves = next((rule.id for rule in loaded.live if rule.outcome == "reroute"), None)
        if moves is not None and not reroutes:
            raise SettingsError(
                f"Rule {moves} sends requests elsewhere, which a {face} cannot.",
                "Use `stillwatch serve` for it, or take it out.",
            )
        self.gate = Gate(loaded, self._parts, time)
        self.started = False
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._answers = Room(ANSWERS)

    def start(self) -> None:
        """Start what works beside the requests; once, however often it is called."""
        with self._lock:
            if self.started or self._end.is_set():
                return
            start(self._parts)
            atexit.register(self.stop)
            threading.Thread(target=self._read_verdicts, daemon=True).start()
            self.started = True

    def stop(self) -> None:
        """Write what waits, and end; once."""
        with self._lock:
            if self._end.is_set():
                return
            self._end.set()
            if self.started:
                stop(self._parts)

    def room(self) -> Room | None:
        """Where the pieces of an answer are counted; None if nobody wants to have them."""
        return self._answers if self.gate.records else None

    def ended(self, ruling: Ruling, request: Request, answered: Answered) -> None:
        """Take note of what became of a request; call it once for each that was ruled about."""
        self._answers.give(answered.kept)
        self.gate.ended(ruling, request, answered)

    def _read_verdicts(self) -> None:
        """Take over the verdicts of each hunt soon after it has ended."""
        while not self._end.wait(VERDICTS_S):
            self.gate.read_verdicts()
