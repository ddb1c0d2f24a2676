"""What a scenario file may say about a twin."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

import msgspec

from stillwatch.errors import SettingsError
from stillwatch_range.clients import NAMES

Kind = Literal[
    "account-change",
    "agent-platform",
    "audit-capture",
    "batch-classification",
    "ci-runners",
    "class-assignment",
    "corporate-gateway",
    "drift-monitor",
    "fallback-router",
    "key-migration",
    "nightly-evals",
    "one-developer",
    "open-source-framework",
    "release-day",
    "shared-house",
    "support-bot",
    "synthetic-data",
    "travelling-person",
]
Gateway = Literal["none", "litellm-pool", "gpt-load", "new-api", "cc-gateway"]
T = TypeVar("T")
Count = Annotated[int, msgspec.Meta(ge=1)]


class TwinSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One innocent twin; what is left out is as usual for its kind.

    Attributes:
        kind: which story.
        people: how many people stand behind the accounts.
        accounts: how many accounts there are.
        per_day: pieces of work a day in all: requests of a program, jobs, conversations.
        clients: names of `clients` to choose from.
        declared: whether the holder told the provider what the accounts are for.
        gateway: the program that a team's requests go through, a name of `relays.KINDS`, or
            `none` where everybody's client holds the team's key; only of `corporate-gateway`,
            drawn where left out.
    """

    kind: Kind
    gateway: Gateway | None = None
    people: Count | None = None
    accounts: Count | None = None
    per_day: Annotated[float, msgspec.Meta(gt=0)] | None = None
    clients: tuple[str, ...] | None = None
    declared: bool | None = None

    def __post_init__(self) -> None:
        """Refuse what has no meaning together.

        Raises:
            SettingsError: `gateway` is set for a kind that has none of its own choice.
        """
        if self.gateway and self.kind != "corporate-gateway":
            raise SettingsError(f"{self.kind} has no choice of gateway", "Leave `gateway` out.")


@dataclass(frozen=True, slots=True)
class Size:
    """How large a kind usually is; None where its story leaves no choice.

    Attributes:
        people, accounts, per_day, clients, declared: as in `TwinSpec`.
    """

    people: int | None = None
    accounts: int | None = None
    per_day: float | None = None
    clients: tuple[str, ...] | None = None
    declared: bool | None = None

    def under(self, spec: TwinSpec) -> "Sized":
        """The size that a scenario asks for.

        Raises:
            SettingsError: if it sets what this kind has no choice in, or a client is unknown.
        """
        for client in spec.clients or ():
            if client not in NAMES:
                raise SettingsError(
                    f"{spec.kind}: there is no client {client!r}", f"Known: {', '.join(NAMES)}."
                )
        return Sized(
            people=_choice(spec, "people", self.people) or 1,
            accounts=_choice(spec, "accounts", self.accounts) or 1,
            per_day=_choice(spec, "per_day", self.per_day) or 0.0,
            clients=_choice(spec, "clients", self.clients) or (),
            declared=_choice(spec, "declared", self.declared) or False,
        )


@dataclass(frozen=True, slots=True)
class Sized:
    """The size of one twin, every question answered."""

    people: int
    accounts: int
    per_day: float
    clients: tuple[str, ...]
    declared: bool


def _choice(spec: TwinSpec, field: str, usual: T | None) -> T | None:
    asked: T | None = getattr(spec, field)
    if asked is not None and usual is None:
        raise SettingsError(
            f"{spec.kind} has no choice of {field}", f"Leave {field} out of the twin's table."
        )
    return usual if asked is None else asked
