"""The one core behind every face: who asks, what the rules say, what becomes of it.

A gate belongs to one event loop and does no input or output: what takes time stands beside it, in
threads of the recorder, the cases, the log and the switch.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex

from msgspec import Struct
from msgspec.structs import replace as changed

from stillwatch.client.checking import Checker, Received
from stillwatch.errors import InputError, SettingsError
from stillwatch.gateway.accounts import Accounts, Who, credential_of
from stillwatch.gateway.cases import Cases, Held
from stillwatch.gateway.decided import DecisionLog
from stillwatch.gateway.live.sharing import Sharing
from stillwatch.gateway.live.state import LiveState
from stillwatch.gateway.networks import Networks
from stillwatch.gateway.reading import Reading, thread_of
from stillwatch.gateway.recording.passed import Passed
from stillwatch.gateway.recording.recorder import Recorder
from stillwatch.gateway.register import Register
from stillwatch.gateway.request import Answered, Request
from stillwatch.gateway.rerouting import keys_of
from stillwatch.gateway.switch import Switch
from stillwatch.marks.foreign.request import scan_request
from stillwatch.policy.decision import Decision
from stillwatch.policy.engine import Policy
from stillwatch.policy.facts import Facts
from stillwatch.policy.log import logged
from stillwatch.policy.refusal import Refusal, refusal

HELD = frozenset({"block", "step-up", "throttle"})
_STANDINGS = {"signed": "sealed", "unsigned": "unsealed", "replayed": "replayed"}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a gate works with.

    Attributes:
        accounts: names accounts.
        live: what is remembered of them.
        switch: whether decisions are enforced.
        cases: where held requests are written down.
        log: where decisions go.
        recorder: where exchanges go, or None.
        checker: checks signatures, or None where no marks keys are there.
        register: who enrolled which install; where there is a checker.
        scheme_and_host: how clients write this server's address, for signatures.
        networks: kinds of networks, or None where the operator listed none.
        sharing: shares the live state with other processes, or None.
    """

    accounts: Accounts
    live: LiveState
    switch: Switch
    cases: Cases
    log: DecisionLog
    recorder: Recorder | None = None
    checker: Checker | None = None
    register: Register | None = None
    scheme_and_host: str = ""
    networks: Networks | None = None
    sharing: Sharing | None = None


class Ruling(Struct):
    """What was ruled about one request.

    Attributes:
        id: the gateway's name for the exchange.
        who: whose it is.
        wire: anthropic, chat, responses or unknown.
        decision: after exceptions, throttle and kill switch: what is carried out.
        credential: name of the header whose credential counts.
        case: number of the case where something is held back.
        began_s: seconds since 1970.
    """

    id: str
    who: Who
    wire: str
    decision: Decision
    credential: bytes
    case: str
    began_s: float

    @property
    def held(self) -> bool:
        """Whether the client gets a refusal."""
        return self.decision.outcome in HELD


