"""How often somebody may ask: token buckets in bounded memory."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate.

    Attributes:
        burst: so many at once.
        every_s: and one more after each such time.
    """

    burst: int
    every_s: float


class Buckets:
    """One bucket a name; of too many names, those that asked least recently are forgotten.

    Args:
        rate: for every name.
        most: names that are remembered.
    """

    def __init__(self, rate: Rate, most: int = 1 << 16) -> None:
        self._rate = rate
        self._most = most
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait_s(self, name: str, now_s: float) -> float:
        """How long a name has to wait before it may ask; 0 if it may now."""
        full_at = self._full_at.get(name, now_s)
        return max(0.0, full_at - now_s - (self._rate.burst - 1) * self._rate.every_s)

    def take(self, name: str, now_s: float) -> float:
        """As `wait_s`; if it is 0, the asking is counted."""
        wait_s = self.wait_s(name, now_s)
        if not wait_s:
            full_at = max(now_s, self._full_at.pop(name, now_s)) + self._rate.every_s
            self._full_at[name] = full_at
            if len(self._full_at) > self._most:
                self._full_at.popitem(last=False)
        return wait_s
