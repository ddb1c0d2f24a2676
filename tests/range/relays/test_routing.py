"""Stickiness, picking, caps, cool-downs, failover and the reserve."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.routing import MOST_STUCK, Pool
from tests.range.relays.stage import START, some_accounts

SECOND = 1_000_000
EVENTS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(0, 90 * SECOND),
        st.sampled_from([200, 200, 200, 200, 429, 503]),
        st.integers(1, 30 * SECOND),
    ),
    max_size=60,
)
PICKS = ["round_robin", "weighted", "fill_first", "shuffle"]


def pool(count=4, reserve=0, **more):
    accounts = some_accounts(count + reserve)
    return Pool(accounts[:count], accounts[count:], Switches(**more), Random(1))


@settings(deadline=None, max_examples=60)
@given(EVENTS, st.sampled_from(PICKS), st.integers(1, 4))
def test_a_conversation_stays_while_its_account_works(events, pick, concurrency):
    """Within its time a key moves only after a failure of its account."""
    relay = pool(pick=pick, concurrency=concurrency, stick_s=600.0)
    now, last, failed = START, {}, set()
    for key, gap, status, took in events:
        now += gap
        found = relay.pick(str(key), "c", now)
        if found is None:
            continue
        seat, start = found
        held = last.get(key)
        if held and now - held[1] < 600 * SECOND and held[0] not in failed:
            assert seat.number == held[0]
        seat.took(str(key), start, start + took)
        if status == 200:
            seat.strikes = 0
            failed.discard(seat.number)
        else:
            relay.fails(seat, status, start + took, 0.0)
            failed.add(seat.number)
        last[key] = seat.number, now


@settings(deadline=None, max_examples=60)
@given(EVENTS, st.sampled_from(PICKS), st.integers(1, 3), st.integers(1, 5))
def test_caps_hold(events, pick, concurrency, rpm):
    """No account has more in flight, or starts more in a minute, than its caps."""
    relay = pool(2, pick=pick, concurrency=concurrency, rpm=rpm, stick_to="nothing")
    now, spans = START, {}
    for _, gap, _, took in events:
        now += gap
        found = relay.pick("", "c", now)
        if found is None:
            continue
        seat, start = found
        assert start >= now
        spans.setdefault(seat.number, []).append((start, start + took))
        seat.took("s", start, start + took)
    for rows in spans.values():
        for start, _ in rows:
            assert sum(one <= start < end for one, end in rows) <= concurrency
            assert sum(start - 60 * SECOND < one <= start for one, _ in rows) <= rpm


def test_cooldown_climbs_its_ladder_and_starts_again():
    """Rests of 30, 120 and 600 seconds; a success in between begins anew."""
    relay = pool(1)
    seat = relay.seats[0]
    rests = []
    for _ in range(4):
        relay.fails(seat, 429, START, 0.0)
        rests.append((seat.rests_until_us - START) // SECOND)
    assert rests == [30, 120, 600, 600]
    seat.strikes = 0
    relay.fails(seat, 429, START, 0.0)
    assert seat.rests_until_us == START + 30 * SECOND
    relay.fails(seat, 429, START, 400.0)
    assert seat.rests_until_us == START + 400 * SECOND


def test_a_failing_account_hands_its_conversation_on():
    """After a failure the key goes to another account and stays there."""
    relay = pool(3)
    first, _ = relay.pick("k", "c", START)
    relay.fails(first, 529, START, 0.0)
    second, _ = relay.pick("k", "c", START, [first.number])
    third, _ = relay.pick("k", "c", START + 3 * SECOND)
    assert first.number != second.number == third.number


def test_a_banned_account_is_replaced_from_the_reserve():
    """The place stays, the account changes; without a reserve the place closes."""
    relay = pool(2, reserve=1)
    first, _ = relay.pick("k", "c", START)
    relay.fails(first, 403, START, 0.0)
    after, _ = relay.pick("k", "c", START)
    assert after.number == first.number
    assert after.account.id != first.account.id
    relay.fails(after, 401, START, 0.0)
    other, _ = relay.pick("k", "c", START)
    assert other.number != first.number
    relay.fails(other, 403, START, 0.0)
    assert relay.pick("k", "c", START) is None


def test_stickiness_ends_unless_it_is_renewed():
    """A key that is not renewed moves when its hour is over, however busy it was."""
    for renewed in (True, False):
        relay = pool(4, stick_s=3600.0, stick_renewed=renewed)
        numbers = [relay.pick("k", "c", START + m * 1800 * SECOND)[0].number for m in range(4)]
        assert (len(set(numbers)) == 1) is renewed


@pytest.mark.parametrize("pick", PICKS)
def test_accounts_are_picked_as_set(pick):
    """Round-robin is even, fill-first takes one, the others reach all."""
    relay = pool(4, pick=pick, stick_to="nothing", rpm=10_000)
    counts = [0] * 4
    for n in range(400):
        seat, start = relay.pick("", "c", START + n * SECOND)
        seat.took(f"s{n}", start, start + 1)
        counts[seat.number] += 1
    if pick == "round_robin":
        assert counts == [100] * 4
    elif pick == "fill_first":
        assert counts[0] == 400
    else:
        assert min(counts) > 20


def test_sessions_of_an_account_are_limited():
    """A new session goes where there is room; eight idle minutes free it again."""
    relay = pool(2, pick="fill_first", sessions=1)
    numbers = []
    for key in ("a", "b"):
        seat, start = relay.pick(key, "c", START)
        seat.took(key, start, start + 1)
        numbers.append(seat.number)
    assert numbers == [0, 1]
    later, _ = relay.pick("d", "c", START + 500 * SECOND)
    assert later.number == 0


def test_what_sticks_is_bounded():
    """Keys are forgotten with their time and past a number of them."""
    relay = pool(2, rpm=10**9)
    for n in range(MOST_STUCK + 500):
        relay.pick(f"k{n}", "c", START + n)
    assert len(relay) == MOST_STUCK
    relay.pick("last", "c", START + 7200 * SECOND)
    assert len(relay) == 1
