"""What a rule may look at, of one request.

Nationality, language, time zone and a guessed country are not among the facts, so no rule can be
written about them. `region` is what an account or an install declared itself.
"""

from msgspec import Struct
from msgspec.structs import fields

MOST_BUSY = 255
_MAJOR, _MINOR = 1_000_000, 1_000
_MOST_MAJOR = 1_000_000_000


class Facts(Struct, frozen=True, kw_only=True):
    """The facts of one request.

    Attributes:
        account: the account's name, never its credential.
        organisation: who owns the account; empty where it is not known.
        plan, declared_use: as the operator's accounts file says.
        verdict: of the last hunt: none, ordinary, undecided, relay or harvest.
        grade: of a relay: team, shared or pool; else empty.
        level: how sure the verdict is: none, review or act.
        client: the software that the request names: the name of a client that stillwatch knows,
            else the first word of its user agent in lower case; empty where it names none.
        version: of the client, as numbers; empty where it is not known.
        sealed: unsealed, sealed, broken, replayed, or foreign (the install of another account).
        region: as the account or the install declared it; never guessed.
        network: kind of network by the operator's own lists; empty where none lists it.
        model: the model that is asked for.
        wire: anthropic, chat, responses or unknown.
        mark: channel of an undeclared foreign mark in the request; empty if none is there or
            nobody looked.
        busy: threads of the account at once, at most 255.
    """

    account: str
    organisation: str = ""
    plan: str = ""
    declared_use: str = ""
    verdict: str = "none"
    grade: str = ""
    level: str = "none"
    client: str = ""
    version: tuple[int, ...] = ()
    sealed: str = "unsealed"
    region: str = ""
    network: str = ""
    model: str = ""
    wire: str = "unknown"
    mark: str = ""
    busy: int = 0


FACT_NAMES: tuple[str, ...] = tuple(field.name for field in fields(Facts))
"""All facts, in the order of declaration."""

WORDS: dict[str, tuple[str, ...]] = {
    "verdict": ("none", "ordinary", "undecided", "relay", "harvest"),
    "grade": ("", "team", "shared", "pool"),
    "level": ("none", "review", "act"),
    "sealed": ("unsealed", "sealed", "broken", "replayed", "foreign"),
    "wire": ("anthropic", "chat", "responses", "unknown"),
}
"""Facts that are words of a closed list."""

IN_CONTEXT: tuple[str, ...] = tuple(
    name for name in FACT_NAMES if name not in {"account", "organisation"}
)
"""Facts that a rule reads as `context.name`; the others are who asks (`principal`)."""


def version_number(version: tuple[int, ...]) -> int:
    """A version as one number that keeps its order: 2.1.91 is 2001091.

    A minor or patch number of 1000 or more counts as 999.

    Args:
        version: its numbers; what follows the third is left out.
    """
    major, minor, patch = (*version[:3], 0, 0, 0)[:3]
    return (
        min(major, _MOST_MAJOR) * _MAJOR + min(minor, _MINOR - 1) * _MINOR + min(patch, _MINOR - 1)
    )


def read_version(text: str) -> tuple[int, ...]:
    """The leading numbers of a version as clients write it: 2.1.91-beta.3 is 2, 1, 91.

    Args:
        text: may be empty; from outside.
    """
    numbers: list[int] = []
    for part in text.replace("-", ".").split(".")[:4]:
        if not (part.isascii() and part.isdecimal() and len(part) <= 9):
            break
        numbers.append(int(part))
    return tuple(numbers)


def context(facts: Facts, names: tuple[str, ...]) -> dict[str, str | int]:
    """Facts as a rule reads them.

    Args:
        facts: of one request.
        names: which of them, of `IN_CONTEXT`.

    Returns:
        The value by name; no `version` where it is not known.
    """
    found: dict[str, str | int] = {}
    for name in names:
        value = getattr(facts, name)
        if name == "version":
            if value:
                found[name] = version_number(value)
        elif name == "busy":
            found[name] = min(value, MOST_BUSY)
        else:
            found[name] = value
    return found
