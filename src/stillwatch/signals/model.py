"""How a signal is declared, what it may read, and what it answers.

A signal is a question asked of tables, with a null model and an innocent twin. It is one file: a
`Signal` named `SIGNAL` whose `ask` is a pure function from `Tables` to `Evidence`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from stillwatch.store.frames import Frame, Tables, collect

Family = Literal[
    "provenance",
    "marks",
    "plurality",
    "contradiction",
    "extraction",
    "coordination",
    "infrastructure",
]
Subject = Literal["account", "group"]


class Exhibit(Struct, frozen=True):
    """One exchange behind a line of evidence, with what is to be seen in it."""

    exchange: str
    shows: str


class Evidence(Struct, frozen=True):
    """A signal's answer for one account or group.

    Attributes:
        signal: id of the signal.
        family: its evidence family.
        account: whom it is about: an account, or the id of a group.
        log10_lr: how much likelier the data are if access is resold, or answers are harvested,
            than if not, as a base-10 logarithm. Negative speaks for innocence.
        says: one sentence with the numbers in it.
        innocent_twin: the honest explanation that was weighed.
        exhibits: the exchanges to look at, at most a handful.
        linked: other accounts that the evidence ties to this one.
        numbers: the figures behind the sentence, by name, for machines and pictures.
    """

    signal: str
    family: Family
    account: str
    log10_lr: float
    says: str
    innocent_twin: str
    exhibits: tuple[Exhibit, ...] = ()
    linked: tuple[str, ...] = ()
    numbers: Mapping[str, float] = {}


@dataclass(frozen=True)
class Parameter:
    """A number that a signal uses, with its unit and where it comes from."""

    value: float
    unit: str
    source: str


__all__ = [
    "Ask",
    "Evidence",
    "Exhibit",
    "Family",
    "Frame",
    "Parameter",
    "Signal",
    "Tables",
    "collect",
]

Ask = Callable[[Tables], list[Evidence]]


@dataclass(frozen=True)
class Signal:
    """The declaration of a signal; the catalogue page and the report are made from it.

    Attributes:
        id: kebab-case, never changed once released.
        title: a few words.
        question: what it asks, in a sentence that ends with a question mark.
        family: its evidence family.
        exact: whether one finding is a fact (provenance) rather than a matter of odds.
        null_model: what honest data look like, and how the likelihood ratio is formed.
        innocent_twin: the honest account that looks most like a guilty one here.
        gaps: what it cannot see.
        references: where method and constants come from.
        parameters: its numbers by name.
        about: whether its answers are about accounts or about groups of linked accounts.
    """

    id: str
    title: str
    question: str
    family: Family
    exact: bool
    null_model: str
    innocent_twin: str
    gaps: str
    references: tuple[str, ...]
    ask: Ask
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    about: Subject = "account"
