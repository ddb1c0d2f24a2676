"""The one core behind every face: who asks, what the rules say, what becomes of it.

A gate belongs to one event loop and does no input or output: what takes time stands beside it, in
threads of the recorder, the cases, the log and the switch.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex
from time import perf_counter

from msgspec import Struct
from msgspec.structs import replace as changed

from stillwatch.errors import SettingsError
from stillwatch.gateway.accounts import Who, credential_of
from stillwatch.gateway.cases import Held
from stillwatch.gateway.counts import Answer, Counts
from stillwatch.gateway.decided import Decided
from stillwatch.gateway.finding import Finder, look_for_marks
from stillwatch.gateway.parts import Parts
from stillwatch.gateway.reading import Reading
from stillwatch.gateway.recording.passed import Passed
from stillwatch.gateway.request import Answered, Request
from stillwatch.gateway.rerouting import keys_of
from stillwatch.gateway.translating import Translator
from stillwatch.policy.decision import ALLOW, Decision
from stillwatch.policy.engine import Policy
from stillwatch.policy.facts import Facts
from stillwatch.policy.refusal import Refusal, refusal

HELD = frozenset({"block", "step-up", "throttle"})

_log = logging.getLogger(__name__)


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
        translator: makes what asks models that speak another wire; None where the face cannot.

    Raises:
        SettingsError: a rule reads a fact that is not found out here, a model to reroute to wants
            what the face cannot do, or its key is missing.
        MissingExtra: translation is wanted and not installed.

    Attributes:
        policy: the rules that hold now.
        keys: keys of the models that they reroute to, by target.
        counts: what became of requests.
        translator: for models that speak another wire; None if no rule in force needs one.
    """

    def __init__(
        self,
        policy: Policy,
        parts: Parts,
        clock: Callable[[], float],
        translator: Callable[[], Translator] | None = None,
    ) -> None:
        self._parts = parts
        self._clock = clock
        self._translator = translator
        self._reading = Reading()
        self._run = token_hex(4)
        self._count = 0
        self.counts = Counts()
        self.keys: dict[str, str] = {}
        self.policy = policy
        self.take(policy)

    def prepare(self, policy: Policy) -> None:
        """Load what a policy needs, which takes seconds for LiteLLM; beside the event loop.

        Raises:
            MissingExtra: it is not installed.
        """
        self._translator_for(policy)

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
        keys, translator = keys_of(policy.targets_used), self._translator_for(policy)
        self.keys, self.translator = keys, translator
        self.policy, self._parts = policy, parts
        _log.info("Rules: %s.", policy.summary(self._clock()))
        self._finder = Finder(self._reading, parts, policy.names_used)

    def _translator_for(self, policy: Policy) -> Translator | None:
        names = [name for name, target in policy.targets_used.items() if target.translate]
        if not names:
            return None
        if self._translator is None:
            raise SettingsError(
                f"Target {names[0]} is to get translated requests, which is not done here.",
                "Use `stillwatch serve` for it, or take out `translate`.",
            )
        return self._translator()

    def read_verdicts(self) -> None:
        """Read the verdicts of the last hunt if there are newer ones; beside the event loop."""
        self._parts.live.verdicts.reload()

    @property
    def records(self) -> bool:
        """Whether anybody wants to have answers."""
        return self._parts.recorder is not None

    def concerns(self, method: str, path: str) -> bool:
        """Whether a request is a call of a model, by its path."""
        return self._reading.wire(method, path) != "unknown"

    @property
    def parts(self) -> Parts:
        """What it works with now."""
        return self._parts

    async def looked_at(self, request: Request) -> None:
        """Find out beside the event loop what would hold it up; before `rule`."""
        if self._finder.takes_long(request):
            with suppress(Exception):  # `rule` looks again, and knows what a fault means
                await asyncio.to_thread(look_for_marks, request)

    def rule(self, request: Request) -> Ruling:
        """Decide about a request; a fault of our own never reaches the client as an error."""
        begun_s = perf_counter()
        ruling = self._ruled(request, self._clock())
        counts = self.counts
        counts.under_way += 1
        counts.decisions.add(perf_counter() - begun_s)
        return ruling

    def _ruled(self, request: Request, now_s: float) -> Ruling:
        # Of headers of one name the first counts.
        named = dict(reversed(request.lower))
        credential, value = credential_of(named, self._parts.credentials)
        who = self._parts.accounts.of(value)
        wire = self._reading.wire(request.method, request.target)
        self._count += 1
        name, case = f"{self._run}-{self._count}", ""
        try:
            seen = self._finder.seen(request, named.get(b"user-agent", b""), who, wire)
            if self._finder.free(seen):
                self._parts.live.began(who.account, None, sealed=False, thread=0, now_s=now_s)
                return Ruling(name, who, wire, ALLOW, credential, case, now_s)
            facts = self._finder.facts(request, seen, now_s)
            decision = self.policy.decide(facts, now_s)
            if decision is ALLOW:
                self._finder.note_free(seen)
        except Exception:  # noqa: BLE001  # the operator said, rule by rule, what happens then
            self.counts.failures += 1
            _log.exception("A request could not be decided about")
            facts = Facts(account=who.account)
            decision = self.policy.failed(who.account, now_s)
        if decision.rule is not None:
            decision, case = self._carried_out(decision, facts, now_s)
        return Ruling(name, who, wire, decision, credential, case, now_s)

    def refuse(self, ruling: Ruling) -> Refusal:
        """What a client gets of which something is held back."""
        return refusal(ruling.decision, ruling.wire, ruling.case)

    def ended(self, ruling: Ruling, request: Request, answered: Answered) -> None:
        """Take note of what became of a request."""
        now_s = self._clock()
        parts, decision = self._parts, ruling.decision
        parts.live.ended(ruling.who.account, now_s)
        counts = self.counts
        counts.under_way -= 1
        counts.answered.add(now_s - ruling.began_s)
        kind = Answer(ruling.wire, decision.outcome, decision.rule or "", answered.status // 100)
        counts.answers[kind] += 1
        for name in decision.shadows:
            counts.shadows[name] += 1
        # Every request, so that the share of those that a rule meets is known.
        parts.log.offer(
            Decided(
                decision,
                ruling.who.account,
                ruling.began_s,
                answered.status,
                ruling.wire,
                ruling.case,
                request.mark or "",
            )
        )
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
        held = Held(
            decision.outcome,
            decision.reason,
            facts.verdict,
            facts.grade,
            facts.level,
            self.policy.seen(rule, facts),
        )
        return decision, parts.cases.open(facts.account, rule, held, now_s)
