"""Remembering numbers that are used once, in bounded memory.

Two generations of digests: when the newer one is full or as old as the window, the older one is
dropped. Whatever was made before the newest entry that was ever dropped is refused as too old, so
nothing passes twice, however much comes in.
"""

from dataclasses import dataclass, field
from hashlib import blake2b

DIGEST_BYTES = 16
MOST = 1 << 20
"""Entries of both generations together by default: about 100 MB when full."""


@dataclass(slots=True)
class _Generation:
    since_s: float
    newest_s: float = float("-inf")
    seen: set[bytes] = field(default_factory=set)


class Nonces:
    """Says of each number whether it was seen before.

    Args:
        window_s: for how long a number may be used after it was made.
        most: how many are remembered.
    """

    def __init__(self, window_s: float, most: int = MOST) -> None:
        self._window_s = window_s
        self._half = max(1, most // 2)
        self._new = _Generation(float("-inf"))
        self._old = _Generation(float("-inf"))
        self._floor_s = float("-inf")

    def __len__(self) -> int:
        return len(self._new.seen) + len(self._old.seen)

    def first_use(self, nonce: bytes, made_s: float, now_s: float) -> bool:
        """Remember a number; whether it is certain that it was not seen before.

        Args:
            nonce: the number, with whatever it is to be told apart by.
            made_s: when it was made, as its signature says.
            now_s: the time.
        """
        full = len(self._new.seen) >= self._half
        if full or now_s - self._new.since_s > self._window_s:
            self._floor_s = max(self._floor_s, self._old.newest_s)
            self._old, self._new = self._new, _Generation(now_s)
        known = blake2b(nonce, digest_size=DIGEST_BYTES).digest()
        if made_s <= self._floor_s or known in self._new.seen or known in self._old.seen:
            return False
        self._new.seen.add(known)
        self._new.newest_s = max(self._new.newest_s, made_s)
        return True
