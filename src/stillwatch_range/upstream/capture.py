"""Writes exchanges in the capture format, as `DESIGN.md` gives it and detectors read it."""

from typing import Any

import msgspec

from stillwatch_range.model import Account, Ask
from stillwatch_range.scenario.clock import rfc3339
from stillwatch_range.upstream.core import Served

REDACTED = "<redacted>"
SECRET_HEADERS = frozenset(
    {"authorization", "x-api-key", "api-key", "x-goog-api-key", "proxy-authorization", "cookie"}
)
_encode = msgspec.json.Encoder().encode


def capture_line(
    name: str, ask: Ask, account: Account, served: Served, body: bytes, raw: str | None
) -> bytes:
    """An exchange as one line of JSON, without the line's end.

    Args:
        name: id of the exchange.
        ask: the request; keys in its headers are left out.
        account: who asked.
        served: what went back.
        body: the request's body, JSON without line ends.
        raw: the text of the body as received, where it is to be kept.
    """
    head: dict[str, Any] = {
        "id": name,
        "time": rfc3339(ask.at_us),
        "duration_ms": served.duration_us // 1000,
        "account": account.id,
    }
    if account.organization:
        head["organization"] = account.organization
    head["client"] = {"ip": ask.ip, "asn": ask.asn} if ask.asn else {"ip": ask.ip}
    parts = [
        _encode(head)[:-1],
        b',"request":{"method":"POST","path":',
        _encode(ask.path),
        b',"headers":',
        _encode([_safe(*pair) for pair in ask.headers]),
        b',"body":',
        body,
    ]
    if raw is not None:
        parts += [b',"raw":', _encode(raw)]
    parts += [b'},"response":', _encode(_response(served)), b"}"]
    return b"".join(parts)


def _safe(name: str, value: str) -> tuple[str, str]:
    return (name, REDACTED) if name.lower() in SECRET_HEADERS else (name, value)


def _response(served: Served) -> dict[str, Any]:
    held = {"body": served.body} if served.events is None else {"events": served.events}
    return {"status": served.reply.status, "headers": served.headers, **held}
