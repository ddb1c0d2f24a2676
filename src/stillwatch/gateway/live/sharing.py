"""Live state shared between processes and hosts through Valkey or Redis.

A thread beside the request path merges what changed, about once a second. When the store is lost
the process goes on with what it knows, and merges once the store is back: nothing is counted twice
(batches are numbered) and nothing that was counted is forgotten (totals only grow).
"""

import logging
import math
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import msgspec

from stillwatch.errors import MissingExtra, SettingsError
from stillwatch.gateway.live.messages import (
    Batch,
    Level,
    Merged,
    Seen,
    Taken,
    Total,
    merged,
    packed,
)
from stillwatch.gateway.live.rows import Others, Row
from stillwatch.gateway.live.state import LiveState
from stillwatch.gateway.live.threads import slot_of
from stillwatch.gateway.live.throttle import LEAST_SHARE, Bucket, Settled

EVERY_S = 1.0
PATIENCE_S = 2.0
GOOD_FOR_S = 15.0
STANDING_S = 5.0
FADE_S = 5.0
MOST_ROWS = 256
MOST_MERGE_S = 5.0
PREFIX = "stillwatch:1:"

_log = logging.getLogger(__name__)


@dataclass
class SharingCounts:
    """How sharing goes.

    Attributes:
        up: the last merge worked.
        merges: merges that worked.
        failures: merges that did not.
        ignored: things in the store that are none of ours, and were thrown away.
        trouble: what kind of failure the last one was; empty while the store is up.
        processes: processes that share, this one among them, at the last merge.
    """

    up: bool = False
    merges: int = 0
    failures: int = 0
    ignored: int = 0
    trouble: str = ""
    processes: int = 1


@dataclass(frozen=True)
class _Sent:
    """A batch and what it was made of."""

    batch: Batch
    rows: Sequence[Row]
    seals: Sequence[int]
    foreign: Sequence[int]
    buckets: Sequence[Bucket]
    taken: Sequence[int]
    asked: Sequence[int] = field(default_factory=tuple)


