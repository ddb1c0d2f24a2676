"""Reading seals: from the texts of a request to what each site says.

Most requests come as they were sent, so whole lines are looked up first. Where a region is not
complete, or little was found, the texts are searched for sites wherever they stand, with white
space evened out. Where some sites of a region are still missing, the text between those that were
found is compared with both wordings. What is read never depends on a key, so errors of reading
cost power and cannot make a false match more likely (see `match`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind
from rapidfuzz.fuzz import partial_ratio

from stillwatch.marks.fresh import Cut
from stillwatch.marks.grammar import Grammar, Region
from stillwatch.marks.patterns import fresh_patterns, lines, patterns
from stillwatch.marks.places import Body, seen

ENOUGH = 96
"""So many readings decide anything; fewer are worth a search."""
FEW = 8
"""With fewer readings of a region there is nothing to compare between."""
ALIKE = 80.0
APART = 6.0
WINDOW = 240
MOST_COMPARED = 128


@dataclass(frozen=True, slots=True)
class TurnReading:
    """A human turn.

    Attributes:
        number: its number, from 0.
        digest: of what was typed in it.
        bits, known: of the fresh sites in the order of their text; bit n belongs to the n-th.
    """

    number: int
    digest: bytes
    bits: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What a request says at the sites of a grammar.

    Attributes:
        bits: bit n is what site n says, where it is known.
        known: bit n is set where site n was read and both wordings were not seen at once.
        clashes: sites seen in both wordings.
        turns: the human turns.
    """

    bits: int
    known: int
    clashes: int = 0
    turns: tuple[TurnReading, ...] = ()

    @property
    def count(self) -> int:
        """How many lasting sites were read."""
        return self.known.bit_count()


class Reader:
    """Reads the seals of a grammar; make one and keep it.

    Args:
        grammar: the texts to look for.
        thorough: look for every site, even where fewer tell who it was; takes some times longer.
    """

    def __init__(self, grammar: Grammar, *, thorough: bool = False) -> None:
        self.grammar = grammar
        self._thorough = thorough
        self._lines = lines(grammar)
        self._edge = max((len(frame.plain) for frame in grammar.at("result")), default=0) + 64
        self._patterns = patterns(grammar)
        self._search = BytesAhoCorasick(
            [pattern.text.encode() for pattern in self._patterns],
            matchkind=MatchKind.Standard,
            implementation=Implementation.DFA,
        )
        self._regions = [
            (region, sum(1 << site.number for site in region.sites))
            for region in grammar.regions
            if region.place != "fresh" and region.sites
        ]
        self._near: dict[int, list[str]] = {}
        for pattern in self._patterns:
            self._near.setdefault(pattern.site.number, []).append(pattern.near)
        self._cut = Cut(grammar)
        self._fresh_ways = fresh_patterns(grammar)
        self._line_length = 2 * max((len(line.plain) for line in grammar.at("fresh")), default=0)

    def read_body(self, body: Body) -> Reading:
        """Read a decoded request body of any wire; whatever its shape, this does not raise."""
        found = seen(body)
        lasting = self.read(found.said, found.results)
        return replace(lasting, turns=tuple(self._read_turns(found.turns)))

    def read(self, said: Iterable[str], results: Sequence[str] = ()) -> Reading:
        """Read the lasting sites in texts.

        Args:
            said: texts in which anything may stand.
            results: results of tools, whose frames stand at their ends.
        """
        kept = [*said, *(results if self._thorough else self._ends(results))]
        zeros, ones = self._whole_lines(kept)
        if not self._thorough and self._done(zeros | ones):
            return _reading(zeros, ones)
        whole = " ".join("\n".join(kept).split())
        found = self._search.find_matches_as_indexes(
            whole.encode("utf-8", "replace"), overlapping=True
        )
        places: dict[int, tuple[int, int]] = {}
        for index, start, end in found:
            pattern = self._patterns[index]
            places.setdefault(pattern.site.number, (start, end))
            if pattern.way:
                ones |= 1 << pattern.site.number
            else:
                zeros |= 1 << pattern.site.number
        return self._compared(zeros, ones, places, whole)

    def _ends(self, results: Sequence[str]) -> Iterator[str]:
        """Both ends of long results; a frame never reaches further in."""
        for text in results:
            if len(text) > 2 * self._edge:
                yield text[: self._edge]
                yield text[-self._edge :]
            else:
                yield text

    def _whole_lines(self, some: Iterable[str]) -> tuple[int, int]:
        zeros = ones = 0
        known = self._lines.get
        for text in some:
            for hit in filter(None, map(known, text.split("\n"))):
                zeros |= hit[0]
                ones |= hit[1]
        return zeros, ones

    def _done(self, seen: int) -> bool:
        """Whether enough was read and no region lacks only a part."""
        return seen.bit_count() >= ENOUGH and all(
            seen & mask in {0, mask} for _, mask in self._regions
        )

    def _compared(
        self, zeros: int, ones: int, places: dict[int, tuple[int, int]], whole: str
    ) -> Reading:
        """Fill gaps between sites that were found, by likeness to both wordings."""
        raw = whole.encode("utf-8", "replace")
        left = MOST_COMPARED
        for region, mask in self._regions:
            seen = (zeros | ones) & mask
            if seen == mask or seen.bit_count() < FEW:
                continue
            for number, window in _gaps(region, places, raw):
                if not left:
                    break
                left -= 1
                way = self._likelier(number, window)
                if way is not None:
                    zeros |= (1 - way) << number
                    ones |= way << number
        return _reading(zeros, ones)

    def _likelier(self, number: int, window: str) -> int | None:
        """The wording that a window is more like, if one stands out."""
        near = self._near[number]
        zero, one = (partial_ratio(text, window, score_cutoff=ALIKE) for text in near)
        if abs(zero - one) < APART:
            return None
        return int(one > zero)

    def _read_turns(self, last_texts: Sequence[str]) -> Iterator[TurnReading]:
        for number, text in enumerate(last_texts):
            typed = self._cut.of(text)
            bits, known = self._read_line(text[typed.end : typed.end + self._line_length])
            yield TurnReading(number, typed.digest, bits, known)

    def _read_line(self, line: str) -> tuple[int, int]:
        """What a fresh line says at its sites, in their order."""
        bits = known = 0
        if line:
            for n, (zero, one) in enumerate(self._fresh_ways):
                if (one in line) != (zero in line):
                    known |= 1 << n
                    bits |= (one in line) << n
        return bits, known


def _reading(zeros: int, ones: int) -> Reading:
    clash = zeros & ones
    return Reading(ones & ~clash, (zeros | ones) & ~clash, clash.bit_count())


def _gaps(
    region: Region, places: dict[int, tuple[int, int]], raw: bytes
) -> Iterator[tuple[int, str]]:
    """Missing sites of a region with the text between the sites found around them."""
    order = [site.number for site in region.sites]
    for at, number in enumerate(order):
        if number in places:
            continue
        start = next((places[n][1] for n in reversed(order[:at]) if n in places), None)
        end = next((places[n][0] for n in order[at + 1 :] if n in places), None)
        if start is None and end is None:
            continue
        if start is None:
            start = max(0, (end or 0) - WINDOW)
        if end is None or not start < end <= start + WINDOW:
            end = start + WINDOW
        yield number, raw[start:end].decode("utf-8", "replace")
