"""What a grammar gives: sites, bits, how surely they are read, tokens, and what it reveals."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from stillwatch.errors import MissingExtra
from stillwatch.marks.codeword import bits, codeword
from stillwatch.marks.grammar import RESULT, Grammar, Place, Region
from stillwatch.marks.patterns import MOST_IN_LINE, lines, patterns

Counter = Callable[[str], int]
ENCODINGS = ("o200k_base", "cl100k_base")
TRIALS = 32
WANTED_SITES = 128
WANTED_REGIONS = 3
SHORTEST_PATTERN = 8
_EXAMPLE = "x"


@dataclass(frozen=True, slots=True)
class RegionCheck:
    """A region's size.

    Attributes:
        id, place, tool: which it is.
        sites: bits that it carries.
        characters: length of its plain text.
    """

    id: str
    place: Place
    tool: str
    sites: int
    characters: int


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """What sealing does to the number of tokens, for one tokenizer.

    Attributes:
        tokenizer: its name.
        plain: tokens of all plain texts.
        low, high: fewest and most over trial codewords.
        uneven: sites whose ways differ in their line, with the difference.
    """

    tokenizer: str
    plain: int
    low: int
    high: int
    uneven: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class GrammarCheck:
    """All that was found.

    Attributes:
        name: of the grammar.
        regions: one line a region.
        lasting, fresh: numbers of sites.
        shown: how many lasting sites a comparison of two installs shows, as low, mean and high of
            95 of 100 pairs.
        tokens: one line a tokenizer; empty if tokens were not counted.
        problems: what to mend, in sentences.
    """

    name: str
    regions: tuple[RegionCheck, ...]
    lasting: int
    fresh: int
    shown: tuple[int, int, int]
    tokens: tuple[TokenCheck, ...]
    problems: tuple[str, ...]


def check(grammar: Grammar, counters: Mapping[str, Counter] | None = None) -> GrammarCheck:
    """Look through a grammar.

    Args:
        grammar: the grammar.
        counters: functions that count the tokens of a text, by name of tokenizer.
    """
    sizes = tuple(
        RegionCheck(r.id, r.place, r.tool, len(r.sites), len(r.plain)) for r in grammar.regions
    )
    tokens = tuple(_tokens(grammar, name, count) for name, count in (counters or {}).items())
    sites = len(grammar.lasting)
    spread = 1.96 * math.sqrt(sites) / 2
    return GrammarCheck(
        grammar.name,
        sizes,
        sites,
        len(grammar.fresh),
        (math.floor(sites / 2 - spread), sites // 2, math.ceil(sites / 2 + spread)),
        tokens,
        (*_size_problems(grammar), *_text_problems(grammar), *_reading_problems(grammar)),
    )


def tiktoken_counters() -> dict[str, Counter]:
    """Counters of OpenAI's tokenizers. Their tables may be fetched from the network once.

    Raises:
        MissingExtra: tiktoken is not installed, or its tables cannot be had.
    """
    try:
        import tiktoken  # noqa: PLC0415  (only who counts tokens needs it)

        encodings = {name: tiktoken.get_encoding(name) for name in ENCODINGS}
    except (ImportError, OSError, ValueError) as error:
        raise MissingExtra(
            "Tokens cannot be counted: tiktoken or its tables are not there.",
            "Run `pip install tiktoken`; without a network, set TIKTOKEN_CACHE_DIR.",
        ) from error
    return {name: _counter(encoding.encode_ordinary) for name, encoding in encodings.items()}


def _counter(encode: Callable[[str], list[int]]) -> Counter:
    return lambda text: len(encode(text))


def trial_words(grammar: Grammar, number: int = TRIALS) -> list[list[int]]:
    """Codewords for trials, the same every time: all 0, all 1, then mixed."""
    width = max((site.number for r in grammar.regions for site in r.sites), default=0) + 1
    mixed = [
        bits(codeword(sha256(n.to_bytes(2)).digest(), f"trial of {grammar.name}", width), width)
        for n in range(number - 2)
    ]
    return [[0] * width, [1] * width, *mixed]


def _size_problems(grammar: Grammar) -> list[str]:
    problems = []
    if len(grammar.lasting) < WANTED_SITES:
        problems.append(f"{len(grammar.lasting)} lasting sites are fewer than {WANTED_SITES}.")
    with_sites = [r for r in grammar.regions if r.sites and r.place != "fresh"]
    if len(with_sites) < WANTED_REGIONS:
        problems.append(f"Lasting sites stand in {len(with_sites)} regions, not {WANTED_REGIONS}.")
    if not grammar.fresh:
        problems.append("There is no fresh line, so copied texts cannot be told from sealed ones.")
    return problems


def _text_problems(grammar: Grammar) -> list[str]:
    """Text that does not come through evened-out white space."""
    problems = []
    for region in grammar.regions:
        for word in ((), [1] * (grammar.width + 4096)):
            text = region.text(word).replace(RESULT, "")
            if (
                "  " in text
                or "\t" in text
                or any(line != line.strip() for line in text.split("\n"))
            ):
                problems.append(f"Region {region.id} has white space that relays even out.")
                break
    return problems


def _reading_problems(grammar: Grammar) -> list[str]:
    """Patterns that are short, or found where they do not belong."""
    known = patterns(grammar)
    problems = [
        f"Site {p.site.number} has too little fixed text around it: {p.text!r}."
        for p in known
        if len(p.text) < SHORTEST_PATTERN
    ]
    long = [region.id for region in grammar.regions if _long_lines(region)]
    problems += [f"Region {name} has a line with more than {MOST_IN_LINE} sites." for name in long]
    if len(lines(grammar)) != sum(2**k for r in grammar.regions for k in _per_line(r)):
        problems.append("Two lines can come out the same.")
    for word in trial_words(grammar):
        text = _rendered(grammar, word)
        for pattern in known:
            right = word[pattern.site.number] == pattern.way
            if text.count(pattern.text) != right:
                problems.append(f"Site {pattern.site.number} can be misread: {pattern.text!r}.")
    return list(dict.fromkeys(problems))


def _long_lines(region: Region) -> bool:
    return region.place != "fresh" and any(count > MOST_IN_LINE for count in _counts(region))


def _per_line(region: Region) -> list[int]:
    if region.place == "fresh":
        return []
    return [count for count in _counts(region) if 0 < count <= MOST_IN_LINE]


def _counts(region: Region) -> list[int]:
    """Sites in every line."""
    counts = [0]
    for piece in region.pieces:
        if isinstance(piece, str):
            counts += [0] * piece.replace(RESULT, "\n").count("\n")
        else:
            counts[-1] += 1
    return counts


def _rendered(grammar: Grammar, word: Sequence[int]) -> str:
    return "\n".join(
        " ".join(r.text(word).replace(RESULT, _EXAMPLE).split()) for r in grammar.regions
    )


def _tokens(grammar: Grammar, name: str, count: Counter) -> TokenCheck:
    totals = [
        sum(count(region.text(word)) for region in grammar.regions) for word in trial_words(grammar)
    ]
    uneven = [pair for region in grammar.regions for pair in _uneven(region, count)]
    return TokenCheck(name, totals[0], min(totals), max(totals), tuple(uneven))


def _uneven(region: Region, count: Counter) -> list[tuple[int, int]]:
    """Sites whose ways differ in tokens within the region's text, with the difference."""
    plain = count(region.plain)
    out = []
    for at, site in enumerate(region.sites):
        text = region.filled(int(n == at) for n in range(len(region.sites)))
        if count(text) != plain:
            out.append((site.number, count(text) - plain))
    return out
