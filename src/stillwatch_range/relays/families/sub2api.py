"""sub2api: subscriptions sold as an API; the pool relay with the strongest imitation.

Rewrites after notes/relays-and-campaigns.md section 2.2: a stored fingerprint and a device for
each account, session ids as a hash in the shape of version 4 or masked, a stranger's system
prompt moved behind the coding client's own, tools renamed to verbs, one life for cache marks,
lines about the machine rewritten where the client is known to write them.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from random import Random
from typing import Any, ClassVar

import msgspec

from stillwatch_range.relays import style, wording
from stillwatch_range.relays.family import BILLING, Family, Headers, identity, renewed
from stillwatch_range.relays.items import Text, with_notes
from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.trip import Trip
from stillwatch_range.seeds import draw_for

VERBS = [
    "apply",
    "build",
    "check",
    "close",
    "count",
    "draft",
    "fetch",
    "filter",
    "find",
    "gather",
    "group",
    "index",
    "join",
    "label",
    "list",
    "load",
    "merge",
    "open",
    "parse",
    "plan",
    "rank",
    "scan",
    "sort",
    "trace",
]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MANY = 5
PREFIXES = (("sessions_", "cc_sess_"), ("session_", "cc_ses_"))
LINES = re.compile(r"(?m)^(\s*-?\s*(?:Primary working directory|Working directory|cwd|PWD): ).*$")
FOLDER = "/home/user/project"
PICKED = (4, 7, 20)


class Sub2api(Family):
    """sub2api."""

    name: ClassVar[str] = "sub2api"
    shipped: ClassVar[Switches] = Switches(
        stick_s=3600.0,
        concurrency=40,
        rpm=80,
        sessions=400,
        fingerprint="first",
        cache="force",
        environment="rewrite",
        thinking="after_error",
    )
    naive: ClassVar[Mapping[str, Any]] = {"fingerprint": "constant", "session_id": "masked"}
    constants: ClassVar[Mapping[str, str]] = {
        "user-agent": "claude-cli/2.1.22 (external, cli)",
        "x-app": "cli",
        "x-stainless-lang": "js",
        "x-stainless-package-version": "0.70.0",
        "x-stainless-os": "Linux",
        "x-stainless-arch": "arm64",
        "x-stainless-runtime": "node",
        "x-stainless-runtime-version": "v24.13.0",
    }

    def library(self, headers: dict[str, str]) -> Headers:
        """Go, with the client's case of names."""
        return style.go(headers, CASES)

    def aliases(self, trip: Trip, names: tuple[str, ...]) -> Mapping[str, str]:
        """A verb, three letters and two digits where there are many tools, else prefixes."""
        if len(names) <= MANY:
            return {
                name: new + name.removeprefix(old)
                for name in names
                for old, new in PREFIXES
                if name.startswith(old)
            }
        draw = draw_for(trip.seed, "aliases", trip.account.id, *names)
        made = [f"{draw.choice(VERBS)}_{_letters(draw)}{draw.randrange(100):02}" for _ in names]
        if len(set(made)) < len(made):
            made = [f"{name[:-2]}{place:02}" for place, name in enumerate(made)]
        return dict(zip(names, made, strict=True))

    def aliases_of(self, trip: Trip) -> str:
        """The account."""
        return trip.account.id

    def notes(self, trip: Trip) -> Text | None:
        """Working directories read the same for everybody."""
        return _plain_lines if trip.switches.environment == "rewrite" else None

    def block(self, trip: Trip, block: dict[str, Any]) -> dict[str, Any] | None:
        """The billing block is computed again for the stored version."""
        if not block.get("text", "").startswith(BILLING):
            return block
        return self._billing(trip, block)

    def preamble(self, trip: Trip, items: list[msgspec.Raw]) -> list[dict[str, Any]]:
        """Billing, identity and a few sentences."""
        del items
        prose = {"type": "text", "text": wording.prose(trip.words)}
        return [self._billing(trip, {}), identity(self.number(trip), trip.detail), prose]

    def moved(self, trip: Trip, text: str, items: list[msgspec.Raw]) -> list[msgspec.Raw]:
        """The stranger's prompt stands before the first user turn's own text."""
        note = wording.moved(text, trip.words)
        first = trip.memory.once(
            f"moved {trip.words}", items[0], lambda item: with_notes(item, note)
        )
        return [first, *items[1:]]

    def extras(self, trip: Trip, body: dict[str, Any]) -> None:
        """Strangers get the coding client's parameters."""
        if trip.caller.coder or trip.switches.system == "keep":
            return
        body.setdefault("temperature", 1)
        body.setdefault("max_tokens", 128_000)
        body["context_management"] = {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}

    def foreign(self, draw: Random) -> str:
        """As its converters make them: 16 hexadecimal digits."""
        return f"toolu_{draw.getrandbits(64):016x}"

    def _billing(self, trip: Trip, block: dict[str, Any]) -> dict[str, Any]:
        number, words = self.number(trip), self.first_words(trip)
        picked = "".join(words[place] for place in PICKED if place < len(words))
        return renewed(block, number, sha256(f"{picked}{number}".encode()).hexdigest()[:3])


CASES = {
    "x-stainless-os": "X-Stainless-OS",
    "x-app": "x-app",
    "anthropic-beta": "anthropic-beta",
    "anthropic-version": "anthropic-version",
    "anthropic-dangerous-direct-browser-access": "anthropic-dangerous-direct-browser-access",
    "x-api-key": "x-api-key",
    "authorization": "authorization",
}


def _letters(draw: Random) -> str:
    return "".join(draw.choices(LETTERS, k=3))


def _plain_lines(text: str) -> str:
    return LINES.sub(rf"\g<1>{FOLDER}", text)
