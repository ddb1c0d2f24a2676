"""One request, explained: site by site and header by header, in plain words.

It needs no key. Anybody with the grammar, which is open, can see what a request says at every
site; whose seal that is, only the operator can tell, or the install's owner with its key.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from stillwatch.marks import manifest
from stillwatch.marks.codeword import bits, codeword
from stillwatch.marks.disclose import Choice, Line, choice, where_of
from stillwatch.marks.grammar import Grammar, Region
from stillwatch.marks.places import Body
from stillwatch.marks.read import Reader, Reading, TurnReading


class Found(Struct, frozen=True):
    """What stands at the sites of a region.

    Attributes:
        region: its id.
        where: in which part of a request.
        of: how many sites it has.
        choices: those that were read.
    """

    region: str
    where: str
    of: int
    choices: tuple[Choice, ...]


class Turn(Struct, frozen=True):
    """The fresh line of a human turn.

    Attributes:
        number: of the turn, from 1.
        choices: its sites that were read.
    """

    number: int
    choices: tuple[Choice, ...]


class Explanation(Struct, frozen=True):
    """What a request holds of ours.

    Attributes:
        grammar: the texts that were looked for.
        read: how many lasting sites were read.
        of: how many there are.
        agrees: at how many an install's wordings agree, if its key was given.
        headers: headers of ours, with their values.
        texts: regions of which something was read.
        turns: human turns with a fresh line.
    """

    grammar: str
    read: int
    of: int
    agrees: int | None
    headers: tuple[Line, ...]
    texts: tuple[Found, ...]
    turns: tuple[Turn, ...]


def explanation(
    grammar: Grammar,
    body: Body,
    headers: Iterable[tuple[str, str]] = (),
    secret: bytes | None = None,
) -> Explanation:
    """Explain a request.

    Args:
        grammar: the texts to look for.
        body: a decoded body of any wire.
        headers: of the request.
        secret: an install's key for the epoch, to compare with.
    """
    reading = Reader(grammar, thorough=True).read_body(body)
    return Explanation(
        grammar.name,
        reading.count,
        len(grammar.lasting),
        None if secret is None else _agrees(grammar, reading, secret),
        tuple(_ours(headers)),
        tuple(_found(grammar, reading)),
        tuple(_turns(grammar, reading.turns)),
    )


def _agrees(grammar: Grammar, reading: Reading, secret: bytes) -> int:
    word = bits(codeword(secret, grammar.name, grammar.width), grammar.width)
    own = sum(bit << number for number, bit in enumerate(word))
    return (~(own ^ reading.bits) & reading.known).bit_count()


def _ours(headers: Iterable[tuple[str, str]]) -> Iterator[Line]:
    for name, value in headers:
        header = manifest.header_of(name)
        if header is not None:
            yield Line(header.name, value, header.holds, header.why)


def _found(grammar: Grammar, reading: Reading) -> Iterator[Found]:
    for region in grammar.regions:
        if region.place == "fresh":
            continue
        read = [site for site in region.sites if reading.known >> site.number & 1]
        choices = tuple(choice(site, reading.bits >> site.number & 1) for site in read)
        if choices:
            yield Found(region.id, where_of(region), len(region.sites), choices)


def _turns(grammar: Grammar, turns: Sequence[TurnReading]) -> Iterator[Turn]:
    for line in grammar.at("fresh"):
        for turn in turns:
            if turn.known:
                yield Turn(turn.number + 1, tuple(_line(line, turn)))


def _line(line: Region, turn: TurnReading) -> Iterator[Choice]:
    """Bits of a turn are in the order of the text, not by number of site."""
    for place, site in enumerate(line.sites):
        if turn.known >> place & 1:
            yield choice(site, turn.bits >> place & 1)
