"""What a sealed client does, in plain words: on this machine, in one request, or for everybody.

All three come from the manifest that the code runs on, with the values filled in: those of this
machine, or what stands in a request. Keys are never shown; what they choose is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from stillwatch.marks import manifest
from stillwatch.marks.codeword import bits, codeword
from stillwatch.marks.grammar import Grammar, Region, Site
from stillwatch.marks.manifest import Contact, Fact, Kept


class Seen(Struct, frozen=True, rename={"name": "class"}):
    """A fact that the environment check reads.

    Attributes:
        fact: which one.
        source: the variable or setting.
        value: what stands there on this machine; None if nothing does, or elsewhere.
        name: the class that is sent.
        why: the policy's reason.
    """

    fact: Fact
    source: str
    value: str | None
    name: str
    why: str


class Choice(Struct, frozen=True):
    """A site with the wording that is used.

    Attributes:
        site: its number.
        uses: the wording that is sent.
        instead_of: the other one.
        bit: 0 for the first wording of the grammar, 1 for the second; None where it is chosen
            anew for every message.
    """

    site: int
    uses: str
    instead_of: str
    bit: int | None


class Text(Struct, frozen=True):
    """A text of the client that carries sites.

    Attributes:
        region: its id in the grammar.
        where: in which part of a request it stands.
        adds: whether it is added where it is not there.
        lasts: for how long the wordings stay the same.
        choices: the sites.
    """

    region: str
    where: str
    adds: bool
    lasts: str
    choices: tuple[Choice, ...]


class Line(Struct, frozen=True):
    """A header.

    Attributes:
        name: in lower case.
        value: what stands in it, or None if it differs from request to request.
        holds: what that is.
        why: what it is for.
    """

    name: str
    value: str | None
    holds: str
    why: str


class Span(Struct, frozen=True):
    """The time of a key.

    Attributes:
        epoch: its number.
        begins, ends: when, in UTC.
    """

    epoch: int
    begins: datetime
    ends: datetime


class Disclosure(Struct, frozen=True):
    """All that a sealed client does on this machine.

    Attributes:
        why: what it is for.
        install, account, organization: whose requests they are.
        server: where new keys come from.
        grammar: name of the grammar.
        keys: the epochs for which there are keys.
        reads: what the environment check reads; empty if it is off.
        in_seal: whether the classes are also bound into the fresh lines.
        headers: what stands in the headers of requests.
        texts: what is chosen in texts, in the epoch that is asked about.
        contacts: connections that the client opens by itself.
        kept: what is kept; the register for the usual time, unless the operator says another.
        ids: what comes back in ids.
        for_whom: who is told apart.
        never: what is not done.
    """

    why: str
    install: str
    account: str
    organization: str | None
    server: str
    grammar: str
    keys: tuple[Span, ...]
    reads: tuple[Seen, ...]
    in_seal: bool
    headers: tuple[Line, ...]
    texts: tuple[Text, ...]
    kept: tuple[Kept, ...]
    contacts: tuple[Contact, ...] = manifest.CONTACTS
    ids: str = manifest.IDS
    for_whom: str = manifest.FOR_WHOM
    never: str = manifest.NEVER


@dataclass(frozen=True, slots=True)
class Machine:
    """What is known of this machine's client.

    Attributes:
        install, account, organization, server: as in the record of its enrolment.
        spans: the epochs for which it has keys.
        seen: what the environment check reads, with the classes.
        in_seal: whether classes are bound into the fresh lines.
        declared: value of the header that declares them; None if the check is off.
        signs: whether requests are signed.
    """

    install: str
    account: str
    organization: str | None
    server: str
    spans: Sequence[tuple[int, float, float]]
    seen: Sequence[Seen] = ()
    in_seal: bool = False
    declared: str | None = None
    signs: bool = True


def disclosure(grammar: Grammar, secret: bytes, machine: Machine) -> Disclosure:
    """What this machine's client reads, sends and writes.

    Args:
        grammar: its texts.
        secret: the key that seals in the epoch that is asked about.
        machine: the rest.
    """
    word = bits(codeword(secret, grammar.name, grammar.width), grammar.width)
    return Disclosure(
        manifest.WHY,
        machine.install,
        machine.account,
        machine.organization,
        machine.server,
        grammar.name,
        tuple(Span(epoch, _time(start), _time(end)) for epoch, start, end in machine.spans),
        tuple(machine.seen),
        machine.in_seal,
        tuple(_headers(machine)),
        tuple(text_of(region, word) for region in grammar.regions),
        manifest.kept(signs=machine.signs),
    )


def text_of(region: Region, word: Sequence[int]) -> Text:
    """A region with the wordings that bits choose; those of a fresh line are not chosen yet."""
    fresh = region.place == "fresh"
    choices = (choice(site, None if fresh else word[site.number]) for site in region.sites)
    lasts = manifest.put_of(region.place).lasts
    return Text(region.id, where_of(region), region.insert, lasts, tuple(choices))


def where_of(region: Region) -> str:
    """In which part of a request a region stands, in words."""
    where = manifest.put_of(region.place).where
    return f"{where} ({region.tool})" if region.tool else where


def choice(site: Site, bit: int | None) -> Choice:
    """A site with one of its wordings; the first where none is chosen yet."""
    return Choice(site.number, site.ways[bit or 0], site.ways[1 - (bit or 0)], bit)


def as_json(found: Struct) -> bytes:
    """For other programs."""
    return msgspec.json.format(msgspec.json.encode(found))


def _headers(machine: Machine) -> Iterable[Line]:
    for header in manifest.HEADERS:
        if header is manifest.ENVIRONMENT:
            if machine.declared is not None:
                yield Line(header.name, machine.declared, header.holds, header.why)
        elif machine.signs:
            yield Line(header.name, None, header.holds, header.why)


def _time(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
