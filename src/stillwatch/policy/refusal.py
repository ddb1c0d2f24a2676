"""How a refusal looks on the wire: real clients must stop, and show its text to the person.

Tried with real clients (November 2026): a 403 ends the matter at once for most of them and all show
the message; a 400 makes them try again at once, so it is never used; a 429 with `retry-after` is
waited for, and `x-should-retry: false` stops those that know it.
"""

import math
from typing import Any

import msgspec
from msgspec import Struct

from stillwatch.policy.decision import Decision

FORBIDDEN, TOO_MANY = 403, 429
LONGEST_WAIT_S = 60.0
"""Clients built on the vendors' SDKs wait no longer, and come back early instead (2026)."""


class Refusal(Struct, frozen=True):
    """What a client gets instead of an answer.

    Attributes:
        status: of the response.
        headers: in lower case, with the body's length.
        body: the error in the wire's own shape, JSON.
        event: the same for a stream that has begun; empty if none was asked for. The stream ends
            after it.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    event: bytes


def refusal(decision: Decision, wire: str, case: str, stream: bool) -> Refusal:
    """The refusal that a decision asks for.

    Args:
        decision: to block, to step up or to throttle.
        wire: anthropic, chat, responses or unknown.
        case: the number under which it is written down; may be empty.
        stream: also make the event for a stream that has begun.

    Raises:
        ValueError: the decision holds nothing back.
    """
    if decision.outcome not in {"block", "step-up", "throttle"}:
        raise ValueError(f"nothing is held back: {decision.outcome}")
    status = TOO_MANY if decision.outcome == "throttle" else FORBIDDEN
    text = _text(decision, case)
    make = _anthropic if wire == "anthropic" else _openai
    body = msgspec.json.encode(make(status, decision.reason, text))
    headers = (
        ("content-type", "application/json"),
        ("content-length", str(len(body))),
        *_retry(decision, status),
    )
    event = _event(wire, status, decision.reason, text) if stream else b""
    return Refusal(status, headers, body, event)


def _text(decision: Decision, case: str) -> str:
    text = decision.message.replace("{case}", case or "without a number")
    return f"{text} [{decision.reason}]"


def _retry(decision: Decision, status: int) -> tuple[tuple[str, str], ...]:
    """When to come back: after a time that clients do wait, or not by themselves."""
    if status == FORBIDDEN:
        return (("x-should-retry", "false"),)
    wait_s = max(1, math.ceil(decision.retry_after_s))
    after = ("retry-after", str(wait_s))
    return (after,) if wait_s <= LONGEST_WAIT_S else (after, ("x-should-retry", "false"))


def _anthropic(status: int, reason: str, text: str) -> dict[str, Any]:
    """The error of the Messages API (docs.anthropic.com, "Errors", 2026)."""
    kind = "permission_error" if status == FORBIDDEN else "rate_limit_error"
    return {"type": "error", "error": {"type": kind, "message": text, "code": reason}}


def _openai(status: int, reason: str, text: str) -> dict[str, Any]:
    """The error of the OpenAI APIs, chat and responses (platform.openai.com, 2026)."""
    kind = "request_forbidden" if status == FORBIDDEN else "requests"
    return {"error": {"message": text, "type": kind, "param": None, "code": reason}}


def _event(wire: str, status: int, reason: str, text: str) -> bytes:
    """What stands in a stream in place of its rest."""
    if wire == "anthropic":
        return _sse("error", _anthropic(status, reason, text))
    error = _openai(status, reason, text)
    if wire != "responses":
        return _sse("", error) + b"data: [DONE]\n\n"
    # One for SDKs, which raise what stands under `error`; one for agents, which wait for the
    # response to end as failed.
    flat = {"type": "error", "code": reason, "message": text, "param": None, **error}
    answer = {"object": "response", "status": "failed", "error": {"code": reason, "message": text}}
    failed = {"type": "response.failed", "response": answer}
    return _sse("error", flat) + _sse("response.failed", failed)


def _sse(name: str, data: dict[str, Any]) -> bytes:
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + msgspec.json.encode(data) + b"\n\n"
