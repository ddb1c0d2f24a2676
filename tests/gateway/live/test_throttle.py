"""Throttles: no more passes than the rate says, whoever asks how often."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.gateway.live.state import Bounds, LiveState
from stillwatch.gateway.live.throttle import IDLE_S, Bucket, Settled, Throttles

NOW = 1_790_000_000.0


@dataclass(frozen=True)
class Rate:
    """So many at once, and one more after each so many seconds."""

    burst: int
    every_s: float


RATES = st.builds(Rate, st.integers(1, 20), st.floats(0.01, 100))
STEPS = st.lists(st.floats(0, 50), max_size=120)


def most(rate, seconds):
    """What a rate lets through in so much time; sums of times are off in their last bits."""
    return rate.burst + seconds / rate.every_s + 1e-3


def passed(bucket, steps):
    """The times at which calls were let through."""
    now_s, times = NOW, []
    for step in steps:
        now_s += step
        if not bucket.take(now_s):
            times.append(now_s)
    return times


def is_within(times, rate, more=0):
    """Whether no stretch of time holds more than the rate allows."""
    return all(
        later - first + 1 <= most(rate, times[later] - times[first]) + more
        for first in range(len(times))
        for later in range(first, len(times))
    )


@given(RATES, STEPS)
def test_no_stretch_of_time_holds_more_than_burst_and_rate(rate, steps):
    """Whatever the calls look like; and the first ones up to the burst always pass."""
    bucket = Bucket("a", "r", rate.burst, rate.every_s, NOW, 1.0)
    times = passed(bucket, steps)
    assert is_within(times, rate)
    assert len(times) >= min(len(steps), rate.burst)


@given(RATES, STEPS, st.lists(st.floats(0.01, 1), min_size=1, max_size=6), st.randoms())
def test_shares_of_several_processes_add_up(rate, steps, weights, chance):
    """Together they give out no more than one would, and one more each."""
    buckets = [
        Bucket("a", "r", rate.burst, rate.every_s, NOW, weight / sum(weights)) for weight in weights
    ]
    now_s, times = NOW, []
    for step in steps:
        now_s += step
        if not chance.choice(buckets).take(now_s):
            times.append(now_s)
    assert is_within(times, rate, more=len(buckets))


@given(RATES, STEPS)
def test_who_waits_as_long_as_told_passes(rate, steps):
    """The time to wait is neither too short nor for ever."""
    bucket = Bucket("a", "r", rate.burst, rate.every_s, NOW, 1.0)
    now_s = NOW
    for step in steps:
        now_s += step
        wait_s = bucket.take(now_s)
        if wait_s:
            assert wait_s <= rate.every_s + 1e-3
            now_s += wait_s + 1e-3
            assert bucket.take(now_s) == 0


def test_a_merge_counts_what_passed_since_it_was_sent():
    """Five passed here, three of them were sent: the other two still count after the answer."""
    bucket = Bucket("a", "r", 10, 1.0, NOW, 1.0)
    assert [bucket.take(NOW) for _ in range(5)] == [0] * 5
    bucket.settled = Settled(NOW + 6.0, 1.0, 3)  # six are missing: three of ours, three of others
    assert [bucket.take(NOW) > 0 for _ in range(3)] == [False, False, True]


def test_a_smaller_share_is_a_slower_bucket():
    """A tenth of ten at once and one a second: one at once and one in ten seconds."""
    bucket = Bucket("a", "r", 10, 1.0, NOW, 1.0)
    bucket.settled = Settled(NOW, 0.1, 0)
    assert bucket.take(NOW) == 0
    assert bucket.take(NOW) == pytest.approx(10.0)
    assert bucket.take(NOW + 10) == 0


@given(st.floats(0, 1e6))
def test_a_clock_that_is_set_back_makes_nobody_wait_longer(back_s):
    """Nobody waits an hour because the hour was corrected."""
    bucket = Bucket("a", "r", 3, 1.0, NOW, 1.0)
    assert [bucket.take(NOW) > 0 for _ in range(4)] == [False, False, False, True]
    assert bucket.take(NOW - back_s) == pytest.approx(1.0, abs=1e-3)


def test_a_bucket_that_rested_has_the_usual_share_again():
    """A process that was asked little for a while is no stepchild for ever."""
    throttles = Throttles(10)
    rate = Rate(10, 1.0)
    bucket = throttles.bucket("a", "r", rate, NOW)
    bucket.take(NOW)
    bucket.share = 0.01
    throttles.first_share = 0.5
    assert throttles.bucket("a", "r", rate, NOW + IDLE_S).share == 0.01
    assert throttles.bucket("a", "r", rate, NOW + IDLE_S + 1).share == 0.5


def test_buckets_are_bounded_and_the_last_used_stay():
    """Beyond the bound the one that was asked longest ago is forgotten."""
    live = LiveState(bounds=Bounds(buckets=2))
    rate = Rate(1, 1000.0)
    for account in ("a", "b", "a", "c"):
        live.take(account, "r", rate, NOW)
    assert len(live.throttles) == 2
    assert live.take("a", "r", rate, NOW) > 0
    assert live.take("b", "r", rate, NOW) == 0


def test_accounts_and_rules_have_buckets_of_their_own():
    """Nobody uses up what is another's."""
    live = LiveState()
    rate = Rate(1, 10.0)
    taken = [live.take(account, name, rate, NOW) for account in "ab" for name in "rs"]
    assert taken == [0] * 4
    assert live.take("a", "r", rate, NOW) == pytest.approx(10.0)
