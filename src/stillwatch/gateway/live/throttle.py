"""Throttles: so many calls in so much time, for an account and a rule.

The generic cell rate algorithm: a bucket is the time at which it will be full again. Where several
processes serve one account, each has a share of the bucket and takes from that alone; shares follow
who is asked how much, and are settled with the store about once a second. As the shares of a bucket
add up to one, processes together give out no more than the rate allows, except:

- a process may always take one from a bucket that is full, so with more processes than the burst
  up to one more each;
- when a process comes up, or demand moves between processes, old and new shares stand side by side
  until the others have merged: at most one burst and one interval of the rate more for each such
  process. Up to one burst of it is paid back afterwards, so in the long run the rate holds.

While the store is away the last shares stand: nothing more is given out, but a process that is
suddenly asked more keeps its small share.
"""

from collections import OrderedDict
from typing import NamedTuple, Protocol

from msgspec import Struct

IDLE_S = 5.0
LEAST_SHARE = 0.01


class Rate(Protocol):
    """How often: `burst` calls at once, and one more after each `every_s`."""

    @property
    def burst(self) -> int:
        """Calls at once."""

    @property
    def every_s(self) -> float:
        """Seconds until one more."""


class Settled(NamedTuple):
    """What a merge found.

    Attributes:
        full_at_s: when the whole bucket will be full again, by the clock of this process.
        share: the share of it that is ours from now on.
        taken: how many of our calls are in that.
    """

    full_at_s: float
    share: float
    taken: int


class Bucket(Struct, gc=False):
    """The bucket of an account and a rule.

    Attributes:
        account, rule: whose it is.
        burst, every_s: the rate that it was last asked with.
        full_at_s: when it will be full again.
        share: our share of it.
        taken: calls let through here.
        asked: calls that asked here.
        last_s: when it was last asked.
        waiting: it waits to be merged. (All above: the request path, as in `Row`.)
        taken_sent, asked_sent: how much of them is merged.
        demand, demand_s: calls that asked here lately, fading, and when that was reckoned.
        due: the share that the last merge would have given; a share grows to no more than that,
            for the others have to hear first that theirs is smaller.
        settled: what the last merge found, until the request path takes it. (From `taken_sent`:
            the merging thread.)
    """

    account: str
    rule: str
    burst: int
    every_s: float
    full_at_s: float
    share: float
    taken: int = 0
    asked: int = 0
    last_s: float = 0.0
    waiting: bool = False
    taken_sent: int = 0
    asked_sent: int = 0
    demand: float = 0.0
    demand_s: float = 0.0
    due: float = 0.0
    settled: Settled | None = None

    def take(self, now_s: float) -> float:
        """Take one call out of our share.

        Returns:
            Seconds to wait; 0 if it was taken.
        """
        if self.settled is not None:
            self._settle(self.settled)
        every_s = self.every_s / self.share
        ahead_s = (max(1.0, self.burst * self.share) - 1.0) * every_s
        self.asked += 1
        if now_s < self.last_s:  # the clock was set back: no time has passed
            self.full_at_s -= self.last_s - now_s
        self.last_s = now_s
        wait_s = self.full_at_s - now_s - ahead_s
        # What a sum of times is off by in its last bits is no time to wait.
        if wait_s > 1e-6:
            return wait_s
        self.full_at_s = max(self.full_at_s, now_s) + every_s
        self.taken += 1
        return 0.0

    def _settle(self, settled: Settled) -> None:
        self.settled = None
        self.share = settled.share
        since = self.taken - settled.taken
        self.full_at_s = settled.full_at_s + since * self.every_s / settled.share


class Throttles:
    """All buckets; of too many, those that were asked least recently are forgotten.

    Args:
        most: buckets that are kept.

    Attributes:
        first_share: the share of a bucket that nothing is known of: one part for each process.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()
        self.first_share = 1.0

    def __len__(self) -> int:
        return len(self._buckets)

    def bucket(self, account: str, rule: str, rate: Rate, now_s: float) -> Bucket:
        """The bucket of an account and a rule."""
        key = (account, rule)
        bucket = self._buckets.get(key)
        if bucket is None:
            share = self.first_share
            bucket = Bucket(account, rule, rate.burst, rate.every_s, now_s, share, due=share)
            self._buckets[key] = bucket
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
            return bucket
        self._buckets.move_to_end(key)
        bucket.burst, bucket.every_s = rate.burst, rate.every_s
        if now_s - bucket.last_s > IDLE_S:
            bucket.share = self.first_share
        return bucket
