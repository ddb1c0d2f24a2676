"""claude-relay-service: shared accounts ("carpool"); strong imitation with older constants.

Rewrites after notes/relays-and-campaigns.md section 2.2: client headers stored once and never
refreshed, a constant device where the caller has none, session ids as a hash in the shape of
version 4, the billing block removed, a stranger's system prompt moved into a user turn and a yes,
tools renamed, missing tool results filled with one sentence.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from random import Random
from typing import Any, ClassVar

from stillwatch_range.model import HOUR_US, Ask
from stillwatch_range.relays import style
from stillwatch_range.relays.family import BILLING, Family, Headers
from stillwatch_range.relays.identity import UserId
from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.trip import Trip
from stillwatch_range.seeds import draw_for

CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
PASSED = frozenset(
    [
        "user-agent",
        "x-app",
        "anthropic-version",
        "anthropic-beta",
        "authorization",
        "x-api-key",
        "content-type",
        "accept",
        "host",
        "content-length",
        "anthropic-dangerous-direct-browser-access",
    ]
)
DEVICE = sha256(b"relay-generated-device").hexdigest()
OTHER_AGENTS = ("claude-cli/1.0.56 (external, cli)", "claude-cli/2.0.53 (external, cli)")


class ClaudeRelayService(Family):
    """claude-relay-service."""

    name: ClassVar[str] = "crs"
    shipped: ClassVar[Switches] = Switches(
        stick_renewed=False,
        concurrency=100,
        rpm=600,
        sessions=10_000,
        fingerprint="first",
        device="caller",
        cache="plain",
    )
    naive: ClassVar[Mapping[str, Any]] = {"fingerprint": "constant"}
    constants: ClassVar[Mapping[str, str]] = {
        "user-agent": "claude-cli/1.0.57 (external, cli)",
        "x-app": "cli",
        "x-stainless-lang": "js",
        "x-stainless-package-version": "0.55.1",
        "x-stainless-os": "Windows",
        "x-stainless-arch": "x64",
        "x-stainless-runtime": "node",
        "x-stainless-runtime-version": "v20.19.2",
    }
    fills: ClassVar[bool] = True

    def headers(self, trip: Trip, out: Ask) -> Headers:
        """A short list of headers passes; other agents are written into other code paths."""
        made = super().headers(trip, out)
        if trip.switches.headers == "client" or out.wire != "messages":
            return made
        kept = [(n, v) for n, v in made if n in PASSED or n.lower().startswith("x-stainless")]
        if trip.caller.coder or trip.persona.headers or out.body.get("stream"):
            return [*kept, *made[-2:]]
        agent = draw_for(trip.seed, "agent", trip.account.id).choice(OTHER_AGENTS)
        return [(n, agent if n == "user-agent" else v) for n, v in kept] + made[-2:]

    def library(self, headers: dict[str, str]) -> Headers:
        """Node's own client."""
        return style.node(headers)

    def aliases(self, trip: Trip, names: tuple[str, ...]) -> Mapping[str, str]:
        """Pascal case and `_tool`, or six characters that change by the hour."""
        if draw_for(trip.seed, "aliases").random() < 0.5:
            return {name: f"{_pascal(name)}_tool" for name in names}
        hour = trip.at_us // HOUR_US
        return {name: f"{name}_{_suffix(trip.seed, name, hour)}" for name in names}

    def aliases_of(self, trip: Trip) -> str:
        """The hour."""
        return str(trip.at_us // HOUR_US)

    def block(self, trip: Trip, block: dict[str, Any]) -> dict[str, Any] | None:
        """The billing block is dropped."""
        del trip
        return None if block.get("text", "").startswith(BILLING) else block

    def constant(self, trip: Trip) -> str:
        """One and the same on every installation."""
        del trip
        return DEVICE

    def metadata(self, trip: Trip, body: dict[str, Any]) -> None:
        """The account's own id goes in; strangers get a constant device and no account."""
        if trip.switches.device == "account":
            super().metadata(trip, body)
            return
        user = trip.caller.user or UserId(self.constant(trip), "", "", old=True)
        account = trip.persona.account if trip.caller.user else ""
        made = replace(user, account=account, session=trip.session)
        body["metadata"] = {"user_id": made.text()}

    def extras(self, trip: Trip, body: dict[str, Any]) -> None:
        """One sampling field is dropped."""
        del trip
        body.pop("top_p", None)

    def foreign(self, draw: Random) -> str:
        """As its bridge to Gemini makes them: 20 hexadecimal digits."""
        return f"toolu_{draw.getrandbits(80):020x}"


def _pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.replace("-", "_").split("_"))


def _suffix(seed: int, name: str, hour: int) -> str:
    return "".join(draw_for(seed, "suffix", name, hour).choices(CHARACTERS, k=6))
