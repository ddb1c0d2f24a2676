"""Client headers that a relay shows: its own, the caller's, or those stored for an account."""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from stillwatch_range.clients.facts import HOST
from stillwatch_range.clients.shapes import shape, with_facts
from stillwatch_range.people.versions import version as usual_version
from stillwatch_range.relays.identity import FINGERPRINT
from stillwatch_range.relays.trip import Trip
from stillwatch_range.seeds import draw_for

Headers = list[tuple[str, str]]
CLIENT = "claude-code"
NEWEST = "2.1.330"
SYSTEMS = (("MacOS", "arm64"), ("Linux", "x64"), ("MacOS", "arm64"), ("Windows", "x64"))
VERSION = re.compile(r"claude-cli/(\d+)\.(\d+)\.(\d+)")
SESSION = "x-claude-code-session-id"


def version(agent: str) -> tuple[int, ...]:
    """The version in a user agent of the coding client; empty for other agents."""
    found = VERSION.match(agent)
    return tuple(int(part) for part in found.groups()) if found else ()


def remember(trip: Trip) -> None:
    """Store client headers for the account where the relay would.

    `first` keeps those of the first caller with the coding client for good; `newest` starts with
    a version that people have, and takes those of a newer one.
    """
    kind, held = trip.switches.fingerprint, trip.persona.headers
    if kind == "newest" and not held:
        held = trip.persona.headers = _drawn(trip)
    if not trip.caller.coder or kind not in ("first", "newest"):
        return
    theirs = trip.caller.headers
    newer = kind == "newest" and version(theirs["user-agent"]) > version(held["user-agent"])
    if not held or newer:
        trip.persona.headers = {name: theirs[name] for name in FINGERPRINT if name in theirs}


def _drawn(trip: Trip) -> dict[str, str]:
    draw = draw_for(trip.seed, "fingerprint", trip.account.id)
    number = usual_version(CLIENT, draw)
    made = {name.lower(): value for name, value in _headers(number, HOST)}
    system, arch = draw.choice(SYSTEMS)
    made |= {"x-stainless-os": system, "x-stainless-arch": arch}
    made["user-agent"] = f"claude-cli/{number} (external, cli)"
    return {name: made[name] for name in FINGERPRINT if name in made}


def shown(trip: Trip, constants: Mapping[str, str]) -> Mapping[str, str]:
    """The client headers of the account, by lower-case name."""
    if trip.switches.fingerprint == "constant" or not trip.persona.headers:
        return constants
    return trip.persona.headers


def imitated(trip: Trip, constants: Mapping[str, str], session: str) -> Headers:
    """Headers as of the coding client: the caller's where it is one, else those of a recording.

    Args:
        trip: the request.
        constants: what the program ships.
        session: session id that the request carries in its body.
    """
    held = shown(trip, constants)
    base = trip.caller.ask.headers if trip.caller.coder else _recorded(trip, held["user-agent"])
    made: Headers = []
    for name, value in base:
        low = name.lower()
        made.append((name, session if low == SESSION else held.get(low, value)))
    return made


def _recorded(trip: Trip, agent: str) -> Headers:
    number = ".".join(str(part) for part in version(agent)) or NEWEST
    return _headers(number, trip.caller.headers.get("host", HOST))


@lru_cache(maxsize=256)
def _headers(number: str, host: str) -> Headers:
    found = shape(CLIENT, number, "main", "lean")
    # What else a recording names, the stored fingerprint says.
    facts = defaultdict(str, version=number, host=host, length="0")
    headers = found.headers if found else ()
    return [(name, with_facts(value, facts)) for name, value in headers]
