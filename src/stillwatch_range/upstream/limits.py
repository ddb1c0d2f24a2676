"""Rate limits of accounts: buckets of requests and of input tokens that fill by the minute."""

from collections.abc import Mapping
from dataclasses import dataclass

MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Limit:
    """What a plan allows.

    Attributes:
        requests: requests a minute.
        tokens: input tokens a minute; those read from the cache do not count.
    """

    requests: float
    tokens: float


# Of the order that providers publish for paid tiers (November 2026): a busy team seldom meets
# them, a pool on few accounts does.
PLANS: Mapping[str, Limit] = {
    "payg": Limit(1_000, 450_000),
    "pro": Limit(60, 300_000),
    "max": Limit(200, 1_000_000),
    "team": Limit(400, 1_500_000),
}


@dataclass(slots=True)
class _Bucket:
    at_us: int
    requests: float
    tokens: float


class Limits:
    """Counts what accounts use; it holds a few numbers for each account that it met.

    Args:
        plans: limits by plan; an account of another plan has those of `payg`, if any.
    """

    def __init__(self, plans: Mapping[str, Limit]) -> None:
        self._plans = plans
        self._buckets: dict[str, _Bucket] = {}
        self._own: dict[str, Limit] = {}

    def set(self, account: str, limit: Limit | None) -> None:
        """Give an account a limit of its own from now on, or its plan's again.

        Args:
            account: name of the account.
            limit: what it may use; None for what its plan allows.
        """
        self._buckets.pop(account, None)
        if limit is None:
            self._own.pop(account, None)
        else:
            self._own[account] = limit

    def wait_s(self, account: str, plan: str, tokens: int, at_us: int) -> float:
        """Take a request, or say how long to wait for it.

        Args:
            account: name of the account.
            plan: its plan.
            tokens: input tokens that were not cached.
            at_us: now.

        Returns:
            0 where the request was taken, else seconds until there is room for it.
        """
        limit = self._own.get(account) or self._plans.get(plan) or self._plans.get("payg")
        if limit is None:
            return 0.0
        bucket = self._filled(account, limit, at_us)
        # A request larger than the whole bucket goes through when the bucket is full.
        needed = min(tokens, limit.tokens)
        if bucket.requests >= 1 and bucket.tokens >= needed:
            bucket.requests -= 1
            bucket.tokens -= needed
            return 0.0
        for_request = (1 - bucket.requests) / limit.requests
        for_tokens = (needed - bucket.tokens) / limit.tokens
        return max(for_request, for_tokens) * 60

    def _filled(self, account: str, limit: Limit, at_us: int) -> _Bucket:
        bucket = self._buckets.get(account)
        if bucket is None:
            bucket = self._buckets[account] = _Bucket(at_us, limit.requests, limit.tokens)
        share = max(0, at_us - bucket.at_us) / MINUTE_US
        bucket.requests = min(limit.requests, bucket.requests + share * limit.requests)
        bucket.tokens = min(limit.tokens, bucket.tokens + share * limit.tokens)
        bucket.at_us = max(at_us, bucket.at_us)
        return bucket
