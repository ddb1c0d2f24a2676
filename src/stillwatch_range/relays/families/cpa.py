"""CLIProxyAPI: a pool of logins with many translators; tools are renamed for each caller's key.

Rewrites after notes/relays-and-campaigns.md section 2.2: one device for each credential, session
ids of UUID version 5 where the caller has none of its own, a stranger's system prompt as a system
turn after the first user turn (a reminder for older models), tool names of an MCP server that
follow from the caller's key and so stay the same over accounts, a date line in the credential's
zone, invisible spaces inside configured words. Accounts go round; nothing sticks as it ships.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from hashlib import blake2b
from random import Random
from typing import Any, ClassVar

import msgspec

from stillwatch_range.model import SECOND_US
from stillwatch_range.relays import wording
from stillwatch_range.relays.family import BILLING, Family, identity, renewed
from stillwatch_range.relays.identity import named
from stillwatch_range.relays.items import Text, turn, with_notes
from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.trip import Trip
from stillwatch_range.seeds import draw_for

WORDS = [
    "amber",
    "basin",
    "cedar",
    "delta",
    "ember",
    "fable",
    "grove",
    "haven",
    "island",
    "jewel",
    "kettle",
    "lantern",
    "meadow",
    "nectar",
    "orbit",
    "pebble",
    "quartz",
    "raven",
    "saddle",
    "timber",
    "umbrella",
    "velvet",
    "walnut",
    "yellow",
    "zebra",
    "anchor",
    "bridge",
    "candle",
    "donkey",
    "engine",
    "forest",
    "garden",
]
HIDDEN = re.compile(r"(?i)\b(open)(code|claw)\b|\b(cli)(ne)\b|\b(cur)(sor)\b|\b(roo)( code)\b")
DATE = re.compile(r"(Today.s date is )\d{4}[-/]\d\d[-/]\d\d")
OLDER = ("claude-3", "claude-sonnet-4-0", "claude-opus-4-0", "claude-opus-4-1")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class CliProxyApi(Family):
    """CLIProxyAPI."""

    name: ClassVar[str] = "cpa"
    shipped: ClassVar[Switches] = Switches(
        stick_to="nothing",
        concurrency=200,
        rpm=1_000,
        sessions=10_000,
        fingerprint="constant",
        session_id="v5",
        environment="rewrite",
    )
    naive: ClassVar[Mapping[str, Any]] = {"fingerprint": "constant"}
    constants: ClassVar[Mapping[str, str]] = {
        "user-agent": "claude-cli/2.1.220 (external, cli)",
        "x-app": "cli",
        "x-stainless-lang": "js",
        "x-stainless-package-version": "0.94.0",
        "x-stainless-os": "MacOS",
        "x-stainless-arch": "arm64",
        "x-stainless-runtime": "node",
        "x-stainless-runtime-version": "v26.3.0",
    }

    def session(self, trip: Trip) -> str:
        """The coding client's own id stays; others become a UUID of version 5."""
        if trip.switches.session_id != "v5":
            return super().session(trip)
        if trip.caller.coder and trip.caller.given:
            return trip.caller.given
        return named(f"{trip.account.id}:{trip.caller.given or self.opening(trip)}")

    def aliases(self, trip: Trip, names: tuple[str, ...]) -> Mapping[str, str]:
        """Tools of an MCP server whose name follows from the caller's key."""
        return {name: _alias(trip.seed, trip.caller.customer, name) for name in names}

    def notes(self, trip: Trip) -> Text | None:
        """The date is that of the credential's zone."""
        if trip.switches.environment != "rewrite":
            return None
        return partial(DATE.sub, rf"\g<1>{self.notes_of(trip)}")

    def notes_of(self, trip: Trip) -> str:
        """The day in the credential's zone."""
        hours = _zone(trip.seed, trip.account.id)
        moment = datetime.fromtimestamp(trip.at_us / SECOND_US, UTC) + timedelta(hours=hours)
        return moment.date().isoformat()

    def block(self, trip: Trip, block: dict[str, Any]) -> dict[str, Any] | None:
        """The billing block is made again and signed."""
        if not block.get("text", "").startswith(BILLING):
            return block
        return self._billing(trip, block)

    def preamble(self, trip: Trip, items: list[msgspec.Raw]) -> list[dict[str, Any]]:
        """Billing and identity."""
        del items
        return [self._billing(trip, {}), identity(self.number(trip), trip.detail)]

    def moved(self, trip: Trip, text: str, items: list[msgspec.Raw]) -> list[msgspec.Raw]:
        """A system turn after the first user turn, or a reminder in it for older models."""
        note = wording.moved(HIDDEN.sub(_apart, text), trip.words)
        if str(trip.ask.body.get("model", "")).startswith(OLDER):
            reminder = f"<system-reminder>\n{note}\n</system-reminder>"
            first = trip.memory.once(
                f"moved {trip.words}", items[0], lambda item: with_notes(item, reminder)
            )
            return [first, *items[1:]]
        made = trip.memory.once(f"moved {trip.words}", items[0], lambda _: turn("system", note))
        return [items[0], made, *items[1:]]

    def extras(self, trip: Trip, body: dict[str, Any]) -> None:
        """Translated bodies get a cache mark on the last system block."""
        system = body.get("system")
        if trip.caller.ask.wire != "messages" and isinstance(system, list) and system:
            body["system"] = [*system[:-1], {**system[-1], "cache_control": {"type": "ephemeral"}}]

    def foreign(self, draw: Random) -> str:
        """As its translators make them."""
        match draw.randrange(4):
            case 0:
                return f"toolu_gemini_{draw.randrange(10**15, 10**16)}"
            case 1:
                return f"cpa_gemini_{draw.randrange(10**15, 10**16)}"
            case 2:
                return f"toolu_{draw.randrange(17 * 10**17, 18 * 10**17)}_{draw.randrange(1, 9)}"
            case _:
                return "toolu_" + "".join(draw.choices(DIGITS, k=24))

    def _billing(self, trip: Trip, block: dict[str, Any]) -> dict[str, Any]:
        number = self.number(trip)
        text = f"{number} {self.first_words(trip)}"
        digest = blake2b(text.encode(), digest_size=8).hexdigest()
        return renewed(block, number, digest[:3], digest[3:8])


@lru_cache(maxsize=4096)
def _zone(seed: int, account: str) -> int:
    return draw_for(seed, "zone", account).randrange(-8, 10)


def _alias(seed: int, customer: str, name: str) -> str:
    server = draw_for(seed, "server", customer)
    word = draw_for(seed, "tool", customer, name).choice(WORDS)
    return f"mcp__{server.choice(WORDS)}_{server.choice(WORDS)}__{word}_{name}"


def _apart(found: re.Match[str]) -> str:
    return "\u200b".join(part for part in found.groups() if part)