class Sharing:
    """Merges the state of this process with that of all others.

    Args:
        state: made with `shared=True`.
        url: of the store, as `redis://[user:password@]host:port/0`, `rediss://` or `unix://`. It
            may hold a password and is never logged.
        clock: seconds since 1970.

    Raises:
        MissingExtra: the client library is not installed.
        SettingsError: the URL is none.
    """

    def __init__(self, state: LiveState, url: str, clock: Callable[[], float] = time.time) -> None:
        self._state = state
        self._clock = clock
        self._store = _client(url)
        self._script = resources.files(__package__).joinpath("merge.lua").read_text()
        self._process = secrets.token_hex(8)
        self._number = 0
        self._pending: _Sent | None = None
        self._under_way: dict[str, Row] = {}
        self._standing_s = 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.counts = SharingCounts()

    def start(self) -> None:
        """Merge once, then on and on beside the request path."""
        # Servers may fork after they loaded us, and two processes of one name count as one.
        self._process = secrets.token_hex(8)
        self.merge()
        self._thread = threading.Thread(target=self._run, name="stillwatch-sharing", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Merge what is left, and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.merge()
        self._store.close()

    def merge(self) -> bool:
        """Merge everything that changed; for one thread at a time.

        It ends after some seconds in any case, and the next merge goes on where it ended.

        Returns:
            Whether the store took it. What it did not take is sent again at the next merge.
        """
        self._requeue()
        until_s = time.monotonic() + MOST_MERGE_S
        more = True
        while more:
            sent = self._pending or self._batch()
            self._pending = sent
            try:
                said = self._store.execute_command(
                    "EVAL", self._script, 0, PREFIX, packed(sent.batch)
                )
                answer = merged(said, sent.batch)
            except self._failures() as error:
                self._failed(error)
                return False
            self._pending = None
            self._take(sent, answer)
            full = len(sent.rows) + len(sent.buckets) >= MOST_ROWS
            more = full and time.monotonic() < until_s
        self._worked()
        return True

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self.merge()

    def _batch(self) -> _Sent:
        changed = self._state.drained(MOST_ROWS)
        rows = [one for one in changed if isinstance(one, Row)]
        buckets = [one for one in changed if isinstance(one, Bucket)]
        # Numbers are read once: the request path goes on counting.
        seals, foreign = [row.seals for row in rows], [row.foreign for row in rows]
        taken = [bucket.taken for bucket in buckets]
        asked = [bucket.asked for bucket in buckets]
        self._number += 1
        batch = Batch(
            self._process,
            self._number,
            [_seen(*one) for one in zip(rows, seals, foreign, strict=True)],
            [_taken(*one) for one in zip(buckets, taken, asked, strict=True)],
        )
        return _Sent(batch, rows, seals, foreign, buckets, taken, asked)

    def _take(self, sent: _Sent, answer: Merged) -> None:
        now_s = self._clock()
        self.counts.processes = answer.processes
        self.counts.ignored += answer.ignored
        self._state.throttles.first_share = 1.0 / max(1, answer.processes)
        for row, total, seals, foreign in zip(
            sent.rows, answer.rows or (), sent.seals, sent.foreign, strict=True
        ):
            assert isinstance(total, Total)
            row.seals_sent, row.seals_else = seals, total.seals - seals
            row.foreign_sent, row.foreign_else = foreign, total.foreign - foreign
            row.others = _joined(total, now_s)
            if row.under_way:
                self._under_way[row.account] = row
        for bucket, level, taken, asked in zip(
            sent.buckets, answer.buckets or (), sent.taken, sent.asked, strict=True
        ):
            assert isinstance(level, Level)
            _settle(bucket, level, taken, asked, now_s)

    def _requeue(self) -> None:
        """Say again which calls are under way, for what is said is good for a short time only."""
        now_s = self._clock()
        if now_s - self._standing_s < STANDING_S:
            return
        self._standing_s = now_s
        standing, self._under_way = self._under_way, {}
        for row in standing.values():
            if row.under_way:
                self._state.again(row)

    def _worked(self) -> None:
        if not self.counts.up:
            _log.info("live state is shared with %d processes", self.counts.processes)
        self.counts.up = True
        self.counts.trouble = ""
        self.counts.merges += 1

    def _failed(self, error: Exception) -> None:
        # The name of the error only: its text may quote the address with its password.
        self.counts.trouble = type(error).__name__
        if self.counts.up or not self.counts.failures:
            _log.warning("live state goes on alone: %s", self.counts.trouble)
        self.counts.up = False
        self.counts.failures += 1

    def _failures(self) -> tuple[type[Exception], ...]:
        from valkey.exceptions import ValkeyError  # noqa: PLC0415 (an extra)

        return (ValkeyError, OSError, msgspec.MsgspecError)


def _client(url: str) -> Any:
    try:
        import valkey  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise MissingExtra(
            "Sharing live state needs a client for Valkey.", "pip install 'stillwatch[shared]'"
        ) from error
    try:
        store = valkey.Valkey.from_url(
            url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S
        )
        store.connection_pool.make_connection()  # connects to nothing yet
    except (ValueError, TypeError):
        # Without the cause: it may quote the address with its password.
        raise SettingsError(
            "That is no address of a store.", "Give it with --share as redis://HOST:PORT/0."
        ) from None
    return store


def _seen(row: Row, seals: int, foreign: int) -> Seen:
    return Seen(
        row.account,
        row.seals_else + row.seals_sent,
        seals - row.seals_sent,
        row.foreign_else + row.foreign_sent,
        foreign - row.foreign_sent,
        row.under_way,
        row.slot,
        f"{row.bits:x}",
        f"{row.bits_before:x}",
    )


def _taken(bucket: Bucket, taken: int, asked: int) -> Taken:
    return Taken(
        bucket.account,
        bucket.rule,
        bucket.every_s,
        bucket.burst,
        taken - bucket.taken_sent,
        asked - bucket.asked_sent,
    )


def _joined(total: Total, now_s: float) -> Others | None:
    """What others say, in the newest slot that one of them speaks of.

    A process whose clock is wrong by more than a slot speaks of no time that matters here.
    """
    here = slot_of(now_s)
    if not isinstance(total.others, list) or not total.others:
        return None
    slot = max((one.slot for one in total.others if one.slot <= here + 1), default=here)
    bits = before = 0
    for other in total.others:
        if other.slot == slot:
            bits |= int(other.bits, 16)
            before |= int(other.bits_before, 16)
        elif other.slot == slot - 1:
            before |= int(other.bits, 16)
    under_way = sum(other.under_way for other in total.others)
    return Others(under_way, slot, bits, before, now_s + GOOD_FOR_S)


def _settle(bucket: Bucket, level: Level, taken: int, asked: int, now_s: float) -> None:
    since_s = max(0.0, now_s - bucket.demand_s)  # a clock may be set back
    faded = bucket.demand * math.exp(-since_s / FADE_S)
    bucket.demand = faded + asked - bucket.asked_sent
    bucket.demand_s = now_s
    bucket.taken_sent, bucket.asked_sent = taken, asked
    share = bucket.demand / level.demand if level.demand > 0 else 1.0
    share = min(1.0, max(LEAST_SHARE, share))
    given = min(share, max(LEAST_SHARE, bucket.due))
    bucket.due = share
    bucket.settled = Settled(now_s + level.missing_s, given, taken)
