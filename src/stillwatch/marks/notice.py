"""A text for a page on privacy, made from the manifest.

It says what the client of an operator adds to requests, what it reads, who keeps what for how
long, and how everybody can see it on their own machine. An operator adds what the law asks for
besides: the legal basis, and whom to complain to.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from stillwatch.marks import manifest
from stillwatch.marks.grammar import Grammar
from stillwatch.marks.manifest import Fact


@dataclass(frozen=True, slots=True)
class Rule:
    """A class of the policy.

    Attributes:
        fact: of what.
        name: the class.
        fits: the patterns that belong to it.
        why: the reason.
    """

    fact: Fact
    name: str
    fits: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Operator:
    """Whose notice it is.

    Attributes:
        name: of the operator.
        contact: where to ask and to object.
        epoch_days: length of an epoch.
        register_days: how long an install stays in the register after it was revoked.
        signs: whether requests are signed.
    """

    name: str
    contact: str
    epoch_days: int
    register_days: int
    signs: bool = True


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy of the environment check.

    Attributes:
        reads: the facts that are read.
        rules: the classes, in the order in which they are tried.
        in_seal: whether the classes are bound into the fresh lines.
    """

    reads: tuple[Fact, ...] = ()
    rules: tuple[Rule, ...] = ()
    in_seal: bool = False


def notice(grammar: Grammar, operator: Operator, rules: Rules | None = None) -> str:
    """The text, in Markdown.

    Args:
        grammar: the texts of the client.
        operator: whose client it is.
        rules: the policy of the environment check; None if it is off.
    """
    rules = rules or Rules()
    parts = [
        f"# How requests of {operator.name}'s client are marked",
        manifest.WHY,
        "## What is put into requests",
        *_texts(grammar, operator),
        *_headers(operator, rules),
        manifest.IDS,
        "## What is read on your machine",
        *_reads(rules),
        "## Whom it tells apart",
        manifest.FOR_WHOM,
        "## Connections of its own",
        _table(
            ("to", "sends", "gets", "when"),
            ((c.path, c.sends, c.gets, c.when) for c in manifest.CONTACTS),
        ),
        "## What is kept, and for how long",
        *_kept(operator),
        "## What is not done",
        manifest.NEVER,
        "## How to see it yourself",
        manifest.SEE,
        f"Questions and objections: {operator.contact}.",
    ]
    return "\n\n".join(parts) + "\n"


def _texts(grammar: Grammar, operator: Operator) -> Iterator[str]:
    yield (
        f"The client's own texts hold {len(grammar.lasting)} places at which one of two equal "
        f"wordings is chosen, and {len(grammar.fresh)} more in a line at the end of every message. "
        "They mean the same and cost the same. Which wordings are chosen follows from the "
        f"install's key and changes every {operator.epoch_days} days. Your own words are never "
        "changed."
    )
    places = dict.fromkeys(region.place for region in grammar.regions)
    added = {region.place for region in grammar.regions if region.insert}
    puts = [manifest.put_of(place) for place in places]
    yield _table(
        ("where", "what", "stays the same for"),
        (
            (put.where + (" (added)" if put.place in added else ""), put.holds, put.lasts)
            for put in puts
        ),
    )


def _headers(operator: Operator, rules: Rules) -> Iterator[str]:
    shown = [
        header
        for header in manifest.HEADERS
        if (rules.reads if header is manifest.ENVIRONMENT else operator.signs)
    ]
    if shown:
        yield _table(("header", "holds", "why"), ((h.name, h.holds, h.why) for h in shown))


def _reads(rules: Rules) -> Iterator[str]:
    if not rules.reads:
        yield "Nothing. The environment check is off."
        return
    reads = [manifest.read_of(fact) for fact in rules.reads]
    yield _table(
        ("fact", "from", "what is sent", "why"),
        ((r.fact, _sources(r), r.kept, r.why) for r in reads),
    )
    yield "These are all classes; the first that fits is sent, or `other`, or `none` if it is not set."
    yield _table(
        ("fact", "class", "fits", "why"),
        ((r.fact, r.name, ", ".join(r.fits), r.why) for r in rules.rules),
    )
    if rules.in_seal:
        yield "The classes are also bound into the line at the end of every message."


def _sources(read: manifest.Read) -> str:
    names = ", ".join(f"`{name}`" for name in read.variables)
    return f"{names}; {read.settings}" if read.settings else names


def _kept(operator: Operator) -> Iterator[str]:
    kept = manifest.kept(operator.register_days, operator.signs)
    yield _table(("what", "where", "how long"), ((k.what, k.where, k.long) for k in kept))
    yield "The account of an install can have it revoked at any time."


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
