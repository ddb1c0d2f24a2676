"""Clients: sessions become requests in the exact shapes of real coding tools and SDKs."""

from collections.abc import Callable

from stillwatch.errors import SettingsError
from stillwatch_range.clients.claude_code import ClaudeCode
from stillwatch_range.clients.codex import Codex
from stillwatch_range.clients.facts import Ids
from stillwatch_range.clients.opencode import Opencode
from stillwatch_range.clients.plain import Plain
from stillwatch_range.clients.qwen_code import QwenCode
from stillwatch_range.clients.sdk import Sdk
from stillwatch_range.clients.talk import Base
from stillwatch_range.model import Session, Wire, World
from stillwatch_range.play import Client

_CLIENTS: dict[str, tuple[Wire, Callable[[Base], Client]]] = {
    "claude-code": ("messages", ClaudeCode),
    "codex": ("responses", Codex),
    "opencode": ("messages", Opencode),
    "qwen-code": ("chat", QwenCode),
    "anthropic-python": ("messages", Sdk),
    "anthropic-js": ("messages", Sdk),
    "openai-python": ("chat", Sdk),
    "openai-responses": ("responses", Sdk),
    "go": ("chat", Plain),
    "requests": ("chat", Plain),
}
NAMES: dict[str, Wire] = {name: wire for name, (wire, _) in _CLIENTS.items()}
"""Clients by name, and the format that each speaks; `go` and `requests` speak messages where the
session's model is a `claude`."""


def open_client(session: Session, world: World, conversation: int) -> Client:
    """The emulated client of a session.

    Args:
        session: names the client and its version.
        world: the scenario; its detail says how long fixed texts are.
        conversation: number of the conversation, unique in its cell.

    Raises:
        SettingsError: no such client.
    """
    if session.client not in _CLIENTS:
        raise SettingsError(
            f"There is no client {session.client!r}.", hint=f"Known: {', '.join(_CLIENTS)}."
        )
    base = Base(session, world, conversation, Ids.of(session, conversation))
    return _CLIENTS[session.client][1](base)


__all__ = ["NAMES", "open_client"]