class Gate:
    """Decides about requests and takes note of what became of them.

    Args:
        policy: the rules.
        parts: what it works with.
        clock: seconds since 1970.

    Raises:
        SettingsError: a rule reads a fact that is not found out here, or the key of a model to
            reroute to is missing.

    Attributes:
        policy: the rules that hold now.
        keys: keys of the models that they reroute to, by target.
    """

    def __init__(self, policy: Policy, parts: Parts, clock: Callable[[], float]) -> None:
        self._parts = parts
        self._clock = clock
        self._reading = Reading()
        self._run = token_hex(4)
        self._count = 0
        self.failures = 0
        self.keys: dict[str, str] = {}
        self.policy = policy
        self.take(policy)

    def take(self, policy: Policy, parts: Parts | None = None) -> None:
        """Decide by other rules from now on.

        Args:
            policy: the rules.
            parts: other parts, where they were read anew as well.

        Raises:
            SettingsError: as when it is made; the old rules stay.
        """
        parts = parts or self._parts
        if "network" in policy.names_used and parts.networks is None:
            rule = next(rule.id for rule in policy.live if "network" in rule.reads.names)
            raise SettingsError(
                f"Rule {rule} reads `network`, and no list says what is in which.",
                "Give one with --networks FILE, or take the rule out.",
            )
        self.keys = keys_of(policy.targets)
        self.policy, self._parts = policy, parts

    def read_verdicts(self) -> None:
        """Read the verdicts of the last hunt if there are newer ones; beside the event loop."""
        self._parts.live.verdicts.reload()

    def concerns(self, method: str, path: str) -> bool:
        """Whether a request is a call of a model, by its path."""
        return self._reading.wire(method, path) != "unknown"

    def rule(self, request: Request) -> Ruling:
        """Decide about a request; a fault of our own never reaches the client as an error."""
        now_s = self._clock()
        credential, value = credential_of(request.lower)
        who = self._parts.accounts.of(value)
        wire = self._reading.wire(request.method, request.target)
        self._count += 1
        try:
            facts = self._facts(request, who, wire, now_s)
            decision = self.policy.decide(facts, now_s)
        except Exception:  # noqa: BLE001  # the operator said, rule by rule, what happens then
            self.failures += 1
            _log.exception("A request could not be decided about")
            facts = Facts(account=who.account)
            decision = self.policy.failed(who.account, now_s)
        case = ""
        if decision.rule is not None:
            decision, case = self._carried_out(decision, facts, now_s)
        name = f"{self._run}-{self._count}"
        return Ruling(name, who, wire, decision, credential, case, now_s)

    def refuse(self, ruling: Ruling) -> Refusal:
        """What a client gets of which something is held back."""
        return refusal(ruling.decision, ruling.wire, ruling.case)

    def ended(self, ruling: Ruling, request: Request, answered: Answered) -> None:
        """Take note of what became of a request."""
        now_s = self._clock()
        parts, decision = self._parts, ruling.decision
        parts.live.ended(ruling.who.account, now_s)
        # Every request, so that the share of those that a rule meets is known.
        line = logged(decision, ruling.who.account, ruling.began_s)
        parts.log.offer(changed(line, status=answered.status, wire=ruling.wire, case=ruling.case))
        if parts.recorder is not None:
            parts.recorder.offer(
                Passed(
                    ruling.id,
                    ruling.who.account,
                    ruling.began_s,
                    (now_s - ruling.began_s) * 1e3,
                    request.method,
                    request.target,
                    request.headers,
                    request.body,
                    answered.status,
                    answered.headers,
                    answered.pieces,
                    ruling.who.organisation or None,
                    request.address,
                )
            )

    def _facts(self, request: Request, who: Who, wire: str, now_s: float) -> Facts:
        """Those facts that rules read; signatures are always checked, for the live state."""
        used, parts = self.policy.names_used, self._parts
        client: str = ""
        version: tuple[int, ...] = ()
        if "client" in used or "version" in used:
            agent = next((value for name, value in request.lower if name == b"user-agent"), b"")
            client, version = self._reading.software(agent)
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
            model=self._reading.model(request.target, request.body) if "model" in used else "",
            wire=wire,
            mark=_mark(request) if "mark" in used else "",
            busy=busy,
        )

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

    def _carried_out(self, decision: Decision, facts: Facts, now_s: float) -> tuple[Decision, str]:
        """A decision after exceptions, kill switch and throttle, and the number of its case."""
        parts, rule = self._parts, decision.rule or ""
        if not parts.switch.enforcing or parts.cases.excepted(facts.account, rule, now_s):
            return decision.watched(), ""
        if decision.outcome == "throttle" and decision.rate is not None:
            wait_s = parts.live.take(facts.account, rule, decision.rate, now_s)
            if not wait_s:
                return decision.watched(), ""
            decision = changed(decision, retry_after_s=max(wait_s, decision.retry_after_s))
        if decision.outcome not in HELD:
            return decision, ""
        held = Held(decision.outcome, decision.reason, facts.verdict, facts.grade, facts.level)
        return decision, parts.cases.open(facts.account, rule, held, now_s)


def _mark(request: Request) -> str:
    """The channel of the first mark that is likely, and that nobody declared, or nothing."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers]
    with suppress(InputError):  # a body that is no JSON carries none that we know
        for finding in scan_request(request.body, headers):
            # Real clients: Claude Code writes a line that its maker documents, and Codex a hyphen
            # in its own text that is no more than possibly a mark.
            if not finding.declared and finding.sure != "possible":
                return finding.channel
    return ""
