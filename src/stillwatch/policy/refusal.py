"""How a refusal looks on the wire: real clients must stop, and show its text to the person.

Tried with real clients (November 2026, `tests/gateway/clients`):

- A 403 ends the matter at once and its text is shown, but Codex asks six times. A 400 ends it for
  Codex, while Claude Code asks six times. So what Codex speaks, Responses, has 400 and the others 403.
- A 429 with `retry-after` is waited for. `x-should-retry: false` stops those that know it. Codex does
  not: it would wait for hours, and shows no text of a 429 either, unless its type is
  `usage_limit_reached`, with the text in a header.
"""

import math
from typing import Any

import msgspec
from msgspec import Struct

from stillwatch.policy.decision import Decision

BAD_REQUEST, FORBIDDEN, TOO_MANY = 400, 403, 429
LONGEST_WAIT_S = 60.0
"""Clients built on the vendors' SDKs wait no longer, and come back early instead (2026)."""
SHOWN_BY_CODEX = "x-codex-promo-message"
"""Header whose text Codex shows with a 429 of type `usage_limit_reached` (0.169.0)."""

_KINDS = {
    # The Messages API (docs.anthropic.com, "Errors", 2026).
    ("anthropic", FORBIDDEN): "permission_error",
    ("anthropic", TOO_MANY): "rate_limit_error",
    # The OpenAI APIs (platform.openai.com, "Error codes", 2026).
    ("responses", BAD_REQUEST): "invalid_request_error",
    ("chat", FORBIDDEN): "request_forbidden",
    ("chat", TOO_MANY): "requests",
}

Headers = tuple[tuple[str, str], ...]


class Refusal(Struct, frozen=True):
    """What a client gets instead of an answer.

    Attributes:
        status: of the response.
        headers: in lower case, with the body's length.
        body: the error in the wire's own shape, JSON.
    """

    status: int
    headers: Headers
    body: bytes


def refusal(decision: Decision, wire: str, case: str) -> Refusal:
    """The refusal that a decision asks for.

    Args:
        decision: to block, to step up or to throttle.
        wire: anthropic, chat, responses or unknown.
        case: the number under which it is written down; may be empty.

    Raises:
        ValueError: the decision holds nothing back.
    """
    if decision.outcome not in {"block", "step-up", "throttle"}:
        raise ValueError(f"nothing is held back: {decision.outcome}")
    text = _text(decision, case)
    if decision.outcome == "throttle":
        status, (kind, more) = TOO_MANY, _later(decision, wire, text)
    else:
        status = BAD_REQUEST if wire == "responses" else FORBIDDEN
        kind, more = _kind(wire, status), (("x-should-retry", "false"),)
    body = msgspec.json.encode(_error(wire, kind, decision.reason, text))
    head = (("content-type", "application/json"), ("content-length", str(len(body))))
    return Refusal(status, head + more, body)


def _text(decision: Decision, case: str) -> str:
    wait = _spoken(max(1, math.ceil(decision.retry_after_s)))
    text = decision.message.replace("{case}", case or "without a number").replace("{wait}", wait)
    return f"{text} [{decision.reason}]"


def _spoken(seconds: int) -> str:
    """A time as people say it, rounded up."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{math.ceil(seconds / size)} {name}s"
    return f"{seconds} seconds"


def _later(decision: Decision, wire: str, text: str) -> tuple[str, Headers]:
    """Type and headers of a throttle: come back after a time that clients do wait, or not alone."""
    wait_s = max(1, math.ceil(decision.retry_after_s))
    after = ("retry-after", str(wait_s))
    if wait_s <= LONGEST_WAIT_S:
        return _kind(wire, TOO_MANY), (after,)
    alone = ("x-should-retry", "false")
    if wire != "responses":
        return _kind(wire, TOO_MANY), (after, alone)
    return "usage_limit_reached", (after, alone, (SHOWN_BY_CODEX, _in_a_header(text)))


def _in_a_header(text: str) -> str:
    """A text on one line of ASCII; the case number is that anyway."""
    plain = text.encode("ascii", "replace").decode()
    return " ".join("".join(one if one.isprintable() else " " for one in plain).split())


def _kind(wire: str, status: int) -> str:
    return _KINDS.get((wire, status)) or _KINDS["chat", status]


def _error(wire: str, kind: str, reason: str, text: str) -> dict[str, Any]:
    if wire == "anthropic":
        return {"type": "error", "error": {"type": kind, "message": text, "code": reason}}
    return {"error": {"message": text, "type": kind, "param": None, "code": reason}}
