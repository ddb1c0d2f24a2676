"""Live state of several processes, merged through a real store."""

import json
import logging
import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillwatch.errors import SettingsError
from stillwatch.gateway.faces.asgi import Middleware
from stillwatch.gateway.live.sharing import PATIENCE_S, PREFIX, Sharing
from stillwatch.gateway.live.state import Bounds, LiveState
from stillwatch.gateway.setup import start, stop
from tests.gateway.conftest import PYTHON
from tests.gateway.test_serve import BAN

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


@pytest.fixture
def pair(store):
    """Two that know of each other."""
    both = Member(store), Member(store)
    for _ in range(2):
        assert both[0].merge()
        assert both[1].merge()
    yield both
    for one in both:
        one.sharing.stop()


def settle(*members):
    """Merge until everybody knows what everybody knows."""
    for member in members:
        member.began(sealed=False)
        assert member.merge()
    for member in members:
        member.began(sealed=False)
        assert member.merge()


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


KEYS = [PREFIX + name for name in ("account:a", "bucket:a:r", "processes")]


def spoiled(client, key, kind, raw):
    """Put something of a kind where something of ours should be."""
    client.delete(key)
    if kind == "string":
        client.set(key, raw)
    elif kind == "list":
        client.rpush(key, raw, raw)
    elif kind == "scores":
        client.zadd(key, {raw: 1e300, b"x": -1e300, b"y": float("inf")})
    elif kind == "fields":
        names = [b"s", b"f", b"full", b"asked", b"at", b"p:x", b"p:" + raw, raw]
        client.hset(key, mapping=dict.fromkeys(names, raw))
    else:
        client.hset(key, mapping={f"p:{number}": raw for number in range(3000)})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.sampled_from(KEYS),
    st.sampled_from(["string", "list", "scores", "fields", "many"]),
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from([b"nan", b"inf", b"-inf", b"-1", b"1e999", b"9" * 30, b"0x10", b""]),
    ),
)
def test_garbage_in_the_store_is_thrown_away_and_counted(store, key, kind, raw):
    """Whoever else writes there can neither stop the merging nor make anybody wait for ever."""
    with store.client() as client:
        client.flushall()
        member = Member(store)
        member.began()
        assert member.merge()
        spoiled(client, key, kind, raw)
        for _ in range(2):
            member.began()
            member.take(1)
            assert member.merge(), member.sharing.counts.trouble
        assert member.seals() >= 3
        assert member.live.standing("a", NOW).busy <= 255
        assert member.live.take("a", "s", SLOW, NOW) == 0
        assert client.hlen(KEYS[0]) < 100
        if kind in {"string", "list", "many"} or (kind == "scores" and key != KEYS[2]):
            assert member.sharing.counts.ignored
        member.sharing.stop()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.binary(max_size=60))
def test_an_answer_that_is_none_is_a_failure_and_no_more(store, raw):
    """A server that is no store of ours cannot stop the merging thread."""
    member = Member(store)
    member.began()
    member.sharing._store.execute_command = lambda *_words: raw
    assert not member.merge()
    assert member.sharing.counts.failures == 1
    del member.sharing._store.execute_command
    assert member.merge()
    member.sharing.stop()


def test_a_wrong_password_is_told_without_it(stores, caplog):
    """The gateway works on alone; neither log nor counts hold the password."""
    store = stores("right-one")
    with caplog.at_level(logging.DEBUG):
        member = Member(store, store.with_password("wrong-one"))
        member.began()
        assert not member.merge()
        assert member.seals() == 1
        member.sharing.stop()
        good = Member(store)
        assert good.merge()
        good.sharing.stop()
    assert member.sharing.counts.trouble == "AuthenticationError"
    assert "wrong-one" not in caplog.text + repr(member.sharing.counts)
    assert "right-one" not in caplog.text


@pytest.mark.parametrize(
    "url", ["", "bogus://x", "redis://h:secret@y:port", "redis://:secret@h/0?no_such=1"]
)
def test_an_address_that_is_none_is_refused_without_quoting_it(url):
    """It may hold a password."""
    with pytest.raises(SettingsError) as found:
        Sharing(LiveState(shared=True), url)
    assert "secret" not in f"{found.value.message}{found.value.hint}{found.value.__cause__}"


def test_gateways_share_and_never_show_the_password(gateway, stores, monkeypatch):
    """The variable keeps it out of the list of processes; what is printed does not hold it."""
    store = stores("a-password")
    monkeypatch.setenv("STILLWATCH_SHARE", store.url)
    gate = gateway(BAN)
    assert gate.ask(X_Api_Key="one")[0] == 200
    assert b"a-password" not in Path(f"/proc/{gate.process.pid}/cmdline").read_bytes()
    said = gate.stop()
    assert "a-password" not in said
    with store.client() as client:
        assert any(key.startswith(b"stillwatch:1:account:acct_") for key in client.scan_iter())


def test_a_gateway_starts_without_its_store(gateway, tmp_path):
    """Somebody may need it just then."""
    gate = gateway(BAN, "--share", f"unix://:a-password@{tmp_path}/nowhere")
    assert gate.ask()[0] == 200
    assert "a-password" not in gate.stop()


def test_a_middleware_shares_as_well(stores, tmp_path, monkeypatch):
    """By the variable, for servers that take no settings but the name of a class."""
    store = stores("a-password")
    monkeypatch.setenv("STILLWATCH_SHARE", store.url)
    (tmp_path / "rules.cedar").write_text(BAN)
    (tmp_path / "settings.toml").write_text('appeal = "help@example.com"\n')
    made = Middleware(None, policy=tmp_path, state=tmp_path / "state", key=tmp_path / "key")
    start(made._parts)
    assert made._parts.sharing.counts.up
    assert "a-password" not in repr(made._parts)
    stop(made._parts)


def test_processes_that_were_forked_are_two(store):
    """Servers load everything once and then fork; each child merges for itself."""
    member = Member(store)

    def served():
        member.sharing.start()
        for _ in range(3):
            member.began()
        member.sharing.stop()

    child = os.fork()
    if not child:
        served()
        os._exit(0)
    os.waitpid(child, 0)
    served()
    assert member.sharing.counts.processes == 2
    fresh = Member(store)
    fresh.began()
    fresh.merge()
    assert fresh.seals() == 7
    fresh.sharing.stop()
