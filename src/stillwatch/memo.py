"""A bounded memory of work already done."""

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memo(Generic[K, V]):
    """A mapping that forgets what was not used lately once it has grown past its budget.

    It keeps two generations. What is used moves to the young one; when the young one is full it
    becomes the old one and the previous old one is dropped. That is nearly least-recently-used, at
    the price of one dictionary look-up.

    Args:
        budget: how much one generation may hold, in the unit of `cost` given to `put` (entries by
            default, or bytes).
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._spent = 0
        self._young: dict[K, tuple[V, int]] = {}
        self._old: dict[K, tuple[V, int]] = {}

    def get(self, key: K) -> V | None:
        """The remembered value, or None."""
        entry = self._young.get(key)
        if entry is None:
            entry = self._old.pop(key, None)
            if entry is None:
                return None
            self._keep(key, entry)
        return entry[0]

    def put(self, key: K, value: V, cost: int = 1) -> V:
        """Remember a value and return it."""
        self._keep(key, (value, cost))
        return value

    def forget(self, key: K) -> None:
        """Drop a value before its time; nothing happens if it is not there."""
        entry = self._young.pop(key, None)
        if entry is not None:
            self._spent -= entry[1]
        self._old.pop(key, None)

    def _keep(self, key: K, entry: tuple[V, int]) -> None:
        if self._spent >= self._budget:
            self._old, self._young, self._spent = self._young, {}, 0
        replaced = self._young.get(key)
        if replaced is not None:
            self._spent -= replaced[1]
        self._young[key] = entry
        self._spent += entry[1]
