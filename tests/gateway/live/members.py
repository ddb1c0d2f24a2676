"""Processes that share live state, as tests drive them."""

from dataclasses import dataclass

from stillwatch.gateway.live.sharing import Sharing
from stillwatch.gateway.live.state import Bounds, LiveState

NOW = 1_790_000_010.0


@dataclass(frozen=True)
class Rate:
    """So many at once, and one more after each so many seconds."""

    burst: int
    every_s: float


SLOW = Rate(20, 1000.0)  # nothing flows back while a test runs


class Member:
    """A process that shares, without its thread: it merges when it is told."""

    def __init__(self, store, url=None, **bounds):
        self.live = LiveState(bounds=Bounds(**bounds), shared=True)
        self.sharing = Sharing(self.live, url or store.url, clock=lambda: NOW)

    def merge(self):
        return self.sharing.merge()

    def began(self, account="a", thread=0, *, sealed=True):
        return self.live.began(account, "i", sealed, thread, NOW)

    def seals(self, account="a"):
        found = self.live.standing(account, NOW)
        return found and found.seals

    def take(self, times, account="a"):
        """How many of so many calls pass."""
        return sum(not self.live.take(account, "r", SLOW, NOW) for _ in range(times))


def settle(*members):
    """Merge until everybody knows what everybody knows."""
    for member in members:
        member.began(sealed=False)
        assert member.merge()
    for member in members:
        member.began(sealed=False)
        assert member.merge()
