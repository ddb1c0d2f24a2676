"""new-api (and one-api): an aggregator of keys with quota cards; it rebuilds bodies and hides little.

After notes/relays-and-campaigns.md section 2.2: Go's own user agent, a key's header and the
version, bodies written by Go from its own structures, a default for max_tokens, `-thinking` in a
model's name turned into a budget of 80%, channels by weight, failing ones closed.
"""

from random import Random
from typing import Any, ClassVar

from stillwatch_range.clients.encode import Style
from stillwatch_range.clients.facts import HOST, REDACTED
from stillwatch_range.model import Ask
from stillwatch_range.relays.family import Family
from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.trip import Trip

ORDER = [
    "model",
    "system",
    "messages",
    "max_tokens",
    "stop_sequences",
    "temperature",
    "top_p",
    "top_k",
    "stream",
    "tools",
    "context_management",
    "output_config",
    "tool_choice",
    "thinking",
    "metadata",
]
SUFFIX = "-thinking"
BUDGET = 0.8


class NewApi(Family):
    """new-api."""

    name: ClassVar[str] = "new-api"
    shipped: ClassVar[Switches] = Switches(
        stick_to="nothing",
        pick="weighted",
        concurrency=1_000,
        rpm=10_000,
        sessions=100_000,
        cooldown_s=(),
        fingerprint="program",
        device="caller",
        session_id="caller",
        system="keep",
        tools="keep",
        companions="forward",
        egress="one",
    )
    fixed: ClassVar[frozenset[str]] = frozenset(
        {"headers", "tools", "system", "companions", "device", "session_id"}
    )
    style: ClassVar[Style] = "go"
    constants: ClassVar[dict[str, str]] = {"user-agent": "claude-cli/2.1.330 (external, cli)"}
    converts: ClassVar[str] = "claude"
    max_tokens: ClassVar[int] = 4096

    def path(self, trip: Trip) -> str:
        """Without the query."""
        del trip
        return "/v1/messages"

    def own(self, trip: Trip, out: Ask) -> dict[str, str]:
        """Go's agent, the key, the protocol's headers."""
        made = {"host": trip.caller.headers.get("host", HOST), "user-agent": "Go-http-client/1.1"}
        made |= {"content-type": "application/json", "content-length": "0"}
        if out.wire != "messages":
            return {**made, "authorization": REDACTED}
        made["anthropic-version"] = trip.caller.headers.get("anthropic-version", "2023-06-01")
        made["x-api-key"] = REDACTED
        if "anthropic-beta" in trip.caller.headers:
            made["anthropic-beta"] = trip.caller.headers["anthropic-beta"]
        return made

    def extras(self, trip: Trip, body: dict[str, Any]) -> None:
        """Bodies in the order of its structure; a suffix of the model asks for reasoning."""
        del trip
        model = str(body.get("model", ""))
        if model.endswith(SUFFIX):
            most = int(body.get("max_tokens") or self.max_tokens)
            body["model"] = model.removesuffix(SUFFIX)
            body["thinking"] = {"type": "enabled", "budget_tokens": int(most * BUDGET)}
        known = {name: body[name] for name in ORDER if name in body}
        ordered = known | {name: value for name, value in body.items() if name not in known}
        body.clear()
        body.update(ordered)

    def foreign(self, draw: Random) -> str:
        """An id of another provider, passed as it came."""
        return f"call_{draw.getrandbits(96):024x}"
