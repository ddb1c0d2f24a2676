"""Live state: what the request path asks and tells, without waiting for anybody."""

from collections import OrderedDict, deque
from dataclasses import dataclass

from stillwatch.gateway.live.hunt_file import Found
from stillwatch.gateway.live.rows import (
    MOST_ACCOUNTS,
    MOST_INSTALLS,
    InstallRow,
    Row,
    Standing,
)
from stillwatch.gateway.live.threads import MOST, bit_of, distinct, slot_of
from stillwatch.gateway.live.throttle import Bucket, Rate, Throttles
from stillwatch.gateway.live.verdicts import Verdicts


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is remembered; beyond it, what was used least recently is forgotten.

    Attributes:
        accounts: accounts.
        installs: installs.
        buckets: throttled pairs of an account and a rule.
    """

    accounts: int = 1_000_000
    installs: int = 250_000
    buckets: int = 250_000


class LiveState:
    """State of accounts and installs in one process.

    All methods but `drained` and `reload` belong to one thread, that of the event loop.

    Args:
        verdicts: of the last hunt.
        bounds: how much is remembered.
        shared: changed rows are kept for merging, see `sharing`.
    """

    def __init__(
        self,
        verdicts: Verdicts | None = None,
        bounds: Bounds | None = None,
        *,
        shared: bool = False,
    ) -> None:
        self.verdicts = verdicts or Verdicts(None)
        self.bounds = bounds or Bounds()
        self.throttles = Throttles(self.bounds.buckets)
        self._rows: OrderedDict[str, Row] = OrderedDict()
        self._installs: OrderedDict[str, InstallRow] = OrderedDict()
        self._shared = shared
        self._waiting: deque[Row | Bucket] = deque()
        # What is evicted stays in the queue, so the queue is bounded by itself.
        self._most_waiting = self.bounds.accounts + self.bounds.buckets

    @property
    def accounts(self) -> int:
        """How many accounts are remembered."""
        return len(self._rows)

    @property
    def installs(self) -> int:
        """How many installs are remembered."""
        return len(self._installs)

    @property
    def waiting(self) -> int:
        """How many changes wait to be merged."""
        return len(self._waiting)

    def verdict(self, account: str) -> Found:
        """Verdict, grade and level of the last hunt."""
        return self.verdicts.of(account)

    def began(
        self, account: str, install: str | None, sealed: bool, thread: int, now_s: float
    ) -> int:
        """A call begins.

        Args:
            account: whose it is.
            install: the install that sealed it, if known.
            sealed: its seal holds.
            thread: a hash of its thread, with even low bits; 0 if unknown.
            now_s: seconds since 1970.

        Returns:
            Threads of the account at once, this one among them: the larger of those that began a
            call in this slot or the last (30 to 60 s) and of the calls under way. At most 255.
        """
        row = self._row(account)
        slot = slot_of(now_s)
        if row.slot != slot:
            row.bits_before = row.bits if row.slot == slot - 1 else 0
            row.bits, row.slot = 0, slot
        row.bits |= bit_of(thread)
        row.under_way += 1
        if sealed:
            row.seals += 1
            if install is not None:
                self._sealed(row, install, now_s)
        self._changed(row)
        return _busy(row, slot, now_s)

    def ended(self, account: str, now_s: float) -> None:
        """A call of the account that began is over."""
        del now_s
        row = self._rows.get(account)
        # None, if it was forgotten in between.
        if row is not None and row.under_way:
            row.under_way -= 1
            self._changed(row)

    def presented(self, account: str, foreign: int) -> None:
        """The account presented so many ids that were issued to another one."""
        row = self._row(account)
        row.foreign += foreign
        self._changed(row)

    def take(self, account: str, rule: str, rate: Rate, now_s: float) -> float:
        """Take one call out of a throttle.

        Returns:
            Seconds to wait; 0 if the call may go on.
        """
        bucket = self.throttles.bucket(account, rule, rate, now_s)
        wait_s = bucket.take(now_s)
        self._changed(bucket)
        return wait_s

    def standing(self, account: str, now_s: float) -> Standing | None:
        """What is known of an account, or None."""
        row = self._rows.get(account)
        if row is None:
            return None
        return Standing(
            row.seals + row.seals_else,
            row.foreign + row.foreign_else,
            row.installs,
            _busy(row, slot_of(now_s), now_s),
            row.under_way,
        )

    def install(self, install: str) -> InstallRow | None:
        """What is known of an install, or None."""
        return self._installs.get(install)

    def drained(self, most: int) -> list[Row | Bucket]:
        """Rows and buckets that changed since they were last merged; for the merging thread."""
        drained: list[Row | Bucket] = []
        while len(drained) < most and self._waiting:
            changed = self._waiting.popleft()
            # Before it is read: what changes from now on is merged once more.
            changed.waiting = False
            drained.append(changed)
        return drained

    def again(self, row: Row) -> None:
        """Merge a row once more, for its calls are still under way; for the merging thread."""
        if not row.waiting:
            row.waiting = True
            self._waiting.append(row)

    def _row(self, account: str) -> Row:
        row = self._rows.get(account)
        if row is None:
            row = self._rows[account] = Row(account)
            if len(self._rows) > self.bounds.accounts:
                # Nobody will tell this row when its calls are over, so it speaks of none.
                self._rows.popitem(last=False)[1].under_way = 0
        else:
            self._rows.move_to_end(account)
        return row

    def _sealed(self, row: Row, install: str, now_s: float) -> None:
        if not row.installs or row.installs[0] != install:
            row.installs = _newest(install, row.installs, MOST_INSTALLS)
        seen = self._installs.get(install)
        if seen is None:
            seen = self._installs[install] = InstallRow()
            if len(self._installs) > self.bounds.installs:
                self._installs.popitem(last=False)
        else:
            self._installs.move_to_end(install)
        seen.seals += 1
        seen.last_s = now_s
        if not seen.accounts or seen.accounts[0] != row.account:
            seen.accounts = _newest(row.account, seen.accounts, MOST_ACCOUNTS)

    def _changed(self, changed: Row | Bucket) -> None:
        if not self._shared or changed.waiting:
            return
        if len(self._waiting) >= self._most_waiting:
            self._waiting.popleft().waiting = False
        changed.waiting = True
        self._waiting.append(changed)


def _newest(name: str, names: tuple[str, ...], most: int) -> tuple[str, ...]:
    return (name, *(other for other in names if other != name))[:most]


def _busy(row: Row, slot: int, now_s: float) -> int:
    bits = row.bits | row.bits_before if row.slot == slot else 0
    if row.slot == slot - 1:
        bits = row.bits
    under_way = row.under_way
    others = row.others
    if others is not None and now_s < others.until_s:
        under_way += others.under_way
        if others.slot == slot:
            bits |= others.bits | others.bits_before
        elif others.slot == slot - 1:
            bits |= others.bits
    return max(distinct(bits), min(MOST, under_way))
