"""Which enrolled install a stored reading belongs to."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stillwatch.marks.codebook import Codebook, Span
from stillwatch.marks.enrolled import Install
from stillwatch.marks.grammar import Grammar
from stillwatch.marks.match import Matcher
from stillwatch.marks.read import Reading
from stillwatch.marks.secrets import DAY_S, MarkKeys


class Match(NamedTuple):
    """The install that a reading belongs to.

    Attributes:
        install: its id.
        agree: sites that say what its codeword says.
        log10_p: base-10 logarithm of the bound of the chance of a false match.
    """

    install: str
    agree: int
    log10_p: float


class SealMatcher:
    """Searches all enrolled installs; ask it span after span, for it remembers one.

    Args:
        keys: the master keys.
        grammar: what was read.
        installs: the enrolled installs.
    """

    def __init__(self, keys: MarkKeys, grammar: Grammar, installs: Sequence[Install]) -> None:
        self._keys = keys
        self._grammar = grammar
        self._installs = installs
        self._span: int | None = None
        self._matcher: Matcher | None = None

    @property
    def span_s(self) -> int:
        """The length of a span: an epoch, within which the same seals are read."""
        return self._keys.keys[0].epoch_days * DAY_S

    def find(self, bits: bytes, known: bytes, span: int) -> Match | None:
        """The install that a reading belongs to, or None.

        Args:
            bits: what was read; bit n is site n.
            known: which sites were read.
            span: when, in whole epochs since 1970; seals of the epoch before are read too.
        """
        if self._matcher is None or span != self._span:
            self._span, self._matcher = span, self._opened(span)
        reading = Reading(int.from_bytes(bits, "little"), int.from_bytes(known, "little"))
        found = self._matcher.find(reading)
        return found and Match(found[0].install, found[0].agreed, round(found[1], 2))

    def _opened(self, span: int) -> Matcher:
        names = [install.install for install in self._installs]
        return Matcher(Codebook(self._grammar, names, list(self._spans(span))), self._installs)

    def _spans(self, span: int) -> Iterator[Span]:
        start_s = span * self.span_s
        for key in self._keys.keys:
            # The time is known to within a span, so a key that was valid in any part of it counts.
            if key.seals_from_s < start_s + self.span_s and start_s < key.read_until_s:
                yield from (Span(key, epoch) for epoch in (span, span - 1))
