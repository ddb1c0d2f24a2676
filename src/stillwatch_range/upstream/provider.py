"""The provider of the generator: it answers in process and hands captures to a sink."""

from hashlib import blake2b
from typing import Any, Protocol

import msgspec

from stillwatch_range.clients.encode import body_bytes
from stillwatch_range.model import Account, Ask, Reply
from stillwatch_range.scenario.clock import rfc3339
from stillwatch_range.upstream.core import Core, ProviderSettings, Served

__all__ = ["ProviderSettings", "ScriptedProvider", "Sink"]
REDACTED = "<redacted>"
SECRET_HEADERS = frozenset(
    {"authorization", "x-api-key", "api-key", "x-goog-api-key", "proxy-authorization", "cookie"}
)
_encode = msgspec.json.Encoder().encode


class Sink(Protocol):
    """Takes what the provider saw."""

    def exchange(self, line: bytes, account: Account, ask: Ask, reply: Reply) -> None:
        """Take an exchange.

        Args:
            line: its capture, one line of JSON without the line's end.
            account: who asked.
            ask: the request, with what is true of it.
            reply: what came back.
        """
        ...


class ScriptedProvider:
    """Answers requests by their plans and hands a capture of each to a sink.

    Args:
        settings: how it behaves.
        seed: of all that it draws; the same requests get the same answers.
        sink: takes the captures.
    """

    def __init__(self, settings: ProviderSettings, seed: int, sink: Sink) -> None:
        self._raw_items = settings.raw_items
        self._core = Core(settings, seed)
        self._key = blake2b(repr(("exchanges", seed)).encode(), digest_size=32).digest()
        self._sink = sink
        self._count = 0

    def serve(self, ask: Ask, account: Account) -> Reply:
        """Answer; limits, bans and broken signatures come back as errors."""
        served = self._core.answer(ask, account)
        self._count += 1
        number = self._count.to_bytes(8, "big")
        name = blake2b(number, key=self._key, digest_size=8).hexdigest()
        keep_raw = len(ask.items) <= self._raw_items
        line = capture_line(f"ex_{name}", ask, account, served, keep_raw=keep_raw)
        self._sink.exchange(line, account, ask, served.reply)
        return served.reply


def capture_line(name: str, ask: Ask, account: Account, served: Served, *, keep_raw: bool) -> bytes:
    """An exchange in the capture format, as one line of JSON without its end.

    Args:
        name: id of the exchange.
        ask: the request; keys in its headers are left out.
        account: who asked.
        served: what went back.
        keep_raw: also keep the text of the request's body.
    """
    head: dict[str, Any] = {
        "id": name,
        "time": rfc3339(ask.at_us),
        "duration_ms": served.duration_us // 1000,
        "account": account.id,
    }
    if account.organization:
        head["organization"] = account.organization
    head["client"] = {"ip": ask.ip, "asn": ask.asn}
    body = body_bytes(ask.body)
    parts = [
        _encode(head)[:-1],
        b',"request":{"method":"POST","path":',
        _encode(ask.path),
        b',"headers":',
        _encode([_safe(*pair) for pair in ask.headers]),
        b',"body":',
        body,
    ]
    if keep_raw:
        parts += [b',"raw":', _encode(body.decode() if ask.raw is None else ask.raw)]
    parts += [b'},"response":', _encode(_response(served)), b"}"]
    return b"".join(parts)


def _safe(name: str, value: str) -> tuple[str, str]:
    return (name, REDACTED) if name.lower() in SECRET_HEADERS else (name, value)


def _response(served: Served) -> dict[str, Any]:
    held = {"body": served.body} if served.events is None else {"events": served.events}
    return {"status": served.reply.status, "headers": served.headers, **held}
