"""The provider's prompt cache: which beginnings of conversations an account sent of late.

What a request reads from the cache is the longest beginning that the same account sent before, as
long as it has not expired. The Messages API keeps what a request marks with `cache_control`;
OpenAI's APIs keep whole requests by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from stillwatch_range.model import SECOND_US, Wire
from stillwatch_range.upstream.items import BYTES_A_TOKEN, Item, Items
from stillwatch_range.upstream.memo import Recent

# Providers keep no shorter beginning than this, in tokens, and drop it when it goes unused
# (prompt caching pages of both vendors, November 2026).
SHORTEST = 1024
KEPT_US = {"messages": 300 * SECOND_US, "chat": 600 * SECOND_US, "responses": 600 * SECOND_US}
STEP = 128
"""OpenAI counts cached tokens in steps of this many."""
_REMEMBERED = 20_000
_WORD = 2**64 - 1
_FACTOR = 0x9E3779B97F4A7C15


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
    """Remembers beginnings; its size is bounded whatever is sent.

    Args:
        items: reads the items of conversations.
    """

    def __init__(self, items: Items) -> None:
        self._items = items
        self._kept: Recent[int] = Recent(_REMEMBERED)

    def look(
        self, wire: Wire, holder: str, head: Sequence[bytes | msgspec.Raw], items: Sequence[Item],
        at_us: int,
    ) -> Reading:  # fmt: skip
        """What a request would read and write.

        Args:
            wire: format of the body.
            holder: whose cache.
            head: what stands before the conversation: model, tools, system prompt.
            items: the conversation.
            at_us: now.
        """
        own = wire != "messages"
        fresh_us = at_us - KEPT_US[wire]
        key = self._items.hash(holder.encode())
        tokens = 0
        marked = own
        for part in head:
            key = (key * _FACTOR + self._items.hash(part)) & _WORD
            tokens += len(memoryview(part)) // BYTES_A_TOKEN
            marked = marked or b'"cache_control"' in bytes(part)
        keep, ends = ([key], tokens) if marked and tokens >= SHORTEST else ([], 0)
        read = tokens if tokens >= SHORTEST and (self._kept.get(key) or 0) > fresh_us else 0
        last = len(items) - 1
        for place, item in enumerate(items):
            key = (key * _FACTOR + item.digest) & _WORD
            tokens += item.tokens
            if tokens < SHORTEST:
                continue
            if (self._kept.get(key) or 0) > fresh_us:
                read = tokens
            if item.marked or (own and place == last):
                keep, ends = [*keep, key], tokens
        if own:
            return Reading(tokens, read // STEP * STEP, 0, tuple(keep))
        return Reading(tokens, read, max(0, ends - read), tuple(keep))

    def take(self, reading: Reading, at_us: int) -> None:
        """Keep a request's beginnings."""
        for key in reading.keep:
            self._kept.put(key, at_us)
