"""A rule: what it forbids, what happens then, who answers for it, and when it ends."""

from msgspec import Struct

from stillwatch.policy.reads import Reads
from stillwatch.policy.settings import Target

STRICTNESS = ("block", "step-up", "reroute", "throttle", "flag")
"""Outcomes of rules, the strictest first."""


class Rate(Struct, frozen=True):
    """How often: `burst` calls at once, and one more after each `every_s` seconds."""

    burst: int
    every_s: float


class Rule(Struct, frozen=True, kw_only=True):
    """One rule of a policy.

    Attributes:
        id: unique in its folder, and in the log.
        file, line: where it stands.
        text: its Cedar statement.
        reads: which facts it looks at.
        outcome: block, step-up, reroute, throttle or flag.
        reason: a code for programs.
        message: for the person: approved tool and appeal filled in, `{case}` not yet.
        owner: who answers for it.
        purpose: what it is for.
        enforces: it acts; a rule in shadow is only counted.
        shares: of accounts for which it acts: from when on, and how large, in order of time.
        from_s, until_s, review_s: seconds since 1970 UTC. It does nothing before `from_s` and from
            `until_s` on; from `review_s` on it is only counted.
        retry_after_s: a throttled client is asked to wait at least so long.
        rate: of a throttle.
        target: where a reroute goes.
        fails_closed: it acts on everyone when the decision itself cannot be made.
        approved: the tool to use instead.
    """

    id: str
    file: str
    line: int
    text: str
    reads: Reads
    outcome: str
    reason: str
    message: str
    owner: str
    purpose: str
    enforces: bool
    shares: tuple[tuple[float, float], ...]
    from_s: float
    until_s: float
    review_s: float
    retry_after_s: float
    rate: Rate | None
    target: Target | None
    fails_closed: bool
    approved: str

    @property
    def experiment(self) -> bool:
        """It is being tried: in shadow, or for a share of accounts."""
        return not self.enforces or self.shares[0][1] < 1

    def share(self, now_s: float) -> float:
        """The share of accounts for which it acts.

        Args:
            now_s: seconds since 1970 UTC.
        """
        share = self.shares[0][1]
        for from_s, larger in self.shares[1:]:
            if now_s < from_s:
                break
            share = larger
        return share

    def stage(self, now_s: float) -> str:
        """Where it is in its life: waiting, ended, shadow, or enforced.

        Args:
            now_s: seconds since 1970 UTC.
        """
        if now_s < self.from_s:
            return "waiting"
        if now_s >= self.until_s:
            return "ended"
        return "enforced" if self.enforces and now_s < self.review_s else "shadow"

    @property
    def rank(self) -> tuple[int, float, str, int]:
        """For sorting: the strictest first, of throttles the slowest."""
        slowest = -self.rate.every_s if self.rate else 0.0
        return (STRICTNESS.index(self.outcome), slowest, self.file, self.line)
