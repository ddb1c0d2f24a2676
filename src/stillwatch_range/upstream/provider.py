"""The provider of the generator: it answers in process and hands captures to a sink."""

from hashlib import blake2b
from typing import Protocol

from stillwatch_range.clients.encode import body_bytes
from stillwatch_range.model import Account, Ask, Reply
from stillwatch_range.upstream.capture import capture_line
from stillwatch_range.upstream.core import Core, ProviderSettings

__all__ = ["ProviderSettings", "ScriptedProvider", "Sink"]


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
        body = body_bytes(ask.body)
        text = (ask.raw or body.decode()) if len(ask.items) <= self._raw_items else None
        line = capture_line(f"ex_{name}", ask, account, served, body, text)
        self._sink.exchange(line, account, ask, served.reply)
        return served.reply
