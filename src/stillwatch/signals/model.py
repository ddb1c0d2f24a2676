"""How a signal is declared, what it may read, and what it answers.

A signal is a question asked of tables, with a null model and an innocent twin. It is one file: a
`Signal` named `SIGNAL` whose `ask` is a pure function from `Tables` to `Evidence`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import narwhals.stable.v2 as nw
import pyarrow as pa
from msgspec import Struct

Frame = nw.LazyFrame[Any]

Family = Literal[
    "provenance",
    "marks",
    "plurality",
    "contradiction",
    "extraction",
    "coordination",
    "infrastructure",
]


class Exhibit(Struct, frozen=True):
    """One exchange behind a line of evidence, with what is to be seen in it."""

    exchange: str
    shows: str


class Evidence(Struct, frozen=True):
    """A signal's answer for one account.

    Attributes:
        signal: id of the signal.
        family: its evidence family.
        account: whom it is about.
        log10_lr: how much likelier the data are if access is resold than if it is not, as a
            base-10 logarithm. Negative speaks for innocence.
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


@dataclass(frozen=True)
class Tables:
    """What signals read. Every frame is lazy and has the columns named here.

    exchanges: the stored columns (store/tables.py) and `thread` (int64, the conversation),
        `family` (int64, a conversation together with its sub-agents' conversations), and
        `owner` (int64 or null, a hash of the account's payer or, failing that, organisation).
    issued, presented: the stored columns and `account`, `ts_us`, `thread`, `exchange`, `owner`.
    facts, checks: the stored columns and `account`, `ts_us`, `thread`, `family`, `exchange`.
    accounts: the stored columns, one row for every account that is seen, and `owner`.
    """

    exchanges: Frame
    issued: Frame
    presented: Frame
    facts: Frame
    checks: Frame
    accounts: Frame


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


def collect(frame: Frame) -> pa.Table:
    """Bring a small result into memory as an Arrow table, whatever engine holds the frame."""
    return frame.collect(backend="pyarrow").to_arrow()
