"""cc-gateway: makes the coding clients of many people look like one device.

After notes/relays-and-campaigns.md section 2.2: one device, one mail, one environment; platform,
shell, system version, working directory and home prefixes are rewritten in system text and
reminders only, and neither in what people type nor in what tools print.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from stillwatch_range.model import Ask
from stillwatch_range.relays import style
from stillwatch_range.relays.family import BILLING, Family, Headers
from stillwatch_range.relays.items import Text
from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.trip import Trip

HOME = "/Users/dev"
HOMES = re.compile(r"(?:/Users|/home)/[^/\s\"']+")
LINES = {
    "Platform": "darwin",
    "Shell": "zsh",
    "OS Version": "Darwin 25.1.0",
    "Primary working directory": f"{HOME}/project",
}
LINE = re.compile(rf"(?m)^(\s*-?\s*)({'|'.join(LINES)}): .*$")
NUMBER = re.compile(r"cc_version=[\d.]+\.")


class CcGateway(Family):
    """cc-gateway."""

    name: ClassVar[str] = "cc-gateway"
    shipped: ClassVar[Switches] = Switches(
        stick_to="nothing",
        pick="fill_first",
        concurrency=200,
        rpm=2_000,
        sessions=10_000,
        fingerprint="constant",
        device="constant",
        session_id="caller",
        system="keep",
        tools="keep",
        environment="rewrite",
        companions="forward",
        egress="one",
    )
    fixed: ClassVar[frozenset[str]] = frozenset(
        {"system", "tools", "companions", "session_id", "elsewhere"}
    )
    constants: ClassVar[Mapping[str, str]] = {
        "user-agent": "claude-cli/2.1.197 (external, cli)",
        "x-app": "cli",
        "x-stainless-lang": "js",
        "x-stainless-package-version": "0.94.0",
        "x-stainless-os": "MacOS",
        "x-stainless-arch": "arm64",
        "x-stainless-runtime": "node",
        "x-stainless-runtime-version": "v26.3.0",
    }
    converts: ClassVar[str] = "none"

    def headers(self, trip: Trip, out: Ask) -> Headers:
        """Only the coding client is made the same; others pass."""
        if trip.caller.coder:
            return super().headers(trip, out)
        return self.library(dict(trip.caller.headers))

    def path(self, trip: Trip) -> str:
        """As called."""
        return trip.ask.path

    def library(self, headers: dict[str, str]) -> Headers:
        """Node's own client."""
        return style.node(headers)

    def metadata(self, trip: Trip, body: dict[str, Any]) -> None:
        """Only a coding client's device is rewritten."""
        if trip.caller.user is not None:
            super().metadata(trip, body)

    def notes(self, trip: Trip) -> Text | None:
        """One environment for everybody."""
        return _plain if trip.switches.environment == "rewrite" else None

    def block(self, trip: Trip, block: dict[str, Any]) -> dict[str, Any] | None:
        """The billing block names the one version."""
        if not block.get("text", "").startswith(BILLING):
            return block
        return {**block, "text": NUMBER.sub(f"cc_version={self.number(trip)}.", block["text"])}


def _plain(text: str) -> str:
    return HOMES.sub(HOME, LINE.sub(_line, text))


def _line(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}: {LINES[found[2]]}"
