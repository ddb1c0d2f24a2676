"""The provider's prompt cache: which beginnings of conversations an account sent of late.

What a request reads from the cache is the longest beginning that the same account sent before, as
long as it has not expired. The Messages API keeps what a request marks with `cache_control`;
OpenAI's APIs keep whole requests by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from stillwatch_range.model import SECOND_US, Wire
from stillwatch_range.upstream.items import Item
from stillwatch_range.upstream.memo import Recent

# Providers keep no shorter beginning than this, in tokens, and drop it when it goes unused
# (prompt caching pages of both vendors, November 2026).
SHORTEST = 1024
KEPT_US = {"messages": 300 * SECOND_US, "chat": 600 * SECOND_US, "responses": 600 * SECOND_US}
STEP = 128
"""OpenAI counts cached tokens in steps of this many."""
_REMEMBERED = 20_000
_WORD = 2**64 - 1
_FACTOR = 0x9E3779B97F4A7C15  # odd, so that no part of a hash is lost


@dataclass(frozen=True, slots=True)
class Reading:
    """What a request's text costs to read.

    Attributes:
        tokens: its whole length.
        read: tokens that came from the cache.
        written: tokens that the cache takes in.
        keep: beginnings to be kept when the request is answered, by hash.
    """

    tokens: int
    read: int
    written: int
    keep: tuple[int, ...]

    @property
    def fresh(self) -> int:
        """Tokens that were not in the cache."""
        return self.tokens - self.read


class Prefixes:
    """Remembers beginnings; its size is bounded whatever is sent."""

    def __init__(self) -> None:
        self._kept: Recent[int] = Recent(_REMEMBERED)

    def look(
        self, wire: Wire, holder: int, head: Sequence[Item], items: Sequence[Item], at_us: int
    ) -> Reading:
        """What a request would read and write.

        Args:
            wire: format of the body.
            holder: whose cache, by hash.
            head: what stands before the conversation: model, tools, system prompt.
            items: the conversation.
            at_us: now.
        """
        ends = _ends(holder, (*head, *items))
        first = len(head) - 1
        tokens = ends[-1][1]
        read = self._longest(ends, first, at_us - KEPT_US[wire])
        if wire != "messages":
            keep = (ends[-1][0],) if tokens >= SHORTEST else ()
            return Reading(tokens, read // STEP * STEP, 0, keep)
        marked = [place for place, item in enumerate(items, len(head)) if item.marked]
        if any(item.marked for item in head):
            marked = [first, *marked]
        kept = [ends[place] for place in marked if ends[place][1] >= SHORTEST]
        if not kept:
            return Reading(tokens, 0, 0, ())
        return Reading(tokens, read, max(0, kept[-1][1] - read), tuple(key for key, _ in kept))

    def _longest(self, ends: Sequence[tuple[int, int]], first: int, since_us: int) -> int:
        """Tokens of the longest beginning that is kept; from the back, since it is mostly there."""
        for place in range(len(ends) - 1, first - 1, -1):
            key, tokens = ends[place]
            if tokens < SHORTEST:
                break
            if (self._kept.get(key) or 0) > since_us:
                return tokens
        return 0

    def take(self, reading: Reading, at_us: int) -> None:
        """Keep a request's beginnings."""
        for key in reading.keep:
            self._kept.put(key, at_us)


def _ends(key: int, parts: Sequence[Item]) -> list[tuple[int, int]]:
    """Hash and length of the text up to the end of each part."""
    ends = []
    tokens = 0
    for part in parts:
        key = (key * _FACTOR + part.digest) & _WORD
        tokens += part.tokens
        ends.append((key, tokens))
    return ends
