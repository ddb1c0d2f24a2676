"""What a relay remembers of a conversation, so that each item is rewritten once; it is bounded."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from stillwatch_range.model import HOUR_US

T = TypeVar("T")
Table = dict[int, tuple[object, Any]]
MOST_RESULTS = 4_000
MOST_CONVERSATIONS = 1_000
LIFE_US = 2 * HOUR_US


class Memory:
    """Results of rewriting, by the object that was rewritten.

    A client hands over the same objects with each request, so identity tells what is new. Two
    generations: when the younger one is full the older one goes. What depends on the account names
    it, so that a conversation that goes round its accounts is rewritten once for each.
    """

    __slots__ = ("_count", "_old", "_young", "last_us", "stripped")

    def __init__(self) -> None:
        self._young: dict[str, Table] = {}
        self._old: dict[str, Table] = {}
        self._count = 0
        self.stripped = False
        self.last_us = 0

    def once(self, name: str, source: Any, make: Callable[[Any], T]) -> T:
        """The result of `make` for an object, made once.

        Args:
            name: what is made; with the object's identity it names the result.
            source: the object; it is kept as long as the result.
            make: makes the result.
        """
        return self.each(name, (source,), make)[0]

    def each(self, name: str, sources: Iterable[Any], make: Callable[[Any], T]) -> list[T]:
        """The results of `make` for objects, each made once; arguments as for `once`."""
        table = self._young.get(name)
        if table is None:
            table = self._young[name] = {}
        made: list[T] = []
        for source in sources:
            held = table.get(id(source))
            if held is None:
                held = table[id(source)] = self._found(name, source, make)
            made.append(held[1])
        if self._count > MOST_RESULTS:
            self._old, self._young, self._count = self._young, {}, 0
        return made

    def _found(self, name: str, source: Any, make: Callable[[Any], T]) -> tuple[object, T]:
        self._count += 1
        table = self._old.get(name)
        held = table.get(id(source)) if table else None
        return held or (source, make(source))

    def __len__(self) -> int:
        """How many results it holds."""
        return sum(map(len, self._young.values())) + sum(map(len, self._old.values()))


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
