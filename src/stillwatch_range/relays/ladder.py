"""The hardening ladder: what a relay's operator may switch, and the rungs E0 (naive) to E5.

E1 is a program as it ships. E0 is the same program badly run: stale constants, one exit, no
stickiness. From E2 on each rung keeps what the one below has learned. A program that has no means
for a switch keeps its own value on every rung.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

import msgspec

from stillwatch.errors import SettingsError

Level = Literal["E0", "E1", "E2", "E3", "E4", "E5"]
_HINT = "The switches stand in `stillwatch_range.relays.ladder.Switches`."
LEVELS: tuple[Level, ...] = ("E0", "E1", "E2", "E3", "E4", "E5")


@dataclass(frozen=True, slots=True)
class Switches:
    """How a relay routes and rewrites.

    Attributes:
        stick_to: what keeps an account: nothing, the session id that the caller sends, the
            conversation (opening included), or the customer.
        stick_s: how long it does, in seconds.
        stick_renewed: whether each request starts that time again.
        pick: how an account is picked for what has none.
        failover: whether a conversation leaves its account on any failure or only on a ban.
        concurrency: requests that an account may have in flight.
        rpm: requests that an account may start within a minute.
        sessions: sessions that an account may have within eight minutes.
        cooldown_s: rests of an account after its first, second and later failures in a row.
        cooldown_jitter: share by which a rest may be longer.
        fingerprint: client headers: the program's own, the caller's, its shipped constants, those
            of an account's first caller, or the newest seen.
        headers: order and case of names: as the program's HTTP library or as the genuine client.
        device: device id: a constant, one an account, or the caller's.
        session_id: the caller's, derived from account and session, one an account at a time
            (masked), or of UUID version 5.
        system: whether a stranger's system prompt is moved into the conversation.
        tools: whether tools are renamed.
        cache: cache breakpoints: the caller's, forced to one life, or without a life.
        environment: whether lines about the machine are rewritten in known places.
        companions: whether warm-up and title calls are forwarded or answered by the relay.
        thinking: whether reasoning leaves the history: never, after an error, always.
        wording: what the relay injects reads the same everywhere or differs by account.
        group_by: by what customers are put together on accounts.
        people_an_account: customers for each account.
        cover: share of accounts that their holder uses too.
        elsewhere: share of answers that come from another provider.
        egress: one exit address for all accounts, or one an account.
    """

    stick_to: Literal["nothing", "session", "conversation", "customer"] = "session"
    stick_s: float = 3600.0
    stick_renewed: bool = True
    pick: Literal["round_robin", "weighted", "fill_first", "shuffle"] = "round_robin"
    failover: Literal["any", "ban"] = "any"
    concurrency: int = 40
    rpm: int = 80
    sessions: int = 400
    cooldown_s: tuple[float, ...] = (30.0, 120.0, 600.0)
    cooldown_jitter: float = 0.0
    fingerprint: Literal["program", "caller", "constant", "first", "newest"] = "first"
    headers: Literal["library", "client"] = "library"
    device: Literal["constant", "account", "caller"] = "account"
    session_id: Literal["caller", "derived", "masked", "v5"] = "derived"
    system: Literal["move", "keep"] = "move"
    tools: Literal["rename", "keep"] = "rename"
    cache: Literal["caller", "force", "plain"] = "caller"
    environment: Literal["caller", "rewrite"] = "caller"
    companions: Literal["forward", "answer"] = "answer"
    thinking: Literal["keep", "after_error", "always"] = "after_error"
    wording: Literal["fixed", "account"] = "fixed"
    group_by: Literal["nothing", "zone", "zone_language"] = "nothing"
    people_an_account: float = 10.0
    cover: float = 0.0
    elsewhere: float = 0.0
    egress: Literal["one", "account"] = "account"

    def but(self, settings: Mapping[str, Any]) -> "Switches":
        """These switches with others, as a scenario file gives them.

        Raises:
            SettingsError: an unknown switch, or a value that it does not have.
        """
        unknown = set(settings) - {field.name for field in fields(self)}
        if unknown:
            raise SettingsError(f"no relay setting {min(unknown)!r}", _HINT)
        try:
            return msgspec.convert({**asdict(self), **settings}, Switches, strict=True)
        except msgspec.ValidationError as error:
            raise SettingsError(f"relay settings: {error}", _HINT) from error


@dataclass(frozen=True, slots=True)
class Rung:
    """What a rung changes over the one below, and why an operator does it."""

    about: str
    changes: Mapping[str, Any]


NAIVE = {
    "stick_to": "nothing",
    "pick": "round_robin",
    "egress": "one",
    "people_an_account": 12.0,
    "elsewhere": 0.04,
}
RUNGS: Mapping[Level, Rung] = {
    "E0": Rung("naive: round-robin, shipped constants, one exit address", NAIVE),
    "E1": Rung("the program as it ships", {}),
    "E2": Rung(
        "no constants: current client headers in the client's order, a device an account",
        {
            "fingerprint": "newest",
            "headers": "client",
            "device": "account",
            "egress": "account",
            "stick_to": "session",
            "people_an_account": 8.0,
        },
    ),
    "E3": Rung(
        "leaves alone what need not change: tools, cache, companions; conversations stay",
        {
            "stick_to": "conversation",
            "stick_s": 86_400.0,
            "stick_renewed": True,
            "session_id": "derived",
            "tools": "keep",
            "cache": "caller",
            "companions": "forward",
            "cooldown_jitter": 0.4,
            "people_an_account": 6.0,
        },
    ),
    "E4": Rung(
        "customers keep their account, grouped by time zone; own words for each account",
        {
            "stick_to": "customer",
            "failover": "ban",
            "environment": "caller",
            "wording": "account",
            "group_by": "zone",
            "people_an_account": 4.0,
        },
    ),
    "E5": Rung(
        "two or three people an account, same zone and language, beside the holder's own use",
        {"group_by": "zone_language", "people_an_account": 2.5, "cover": 0.7},
    ),
}
WORDS: Mapping[str, str] = {field.name: field.name.replace("_", " ") for field in fields(Switches)}


def switches(
    shipped: Switches, naive: Mapping[str, Any], fixed: frozenset[str], level: Level
) -> Switches:
    """The switches of a program on a rung.

    Args:
        shipped: the program as it ships.
        naive: what a bad operator of this program leaves at stale constants.
        fixed: switches that the program has no means for.
        level: the rung.
    """
    if level == "E0":
        return _but(shipped, {**NAIVE, **naive}, fixed)
    for rung in LEVELS[1 : LEVELS.index(level) + 1]:
        shipped = _but(shipped, RUNGS[rung].changes, fixed)
    return shipped


def _but(base: Switches, changes: Mapping[str, Any], fixed: frozenset[str]) -> Switches:
    return replace(base, **{name: value for name, value in changes.items() if name not in fixed})


def describe() -> Iterator[tuple[Level, str, str]]:
    """The ladder as rows of a table: rung, what it is about, what it changes."""
    for level in LEVELS:
        rung = RUNGS[level]
        changes = ", ".join(f"{WORDS[name]}: {value}" for name, value in rung.changes.items())
        yield level, rung.about, changes or "nothing"
