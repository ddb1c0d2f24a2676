"""The log of decisions: one JSON object a line, one line a decision.

The gateway writes it and `stillwatch policy report` reads it. A line says who, when and which
rules, never what was asked. Decisions for which no rule applied may be left out; then nothing can
be said about shares of all requests, or about the time before a rule met an account.
"""

from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from stillwatch.policy.decision import Decision


class Logged(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One decision.

    Attributes:
        at: when it was made; RFC 3339 in the file, UTC.
        account: the account's name, never its credential.
        outcome: what happened.
        rule: the one that decided, if any did.
        flags: other enforced rules that applied.
        shadows: rules that would have applied, had they been enforced for this account.
        status: of the answer that the client got; 0 where it went away first.
        wire: anthropic, chat, responses or unknown.
        case: the number under which it is written down where something was held back.
        mark: channel of an undeclared foreign mark, where a rule looked for one.
    """

    at: datetime
    account: str
    outcome: str
    rule: str | None = None
    flags: tuple[str, ...] = ()
    shadows: tuple[str, ...] = ()
    status: int = 0
    wire: str = "unknown"
    case: str = ""
    mark: str = ""


_ENCODER = msgspec.json.Encoder()


def logged(decision: Decision, account: str, now_s: float) -> Logged:
    """What the log says of a decision; what a gateway knows besides is added there.

    Args:
        decision: after exceptions and the kill switch, as it was carried out.
        account: the account's name.
        now_s: seconds since 1970 UTC.
    """
    return Logged(
        at=datetime.fromtimestamp(now_s, UTC),
        account=account,
        outcome=decision.outcome,
        rule=decision.rule,
        flags=decision.flags,
        shadows=decision.shadows,
    )


def encode(line: Logged) -> bytes:
    """A line of the log, with its line break."""
    return _ENCODER.encode(line) + b"\n"
