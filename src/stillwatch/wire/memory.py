"""What decoding remembers, within a budget of bytes.

A conversation comes again with every request, longer by a turn. A message, a system prompt or a
list of tools that was decoded once is found by the digest of its bytes and not decoded again, and
the beginning of a long conversation is found as a whole (see `history`).
"""

import sys
from typing import TypeVar

from msgspec import Struct

from stillwatch.exchange import Message, Opaque, Part, Reasoning, Tool, ToolCall
from stillwatch.memo import Memo

V = TypeVar("V")

MEGABYTE = 1 << 20
DEFAULT_BUDGET = 24 * MEGABYTE

# What an entry and its objects weigh beside the texts in CPython 3.11, rounded up.
_ENTRY_BYTES = 250
_PART_BYTES = 150
_TEXT_BYTES = 50

# An entry dearer than this share of its shelf is not worth what it would push out.
_LARGEST_SHARE = 8


class Prefix(Struct, frozen=True):
    """The beginning of a conversation that was seen before.

    Attributes:
        length: how many bytes of the raw list it is, up to and with a separator.
        digest: digest of these bytes.
        count: how many elements of the raw list it holds.
        messages: what they decode to.
        cost: bytes that it keeps alive.
        key: where it is remembered.
    """

    length: int
    digest: int
    count: int
    messages: tuple[Message, ...]
    cost: int
    key: int


class Settings(Struct, frozen=True):
    """The small fields of a request's body; the names are those of `Request`."""

    model: str | None
    user: str | None
    params: tuple[tuple[str, str], ...]
    stream: bool
    previous_response: str | None
    body_keys: tuple[str, ...]


class Shelf(Memo[int, V]):
    """Remembered values of one kind, by digest.

    Args:
        budget: bytes that they may take in total.
    """

    def __init__(self, budget: int) -> None:
        self._largest = budget // _LARGEST_SHARE
        # A memo has two generations, each of which may go past its budget by its last entry.
        super().__init__(budget // 2 - self._largest)

    def keep(self, key: int, value: V, cost: int) -> V:
        """Remember a value, unless it would push out too much, and return it."""
        return self.put(key, value, cost) if cost <= self._largest else value


class WireMemory:
    """The memory of one decoding process. It never holds on to a line that was read.

    Args:
        budget: bytes that it may take in total, about.
    """

    def __init__(self, budget: int = DEFAULT_BUDGET) -> None:
        self.messages: Shelf[Message] = Shelf(budget // 3)
        self.prefixes: Shelf[Prefix] = Shelf(budget // 2)
        self.systems: Shelf[tuple[str, ...]] = Shelf(budget // 12)
        self.tools: Shelf[tuple[Tool, ...]] = Shelf(budget // 24)
        self.settings: Shelf[Settings] = Shelf(budget // 24)


def message_cost(message: Message) -> int:
    """Bytes that a decoded message takes, about."""
    return _ENTRY_BYTES + sum(map(_part_cost, message.parts))


def _part_cost(part: Part) -> int:
    if isinstance(part, ToolCall):
        return _PART_BYTES + sys.getsizeof(part.arguments)
    if isinstance(part, Opaque):
        return _PART_BYTES
    signature = part.signature if isinstance(part, Reasoning) else None
    return _PART_BYTES + sys.getsizeof(part.text) + len(signature or "")


def texts_cost(texts: tuple[str, ...]) -> int:
    """Bytes that texts take, about."""
    return _ENTRY_BYTES + sum(map(sys.getsizeof, texts)) + _TEXT_BYTES * len(texts)
