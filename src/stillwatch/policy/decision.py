"""What was decided about one request."""

from typing import Literal

from msgspec import Struct

from stillwatch.policy.rules import Rate
from stillwatch.policy.settings import Target

Outcome = Literal["allow", "flag", "throttle", "step-up", "block", "reroute"]


class Decision(Struct, frozen=True, kw_only=True):
    """What was decided about one request.

    Attributes:
        outcome: what happens.
        rule: the one that decided; None for allow.
        reason: its code for programs.
        message: its text for the person, whole but for `{case}`.
        retry_after_s: how long a throttled client is asked to wait at least.
        rate: how often an account may call under this rule; of a throttle.
        to: where the request goes instead; of a reroute.
        fails: `open` or `closed`: what the rule's owner chose for when stillwatch itself fails.
        flags: other enforced rules that applied, the strictest first.
        shadows: rules that would have applied, had they been enforced for this account.
    """

    outcome: Outcome
    rule: str | None = None
    reason: str = ""
    message: str = ""
    retry_after_s: float = 0.0
    rate: Rate | None = None
    to: Target | None = None
    fails: Literal["open", "closed"] = "open"
    flags: tuple[str, ...] = ()
    shadows: tuple[str, ...] = ()

    def watched(self) -> "Decision":
        """The same with nothing held back: what the kill switch makes of it."""
        if self.rule is None or self.outcome == "flag":
            return self
        return Decision(
            outcome="flag",
            flags=self.flags,
            reason=self.reason,
            shadows=(self.rule, *self.shadows),
        )


ALLOW = Decision(outcome="allow")
"""No rule applied."""
