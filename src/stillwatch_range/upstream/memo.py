"""A memory of what was seen of late, bounded in size."""

from typing import Generic, TypeVar

V = TypeVar("V")


class Recent(Generic[V]):
    """Keeps at least the last `size` entries, and never more than twice as many.

    Args:
        size: number of entries.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._new: dict[int, V] = {}
        self._old: dict[int, V] = {}

    def get(self, key: int) -> V | None:
        """The value of a key, if it is remembered; that makes it recent again."""
        value = self._new.get(key)
        if value is None and (value := self._old.get(key)) is not None:
            self.put(key, value)
        return value

    def put(self, key: int, value: V) -> None:
        """Remember a value."""
        self._new[key] = value
        if len(self._new) >= self._size:
            self._old, self._new = self._new, {}
