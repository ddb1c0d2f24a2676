"""What a reader looks for: whole lines of a grammar, and sites with the fixed text around them.

Patterns keep away from whatever re-encoding touches: they are ASCII, lie within one line, and end
before quotes, backslashes and the signs that some JSON writers escape. So a pattern is found in a
text wherever it was moved to, also in JSON within JSON.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from stillwatch.marks.grammar import RESULT, Grammar, Region, Site

AROUND = 24
NEAR = 10
MOST_IN_LINE = 8
_ENDS = "\n\"\\/<>&'"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way of a site as it stands in the text.

    Attributes:
        text: the way with up to `AROUND` characters of fixed text on both sides.
        near: the way with up to `NEAR` characters, for reading rewritten lines.
        site: the site.
        way: 0 or 1.
    """

    text: str
    near: str
    site: Site
    way: int


def patterns(grammar: Grammar) -> list[Pattern]:
    """The patterns of all lasting sites; those of a region in the order of its text, 0 before 1."""
    return [
        Pattern(
            before[-AROUND:] + site.ways[way] + after[:AROUND],
            before[-NEAR:] + site.ways[way] + after[:NEAR],
            site,
            way,
        )
        for region in grammar.regions
        if region.place != "fresh"
        for site, before, after in _in_context(region)
        for way in (0, 1)
    ]


def lines(grammar: Grammar) -> dict[str, tuple[int, int]]:
    """Every line with lasting sites in every wording: the bits it shows for 0 and for 1, as masks.

    Lines with more than `MOST_IN_LINE` sites are left out; they are read by patterns.
    """
    return {
        text: (zeros, ones)
        for region in grammar.regions
        if region.place != "fresh"
        for line in _lines(region)
        for text, zeros, ones in _wordings(line)
    }


def fresh_patterns(grammar: Grammar) -> list[tuple[str, str]]:
    """Both ways of the fresh sites with fixed text around them, in the order of the line."""
    return [
        (before[-NEAR:] + site.ways[0] + after[:NEAR], before[-NEAR:] + site.ways[1] + after[:NEAR])
        for region in grammar.at("fresh")
        for site, before, after in _in_context(region)
    ]


def _in_context(region: Region) -> Iterator[tuple[Site, str, str]]:
    """Sites with the fixed text before and after, as far as it may be used."""
    for at, piece in enumerate(region.pieces):
        if isinstance(piece, Site):
            before = region.pieces[at - 1] if at else ""
            after = region.pieces[at + 1] if at + 1 < len(region.pieces) else ""
            yield (
                piece,
                _last_part(before if isinstance(before, str) else ""),
                _first_part(after if isinstance(after, str) else ""),
            )


def _last_part(text: str) -> str:
    text = text.replace(RESULT, "\n")
    return text[max(text.rfind(end) for end in _ENDS) + 1 :]


def _first_part(text: str) -> str:
    text = text.replace(RESULT, "\n")
    return text[: min((text.find(end) for end in _ENDS if end in text), default=len(text))]


def _lines(region: Region) -> Iterator[list[str | Site]]:
    """The pieces of every line that holds a site."""
    line: list[str | Site] = []
    for piece in region.pieces:
        if isinstance(piece, Site):
            line.append(piece)
            continue
        first, *rest = piece.replace(RESULT, "\n").split("\n")
        line.append(first)
        for text in rest:
            yield line
            line = [text]
    yield line


def _wordings(line: list[str | Site]) -> Iterator[tuple[str, int, int]]:
    sites = [piece for piece in line if isinstance(piece, Site)]
    if not 0 < len(sites) <= MOST_IN_LINE:
        return
    for bits in product((0, 1), repeat=len(sites)):
        turn = iter(bits)
        text = "".join(p if isinstance(p, str) else p.ways[next(turn)] for p in line)
        masks = [0, 0]
        for site, bit in zip(sites, bits, strict=True):
            masks[bit] |= 1 << site.number
        yield text, masks[0], masks[1]
