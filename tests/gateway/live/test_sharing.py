"""Live state of several processes, merged through a real store."""

import json
import subprocess
import threading
import time

from stillwatch.gateway.live.sharing import PATIENCE_S, Sharing
from stillwatch.gateway.live.state import LiveState
from tests.gateway.conftest import PYTHON

from .members import NOW, SLOW, Member, settle


def test_two_processes_come_to_the_same_totals(pair):
    """Seals and ids of others add up, and merging again adds nothing."""
    one, other = pair
    for _ in range(5):
        one.began()
    for _ in range(3):
        other.began()
    other.live.presented("a", 2)
    for _ in range(4):
        settle(*pair)
    assert one.seals() == other.seals() == 8
    assert one.live.standing("a", NOW).foreign == other.live.standing("a", NOW).foreign == 2
    assert one.sharing.counts.processes == 2


def test_a_thread_that_speaks_to_both_counts_once(pair):
    """And threads of other processes count as ours do; calls under way add up."""
    one, other = pair
    for thread in (3, 5, 7):
        one.began(thread=thread)
        one.live.ended("a", NOW)
    for thread in (5, 7, 9):
        other.began(thread=thread)
        other.live.ended("a", NOW)
    one.merge()
    other.merge()
    assert other.live.standing("a", NOW).busy == 4
    for _ in range(6):
        one.began()
    one.merge()
    other.live.presented("a", 1)
    other.merge()
    assert other.live.standing("a", NOW).busy == 6


def test_more_than_one_batch_is_merged_at_once(pair):
    """A thousand accounts do not wait for four turns."""
    one, other = pair
    for number in range(1000):
        one.began(f"acct_{number}")
    one.merge()
    other.began("acct_999")
    other.merge()
    assert other.seals("acct_999") == 2


def test_a_forgotten_account_comes_back_with_its_totals(store):
    """What one process forgets for want of room, the store still knows."""
    member = Member(store, accounts=1)
    for account in ("a", "a", "b", "a"):
        member.began(account)
        member.merge()
    assert member.seals("a") == 3
    member.sharing.stop()


def test_shares_of_a_throttle_add_up(pair):
    """Two that know of each other give out one rate between them, and one more each.

    Where demand moves between them it may be a burst and one more; then nothing passes any more.
    """
    one, other = pair
    assert one.take(50, "b") + other.take(50, "b") <= SLOW.burst + 2
    passed = 0
    for calls in (50, 10, 0, 10, 100):
        for member, asked in ((one, calls), (other, 60 - calls)):
            passed += member.take(max(0, asked))
            assert member.merge()
    assert SLOW.burst - 2 <= passed <= 2 * SLOW.burst + 1
    assert one.take(50) + other.take(50) == 0


def test_the_share_follows_who_is_asked(pair):
    """Alone with all the demand, a process comes to give out the whole rate."""
    one, other = pair
    passed = 0
    for _ in range(12):
        passed += one.take(1)
        one.merge()
    passed += one.take(50)
    assert SLOW.burst - 1 <= passed <= SLOW.burst + 1
    other.take(1)
    other.merge()
    assert other.take(5) == 0


TAKER = """
import json, sys, time
from stillwatch.gateway.live.sharing import Sharing
from stillwatch.gateway.live.state import LiveState
from stillwatch.policy.rules import Rate

live = LiveState(shared=True)
sharing = Sharing(live, sys.argv[1])
sharing.start()
print("up", flush=True)
sys.stdin.readline()
rate, passed, end = Rate(burst=10, every_s=0.02), 0, time.time() + 4
while time.time() < end:
    passed += not live.take("a", "r", rate, time.time())
    time.sleep(0.001)
sharing.stop()
print(json.dumps([passed, sharing.counts.up]), flush=True)
"""


def test_a_throttle_over_two_real_processes_keeps_to_its_bound(store):
    """As the module says: one burst and one interval more for each process that comes up."""
    words = [PYTHON, "-c", TAKER, store.url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(words, **pipes) for _ in range(2)]
    for process in both:
        assert process.stdout.readline() == "up\n"
    began_s = time.monotonic()
    for process in both:
        process.stdin.write("\n")
        process.stdin.flush()
    said = [json.loads(process.communicate(timeout=60)[0]) for process in both]
    took_s = time.monotonic() - began_s
    passed = sum(one for one, _ in said)
    assert all(up for _, up in said)
    assert passed <= 10 + took_s / 0.02 + 2 * (10 + 1) + 2
    assert passed >= 4 / 0.02 * 0.5


def test_a_lost_store_loses_nothing_and_is_rejoined(store, pair):
    """While it is away each goes on alone; an empty store learns the totals from them."""
    one, other = pair
    one.began()
    other.began()
    settle(*pair)
    store.kill()
    one.began()
    other.began()
    other.began()
    assert not one.merge()
    assert not one.sharing.counts.up
    assert one.seals() == 3
    store.start()
    for _ in range(2):
        settle(*pair)
    assert one.seals() == other.seals() == 5
    assert one.sharing.counts.up


def test_an_answer_that_got_lost_is_not_counted_twice(store, pair):
    """The store halts after it took a batch: the same batch comes again and changes nothing."""
    one, other = pair
    one.began()
    store.halt()
    assert not one.merge()
    assert one.sharing.counts.trouble == "TimeoutError"
    store.go_on()
    one.began()
    for _ in range(3):
        settle(*pair)
    assert one.seals() == other.seals() == 2


def test_a_store_that_holds_still_does_not_hold_up_requests(store):
    """All calls come back while the merging thread waits for the store."""
    live = LiveState(shared=True)
    sharing = Sharing(live, store.url)
    sharing.start()
    store.halt()
    began_s = time.monotonic()
    for number in range(5000):
        live.began(f"acct_{number % 700}", "i", True, number, NOW)
        live.take(f"acct_{number % 700}", "r", SLOW, NOW)
        live.ended(f"acct_{number % 700}", NOW)
    assert time.monotonic() - began_s < PATIENCE_S
    end = time.monotonic() + 20
    while not sharing.counts.failures:
        assert time.monotonic() < end
        time.sleep(0.02)
    live.began("later", "i", True, 1, NOW)
    store.go_on()
    while not sharing.counts.up:
        assert time.monotonic() < end
        time.sleep(0.02)
    sharing.stop()
    fresh = Member(store)
    fresh.began("acct_1")
    fresh.began("later")
    fresh.merge()
    assert fresh.seals("later") == 2
    assert fresh.seals("acct_1") == len(range(1, 5000, 700)) + 1
    fresh.sharing.stop()


def test_counting_goes_on_while_it_is_merged(store):
    """The request path and the merging thread never lose a count between them."""
    live = LiveState(shared=True)
    sharing = Sharing(live, store.url)
    done = threading.Event()

    def merging():
        while not done.is_set():
            sharing.merge()

    thread = threading.Thread(target=merging)
    thread.start()
    for number in range(20_000):
        live.began(f"acct_{number % 10}", "i", True, 0, NOW)
    done.set()
    thread.join()
    sharing.stop()
    fresh = Member(store)
    for number in range(10):
        fresh.began(f"acct_{number}", sealed=False)
    fresh.merge()
    assert [fresh.seals(f"acct_{number}") for number in range(10)] == [2000] * 10
    fresh.sharing.stop()
