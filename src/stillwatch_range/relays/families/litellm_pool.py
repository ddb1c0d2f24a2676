"""LiteLLM's proxy with several keys under one model name: the example's recordings show it.

It names itself, sorts beta headers, writes JSON as Python does, and shuffles keys. Honest
gateways look the same but for having one key.
"""

from typing import Any, ClassVar

from stillwatch_range.clients.encode import Style
from stillwatch_range.clients.facts import HOST, REDACTED
from stillwatch_range.model import Ask
from stillwatch_range.relays import style
from stillwatch_range.relays.family import Family, Headers
from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.trip import Trip
from stillwatch_range.seeds import draw_for

VERSIONS = ("1.102.4", "1.106.2", "1.106.2", "1.109.1")
FIRST = ("messages", "max_tokens", "model", "metadata", "stream", "system", "thinking", "tools")
OPENAI = {
    "accept": "application/json",
    "content-type": "application/json",
    "user-agent": "AsyncOpenAI/Python 2.54.0",
    "x-stainless-lang": "python",
    "x-stainless-package-version": "2.54.0",
    "x-stainless-os": "Linux",
    "x-stainless-arch": "x64",
    "x-stainless-runtime": "CPython",
    "x-stainless-runtime-version": "3.13.5",
    "x-stainless-async": "async:asyncio",
    "x-stainless-retry-count": "0",
}


class LitellmPool(Family):
    """LiteLLM as a pool of keys."""

    name: ClassVar[str] = "litellm-pool"
    shipped: ClassVar[Switches] = Switches(
        stick_to="nothing",
        pick="shuffle",
        concurrency=200,
        rpm=2_000,
        sessions=10_000,
        cooldown_s=(5.0,),
        fingerprint="program",
        device="caller",
        session_id="caller",
        system="keep",
        tools="keep",
        companions="forward",
        thinking="after_error",
        egress="one",
    )
    fixed: ClassVar[frozenset[str]] = frozenset({"headers", "tools", "system", "companions"})
    style: ClassVar[Style] = "python"
    constants: ClassVar[dict[str, str]] = {"user-agent": "claude-cli/2.1.330 (external, cli)"}
    converts: ClassVar[str] = "claude"
    max_tokens: ClassVar[int] = 4096

    def path(self, trip: Trip) -> str:
        """Without the query."""
        del trip
        return "/v1/messages"

    def own(self, trip: Trip, out: Ask) -> dict[str, str]:
        """The proxy names itself and passes the protocol's two headers on."""
        host = trip.caller.headers.get("host", HOST)
        if out.wire != "messages":
            return {"host": host, "authorization": REDACTED, **OPENAI}
        made = {
            "host": host,
            "user-agent": f"litellm/{draw_for(trip.seed, 'litellm').choice(VERSIONS)}",
            "anthropic-version": trip.caller.headers.get("anthropic-version", "2023-06-01"),
            "x-api-key": REDACTED,
            "content-type": "application/json",
        }
        betas = trip.caller.headers.get("anthropic-beta")
        if betas:
            made["anthropic-beta"] = ",".join(sorted(betas.split(",")))
        return made

    def library(self, headers: dict[str, str]) -> Headers:
        """Httpx."""
        return style.httpx(headers)

    def extras(self, trip: Trip, body: dict[str, Any]) -> None:
        """The proxy builds its bodies in an order of its own."""
        del trip
        order = [name for name in FIRST if name in body]
        order += [name for name in body if name not in FIRST]
        ordered = {name: body[name] for name in order}
        body.clear()
        body.update(ordered)
