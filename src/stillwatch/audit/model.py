"""What the comparison of an audit's runs is about: places in requests, columns, findings."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec
import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Figures = NDArray[np.float64]
AWAY = -1
"""Code of a run in which a place cannot be, since what it belongs to is not there."""


class Aspect(StrEnum):
    """What of a place is compared."""

    VALUE = "value"
    """The text that stands there, or a part of it."""
    PRESENCE = "presence"
    """Whether it is there at all."""
    SHOWN = "shown"
    """Which of the environment's own texts it shows as it is."""
    VERSION = "version"
    """Which of several texts that have little in common."""
    KIND = "kind"
    """Which kind of JSON value it is."""
    ORDER = "order"
    """In which order its members come."""
    CASE = "case"
    """Upper and lower case of a header's name as it was sent."""
    SPACING = "spacing"
    """White space between the tokens of JSON."""
    ESCAPES = "escapes"
    """Which spellings of characters a JSON text uses."""
    COUNT = "count"
    """How many there are."""
    TIMING = "timing"
    """When it was sent, in milliseconds after the one before."""
    LENGTH = "length"
    """How many characters it has, where they are others every time."""
    SHAPE = "shape"
    """Which kinds of characters it has, where they are others every time."""
    CHARACTER = "character"
    """One of its characters, where they are others every time."""
    SIZE = "size"
    """How large a number is, where it is another every time."""


DERIVED = frozenset({Aspect.LENGTH, Aspect.SHAPE, Aspect.CHARACTER, Aspect.SIZE})
"""What is derived of texts that are others every time."""


class Place(msgspec.Struct, frozen=True, order=True):
    """Where in a tool's requests something stands.

    Attributes:
        request: which request, as `POST /v1/messages #1`; empty for the run as a whole.
        path: which part of it, as `body.system[1].text` or `headers.user-agent`.
        aspect: what of it is compared.
        start, end: characters of the reference text, where it is a part of a text; else None.
    """

    request: str
    path: str
    aspect: Aspect = Aspect.VALUE
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One place over all runs.

    Attributes:
        place: where.
        codes: number of the value of each run in `values`; `AWAY` where the place cannot be.
        values: the different texts, the commonest first; None for one that is not there.
        figures: where the values are quantities, those of each run; NaN where there is none.
        before, after: the reference text around it.
    """

    place: Place
    codes: Codes
    values: tuple[str | None, ...]
    figures: Figures | None = None
    before: str = ""
    after: str = ""


class Group(StrEnum):
    """What kind of difference a finding is."""

    EXPECTED = "expected"
    """It shows what it depends on in plain text."""
    UNDECLARED = "undeclared"
    """It depends on the environment, and can be read by whoever looks."""
    CONCEALED = "concealed"
    """It depends on the environment, and is made so that looking does not show it."""


class Variant(msgspec.Struct, frozen=True):
    """One of the values that stand at a place.

    Attributes:
        text: the value, a long one cut; None where there is nothing.
        shown: the same with unusual characters spelled out and a little text around it.
        code_points: of its characters, as `U+2019`; the first few of a long one.
        runs: in how many runs it stands there.
        when: levels of the factors under which it does, in words; empty if none was found.
    """

    text: str | None
    shown: str
    code_points: tuple[str, ...]
    runs: int
    when: str = ""


class Cause(msgspec.Struct, frozen=True):
    """Factors that together tell which variant is sent.

    Attributes:
        factors: their names.
        share: how likely this cause is among all that were weighed, from 0 to 1.
        explained: share of runs in which it gives the variant that was sent.
    """

    factors: tuple[str, ...]
    share: float
    explained: float


class Exhibit(msgspec.Struct, frozen=True):
    """A run to look at.

    Attributes:
        order: place of the run in the audit.
        variant: number of the variant that it sent.
        environment: levels of the factors that count.
    """

    order: int
    variant: int
    environment: dict[str, str]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A difference that the environment caused.

    Attributes:
        id: the same for the same difference in any audit of the tool.
        group: what kind of difference it is.
        channel: in a word or two, how it is written, as `look-alike` or `header order`.
        says: one sentence.
        places: where it stands, the first one shown; the others vary in the same runs.
        variants: what stands there, the commonest first; at most `MOST_VARIANTS`.
        all_variants: how many there are.
        factors: what it depends on; empty if no one to three factors explain it.
        cause: how sure that is.
        rivals: other causes that fit about as well.
        test: which test found it: `level`, `levels`, `pair`, `pairs`, or `repeats`.
        p: chance of this or more among all tests, if the environment did nothing.
        bits: how many bits about the factors a reader could learn from one run.
        shows: names of the environment's own texts that it shows in plain.
        before, after: the reference text around it.
        scheme: the scheme in words.
        known: name of the scheme, if it is one known from elsewhere, or what it is a digest of.
        exhibits: one run of each variant.
    """

    id: str
    group: Group
    channel: str
    says: str
    places: tuple[Place, ...]
    variants: tuple[Variant, ...]
    all_variants: int
    factors: tuple[str, ...]
    cause: Cause | None
    rivals: tuple[Cause, ...]
    test: str
    p: float
    bits: float
    shows: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    scheme: str = ""
    known: str = ""
    exhibits: tuple[Exhibit, ...] = ()


class Tally(msgspec.Struct, frozen=True):
    """How much was compared.

    Attributes:
        runs: all that were recorded.
        by_outcome: how many ended how.
        environments: how many different ones.
        requests: of all runs together.
        slots: different requests after they were aligned.
        places: different places in them.
        varying: places that differed at all.
        tests: tests that could have found something.
    """

    runs: int
    by_outcome: dict[str, int]
    environments: int
    requests: int
    slots: int
    places: int
    varying: int
    tests: int


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """All that the comparison says.

    Attributes:
        stillwatch_findings: number of the format.
        tool, version: what was audited.
        factors: levels that were varied, by factor.
        alpha: how often an audit of a tool that does nothing may find something.
        tally: how much was compared.
        findings: concealed first, then by bits.
        not_tested: sentences.
    """

    stillwatch_findings: int = 1
    tool: str
    version: str
    factors: dict[str, tuple[str, ...]]
    alpha: float
    tally: Tally
    findings: tuple[Finding, ...]
    not_tested: tuple[str, ...] = ()
