"""Finding out the facts that rules read about a request, and no others."""

from contextlib import suppress
from typing import NamedTuple

from stillwatch.client.checking import Received
from stillwatch.errors import InputError
from stillwatch.gateway.accounts import Who
from stillwatch.gateway.parts import Parts
from stillwatch.gateway.reading import Reading, thread_of
from stillwatch.gateway.request import Request
from stillwatch.marks.foreign.request import scan_request
from stillwatch.memo import Memo
from stillwatch.policy.facts import Facts

OF_THE_MOMENT = frozenset({"verdict", "grade", "level", "sealed", "busy", "mark", "network"})
"""Facts that may be others at the next request of the same account with the same client."""
_REMEMBERED = 1 << 14
LONG = 1 << 16
"""Bytes of a body that take milliseconds to look for marks in (60 µs a KB, November 2026)."""
MOST_LOOKED_AT = 8 << 20
"""Bytes of a body in which marks are looked for at all."""
_STANDINGS = {"signed": "sealed", "unsigned": "unsealed", "replayed": "replayed"}


class Seen(NamedTuple):
    """What is seen of a request at once.

    Attributes:
        who: whose it is.
        agent: its user agent.
        wire: anthropic, chat, responses or unknown.
        model: that it asks for; empty where no rule reads it.
    """

    who: Who
    agent: bytes
    wire: str
    model: str


class Finder:
    """Finds out facts.

    Args:
        reading: reads requests.
        parts: what is known of accounts.
        used: the facts that rules read.
    """

    def __init__(self, reading: Reading, parts: Parts, used: frozenset[str]) -> None:
        self._reading = reading
        self._parts = parts
        self._used = used
        self._free: Memo[Seen, bool] | None = None
        if parts.checker is None and not used & OF_THE_MOMENT:
            self._free = Memo(_REMEMBERED)

    def seen(self, request: Request, agent: bytes, who: Who, wire: str) -> Seen:
        """What is seen at once."""
        model = ""
        if "model" in self._used:
            model = self._reading.model(request.target, request.body)
        return Seen(who, agent, wire, model)

    def free(self, seen: Seen) -> bool:
        """Whether it is known that no rule meets such a request, whenever it comes."""
        return self._free is not None and self._free.get(seen) is not None

    def note_free(self, seen: Seen) -> None:
        """No rule, in force or not, meets such a request."""
        if self._free is not None:
            self._free.put(seen, True)

    def facts(self, request: Request, seen: Seen, now_s: float) -> Facts:
        """Those facts that rules read; signatures are always checked, for the live state."""
        used, parts, who = self._used, self._parts, seen.who
        client: str = ""
        version: tuple[int, ...] = ()
        if "client" in used or "version" in used:
            client, version = self._reading.software(seen.agent)
        sealed, install = self._sealed(request, who)
        thread = thread_of(request.body) if "busy" in used else 0
        busy = parts.live.began(who.account, install, install is not None, thread, now_s)
        verdict, grade, level = parts.live.verdict(who.account)
        return Facts(
            account=who.account,
            organisation=who.organisation,
            plan=who.plan,
            declared_use=who.declared_use,
            region=who.region,
            verdict=verdict,
            grade=grade,
            level=level,
            client=client,
            version=version,
            sealed=sealed,
            network=parts.networks.kind(request.address) if parts.networks else "",
            model=seen.model,
            wire=seen.wire,
            mark=self._mark(request) if "mark" in used else "",
            busy=busy,
        )

    def takes_long(self, request: Request) -> bool:
        """Whether marks are better looked for beside the event loop, by `look_for_marks`."""
        return "mark" in self._used and LONG < len(request.body) <= MOST_LOOKED_AT

    def _mark(self, request: Request) -> str:
        if request.mark is None:
            look_for_marks(request)
        return request.mark or ""

    def _sealed(self, request: Request, who: Who) -> tuple[str, str | None]:
        parts = self._parts
        if parts.checker is None:
            return "unsealed", None
        url = parts.scheme_and_host + request.target
        check = parts.checker.check(Received(request.method, url, request.headers, request.body))
        install, register = check.install, parts.register
        if install is not None and register is not None and register.foreign(install, who):
            parts.live.presented(who.account, 1)
            return "foreign", install
        return _STANDINGS.get(check.standing, "broken"), install


def look_for_marks(request: Request) -> None:
    """Note the channel of the first mark that is likely, and that nobody declared."""
    request.mark = _undeclared(request) if len(request.body) <= MOST_LOOKED_AT else ""


def _undeclared(request: Request) -> str:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers]
    with suppress(InputError):  # a body that is no JSON carries none that we know
        for finding in scan_request(request.body, headers):
            # Real clients: Claude Code writes a line that its maker documents, and Codex a hyphen
            # in its own text that is no more than possibly a mark.
            if not finding.declared and finding.sure != "possible":
                return finding.channel
    return ""
