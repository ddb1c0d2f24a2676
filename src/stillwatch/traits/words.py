"""Keyed hashes of short texts that come again and again."""

from stillwatch.exchange import Request
from stillwatch.hashing import Hasher
from stillwatch.memo import Memo


class Words:
    """Hashes named values, remembering the common ones.

    The name of a value is hashed with it, so that a session and a device with the same text do not
    look alike.

    Args:
        hasher: keyed hashing for stored values.
        budget: how many values to remember.
    """

    def __init__(self, hasher: Hasher, budget: int = 10_000) -> None:
        self._hasher = hasher
        self._known: Memo[str, int] = Memo(budget)
        self._by_key: Memo[int, int] = Memo(budget // 20)

    def of(self, kind: str, value: str) -> int:
        """The hash of a value of a kind."""
        text = f"{kind} {value}"
        known = self._known.get(text)
        return known if known is not None else self._known.put(text, self._hasher.of(text))

    def maybe(self, kind: str, value: str | None) -> int | None:
        """The hash, or None where there is no value."""
        return None if value is None else self.of(kind, value)

    def system(self, request: Request) -> int | None:
        """The hash of the system text, or None."""
        if not request.system:
            return None
        known = self._by_key.get(request.system_key)
        if known is None:
            text = "system " + "\n".join(request.system)
            known = self._by_key.put(request.system_key, self._hasher.of(text))
        return known

    def tools(self, request: Request) -> int | None:
        """The hash of the offered tools' names in alphabetical order, or None."""
        if not request.tools:
            return None
        known = self._by_key.get(request.tools_key)
        if known is None:
            names = " ".join(sorted(tool.name for tool in request.tools))
            known = self._by_key.put(request.tools_key, self._hasher.of(f"tools {names}"))
        return known

    def header_order(self, request: Request) -> int | None:
        """The hash of the header names in order and case, or None where they are not known."""
        if not request.headers_ordered:
            return None
        return self.of("order", " ".join([name for name, _ in request.headers]))
