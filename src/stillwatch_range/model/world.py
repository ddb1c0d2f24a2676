"""Accounts, the roads to them, and the world that all cells share."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from stillwatch_range.model.traffic import Ask, Reply


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the provider knows it, and what is true of it.

    Attributes:
        id: name of the account, which says nothing about its kind.
        organization, payer, email_domain, plan, declared_use, licensed_reseller: as in
            accounts.jsonl; empty or None where not known.
        created_us: when it was made.
        banned_us: when the provider closes it; None for never.
        label: what it really is.
    """

    id: str
    label: "Label"
    organization: str
    payer: str
    email_domain: str
    created_us: int
    plan: str = "payg"
    declared_use: str | None = None
    licensed_reseller: bool = False
    banned_us: int | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """What an account really is.

    Attributes:
        kind: `honest` (an ordinary account), `twin` (honest, looks guilty), `relay`, `campaign`.
        family: which population, twin, relay or campaign method, such as `sub2api`.
        group: name of the operator's group of accounts; empty for an account alone.
        level: rung of the hardening ladder, `E0` to `E5`; empty where it does not apply.
    """

    kind: Literal["honest", "twin", "relay", "campaign"]
    family: str
    group: str = ""
    level: str = ""


class Road(Protocol):
    """The way that requests take to accounts."""

    def send(self, ask: Ask) -> Reply:
        """Carry one request; the reply comes back in the terms of the sender."""
        ...


class Provider(Protocol):
    """The provider's door: it answers a request of an account and writes it into the capture."""

    def serve(self, ask: Ask, account: Account) -> Reply:
        """Answer; limits, bans and broken signatures come back as errors."""
        ...


Act = Generator[Ask, Reply, None]


@dataclass(slots=True)
class Actor:
    """Something that sends requests over a road, one after the other."""

    starts_us: int
    road: Road
    act: Act


@dataclass(slots=True)
class Cell:
    """A part of the world that shares no state with other parts: it runs by itself.

    Attributes:
        accounts: all accounts that its roads may use.
        actors: in the order of `starts_us`; made lazily, since a cell may be long.
    """

    accounts: Sequence[Account]
    actors: Iterable[Actor]


@dataclass(frozen=True, slots=True)
class Release:
    """A model that becomes available during the scenario."""

    model: str
    at_us: int


@dataclass(frozen=True, slots=True)
class World:
    """What all cells of a scenario share.

    Attributes:
        seed: the scenario's seed.
        start_us, end_us: its span; nothing starts outside it.
        sources: names of the prompt sources that may be used, as in `prompts`.
        releases: models that come out on the way.
        detail: `lean` cuts the vendors' long fixed texts short, `full` keeps their length.
    """

    seed: int
    start_us: int
    end_us: int
    sources: tuple[str, ...]
    releases: tuple[Release, ...] = ()
    detail: Literal["lean", "full"] = "lean"
