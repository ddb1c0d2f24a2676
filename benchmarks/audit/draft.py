"""Requests before they are sent: what a scheme may still change."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stillwatch.audit.recording import Request


@dataclass(slots=True)
class Message:
    """A request that can still be changed.

    Attributes:
        path: its target.
        headers: names and values in order.
        body: its body before it is written as JSON; None for none.
        gap_ms: how long after the one before it is sent.
        method: its method.
        http: version of HTTP.
        separators: of JSON.
        rewrite: what is done to the JSON text at last.
    """

    path: str
    headers: list[tuple[str, str]]
    body: dict[str, Any] | None
    gap_ms: float
    method: str = "POST"
    http: str = "1.1"
    separators: tuple[str, str] = (",", ":")
    rewrite: Callable[[str], str] = str

    def text(self) -> str:
        """The body as JSON."""
        if self.body is None:
            return ""
        made = json.dumps(self.body, ensure_ascii=False, separators=self.separators)
        return self.rewrite(made)


@dataclass(slots=True)
class Draft:
    """What a client is about to send in one run.

    Attributes:
        messages: its requests in order; the main one has a body with `messages`.
    """

    messages: list[Message] = field(default_factory=list)

    @property
    def main(self) -> Message:
        """The request to the model."""
        return next(m for m in self.messages if m.body and "messages" in m.body)

    @property
    def body(self) -> dict[str, Any]:
        """Its body."""
        body = self.main.body
        assert body is not None
        return body

    def edit(self, old: str, new: str) -> None:
        """Change a text in the system prompt.

        Raises:
            ValueError: it is not there, so that the scheme would do nothing.
        """
        block = self.body["system"][0]
        if old not in block["text"]:
            raise ValueError(old)
        block["text"] = block["text"].replace(old, new, 1)

    def sent(self, server: str) -> tuple[Request, ...]:
        """The requests as they are received.

        Args:
            server: name of the server.
        """
        at, found = 0.0, []
        for message in self.messages:
            at += message.gap_ms
            body = message.text()
            headers = [("Host", server), *message.headers]
            if body:
                headers.append(("Content-Length", str(len(body.encode()))))
            found.append(
                Request(
                    at_ms=round(at, 2), method=message.method, path=message.path,
                    headers=tuple(headers), body=body, http_version=message.http, server=server,
                )
            )  # fmt: skip
        return tuple(found)
