"""Rules, compiled: one question a request, and an answer that is remembered.

Cedar says which rules apply to a request. That answer depends on nothing but the facts that the
rules read, so it is remembered for them. Dates, shares and modes are looked at afterwards, request
by request: they do not make a remembered answer wrong.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import cast

from stillwatch.hashing import digest
from stillwatch.memo import Memo
from stillwatch.policy.cedar import Compiled, Request
from stillwatch.policy.decision import ALLOW, Decision, Outcome
from stillwatch.policy.facts import FACT_NAMES, IN_CONTEXT, Facts, context
from stillwatch.policy.folder import read
from stillwatch.policy.problems import refused
from stillwatch.policy.rules import Rule
from stillwatch.policy.settings import Settings, Target

REMEMBERED = 65_536
"""Answers that are remembered; one takes about half a kilobyte."""

_MOST_SEEN = 200
_STAGES = {
    "enforced": "enforced",
    "shadow": "in shadow (they hold nothing back)",
    "waiting": "not begun",
    "ended": "ended",
}
_COMBINATIONS = 4_096
_NOBODY = "\0"
_WHOLE = 1 << 128


def drawn(rule: str, account: str) -> float:
    """Where an account stands in a rule's draw: it is in every share above this number.

    The answer never changes, so a share that grows keeps those who were in.

    Args:
        rule: its id; every rule draws for itself.
        account: the account's name.
    """
    return digest(f"{rule}\0{account}".encode("utf-8", "surrogatepass")) / _WHOLE


def in_share(rule: Rule, account: str, now_s: float) -> bool:
    """Whether a rule acts on an account.

    Args:
        rule: its id and its share say who is in.
        account: the account's name.
        now_s: seconds since 1970 UTC.
    """
    share = rule.share(now_s)
    return share >= 1 or drawn(rule.id, account) < share


class Policy:
    """The rules of a folder, ready to decide. Immutable: to reload is to make another.

    Args:
        rules: the strictest first, as `folder.read` gives them.
        settings, targets: what they share.
        now_s: rules that have ended by now are not looked at any more.
        remembered: how many answers to remember at most.

    Attributes:
        rules: all of them, also those that have ended.
        names_used: facts that the rules read; the others need not be found out.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        settings: Settings,
        targets: Mapping[str, Target],
        now_s: float,
        remembered: int = REMEMBERED,
    ) -> None:
        self.rules = tuple(rules)
        self.settings = settings
        self.targets = targets
        self._live = tuple(rule for rule in self.rules if rule.stage(now_s) != "ended")
        self._compiled = Compiled([rule.text for rule in self._live])
        used = frozenset[str]().union(*(rule.reads.names for rule in self._live))
        self.names_used: frozenset[str] = used
        self._key = _key_of(self._live)
        self._context = tuple(name for name in IN_CONTEXT if name in used)
        self._memo = Memo[object, tuple[int, ...]](remembered)
        self._made = Memo[tuple[tuple[int, ...], tuple[int, ...]], Decision](_COMBINATIONS)

    @classmethod
    def load(cls, folder: Path, now_s: float) -> "Policy":
        """The policy of a folder.

        Args:
            folder: with `*.cedar`, and `settings.toml` and `targets.toml` where they are needed.
            now_s: seconds since 1970 UTC.

        Raises:
            SettingsError: something in it cannot be used; names file and line and what to do.
        """
        found = read(folder)
        if found.problems:
            raise refused(found.problems)
        return cls(found.rules, found.settings, found.targets, now_s)

    def summary(self, now_s: float) -> str:
        """How many rules there are, by where they are in their lives."""
        counts = Counter(rule.stage(now_s) for rule in self.rules)
        said = [f"{counts[stage]} {name}" for stage, name in _STAGES.items() if counts[stage]]
        return ", ".join(said)

    @property
    def targets_used(self) -> dict[str, Target]:
        """The targets that rules name which have not ended."""
        return {one.target.name: one.target for one in self._live if one.target is not None}

    def seen(self, rule: str, facts: Facts) -> dict[str, str]:
        """The facts that a rule looks at, as far as they say anything, for people to read."""
        reads = next((one.reads.names for one in self._live if one.id == rule), frozenset())
        found = {name: getattr(facts, name) for name in IN_CONTEXT if name in reads}
        found["version"] = ".".join(map(str, facts.version)) if "version" in found else ""
        return {name: str(value)[:_MOST_SEEN] for name, value in found.items() if value}

    def decide(self, facts: Facts, now_s: float) -> Decision:
        """What happens to a request.

        Args:
            facts: those in `names_used` are enough, and the account.
            now_s: seconds since 1970 UTC.
        """
        key = self._key(facts)
        applied = self._memo.get(key)
        if applied is None:
            applied = self._memo.put(key, self.applying([facts])[0])
        return self._judged(applied, facts.account, now_s) if applied else ALLOW

    def applying(self, several: Sequence[Facts]) -> list[tuple[int, ...]]:
        """Which rules apply to requests, whatever the date, the mode and the share.

        A rule that cannot be worked out for a request (its sum is too large a number) applies where
        its owner chose `@fails("closed")`.

        Args:
            several: the facts of each; where an account comes twice its organisation must agree.

        Returns:
            For each the places in `live`, ascending.
        """
        requests = [self._request(facts) for facts in several]
        people = dict.fromkeys((facts.account, facts.organisation) for facts in several)
        answers = self._compiled.apply(requests, [_entity(*names) for names in people])
        return [
            tuple(sorted({*applied, *(one for one in lost if self._live[one].fails_closed)}))
            for applied, lost in answers
        ]

    @property
    def live(self) -> tuple[Rule, ...]:
        """Rules that had not ended when the policy was made, the strictest first."""
        return self._live

    def failed(self, account: str, now_s: float) -> Decision:
        """What happens when nothing can be decided because stillwatch itself failed.

        Every enforced rule whose owner chose `@fails("closed")` counts as applying.

        Args:
            account: its name, or empty where not even that is known.
            now_s: seconds since 1970 UTC.
        """
        closed = (place for place, rule in enumerate(self._live) if rule.fails_closed)
        return self._judged(tuple(closed), account, now_s)

    def _judged(self, applied: tuple[int, ...], account: str, now_s: float) -> Decision:
        acts: list[int] = []
        shadows: list[int] = []
        for place in applied:
            rule = self._live[place]
            if not rule.from_s <= now_s < rule.until_s:
                continue
            acting = rule.enforces and now_s < rule.review_s
            if acting and in_share(rule, account, now_s):
                acts.append(place)
            else:
                shadows.append(place)
        key = (tuple(acts), tuple(shadows))
        return self._made.get(key) or self._made.put(key, self._decision(*key))

    def _decision(self, acts: tuple[int, ...], shadows: tuple[int, ...]) -> Decision:
        would = tuple(self._live[place].id for place in shadows)
        if not acts:
            return Decision(outcome="allow", shadows=would)
        rule = self._live[acts[0]]
        return Decision(
            outcome=cast("Outcome", rule.outcome),
            rule=rule.id,
            reason=rule.reason,
            message=rule.message,
            retry_after_s=rule.retry_after_s,
            rate=rule.rate,
            to=rule.target,
            fails="closed" if rule.fails_closed else "open",
            flags=tuple(self._live[place].id for place in acts[1:]),
            shadows=would,
        )

    def _request(self, facts: Facts) -> Request:
        return {
            "principal": {"type": "Account", "id": facts.account},
            "action": {"type": "Action", "id": "call"},
            "resource": {"type": "Model", "id": facts.model},
            "context": context(facts, self._context),
        }


def _entity(account: str, organisation: str) -> dict[str, object]:
    parents = [{"type": "Organisation", "id": organisation}] if organisation else []
    return {"uid": {"type": "Account", "id": account}, "attrs": {}, "parents": parents}


def _key_of(rules: Sequence[Rule]) -> Callable[[Facts], object]:
    """What tells requests apart, as far as rules can: the facts they read.

    Of accounts and organisations a rule can only ask whether they are ones that it names; all
    others are one.
    """
    used = frozenset[str]().union(*(rule.reads.names for rule in rules))
    accounts = frozenset[str]().union(*(rule.reads.accounts for rule in rules))
    owners = frozenset[str]().union(*(rule.reads.organisations for rule in rules))
    names = [name for name in FACT_NAMES if name in used - {"account", "organisation"}]
    plain: Callable[[Facts], object] = attrgetter(*names) if names else lambda _: ()
    if not accounts and not owners:
        return plain

    def key(facts: Facts) -> object:
        account = facts.account if facts.account in accounts else _NOBODY
        owner = facts.organisation if facts.organisation in owners else _NOBODY
        return plain(facts), account, owner

    return key
