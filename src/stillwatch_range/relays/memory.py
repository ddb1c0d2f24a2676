"""What a relay remembers of a conversation, so that each item is rewritten once; it is bounded."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from stillwatch_range.model import HOUR_US

T = TypeVar("T")
MOST_RESULTS = 4_000
MOST_CONVERSATIONS = 1_000
LIFE_US = 2 * HOUR_US


class Memory:
    """Results of rewriting, by the object that was rewritten.

    A client hands over the same objects with each request, so identity tells what is new. Two
    generations: when the younger one is full the older one goes.
    """

    __slots__ = ("_old", "_young", "account", "last_us", "seen", "stripped")

    def __init__(self) -> None:
        self._young: dict[tuple[str, int], tuple[object, Any]] = {}
        self._old: dict[tuple[str, int], tuple[object, Any]] = {}
        self.account = ""
        self.stripped = False
        self.seen = 0
        self.last_us = 0

    def once(self, name: str, source: Any, make: Callable[[Any], T]) -> T:
        """The result of `make` for an object, made once.

        Args:
            name: what is made; with the object's identity it names the result.
            source: the object; it is kept as long as the result.
            make: makes the result.
        """
        key = (name, id(source))
        held = self._young.get(key)
        if held is None:
            held = self._old.get(key) or (source, make(source))
            if len(self._young) >= MOST_RESULTS:
                self._old, self._young = self._young, {}
            self._young[key] = held
        result: T = held[1]
        return result

    def serves(self, account: str) -> None:
        """Forget results when another account carries the conversation: they were for the last."""
        if account != self.account:
            self._young, self._old, self.account = {}, {}, account

    def __len__(self) -> int:
        """How many results it holds."""
        return len(self._young) + len(self._old)


class Conversations:
    """Memories of the conversations that go on; idle ones are forgotten."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Memory] = OrderedDict()

    def of(self, key: str, now_us: int) -> Memory:
        """The memory of a conversation, a new one if it was forgotten."""
        memory = self._held.get(key)
        if memory is None:
            memory = self._held[key] = Memory()
        memory.last_us = now_us
        self._held.move_to_end(key)
        self._expire(now_us)
        return memory

    def _expire(self, now_us: int) -> None:
        while self._held:
            key, memory = next(iter(self._held.items()))
            if len(self._held) <= MOST_CONVERSATIONS and memory.last_us > now_us - LIFE_US:
                return
            del self._held[key]

    def __len__(self) -> int:
        """How many conversations are remembered."""
        return len(self._held)
