"""Evidence over many requests: nothing counts twice, and no patience makes a false match."""

import math
import random

import pytest
from scipy.integrate import quad

from stillwatch.marks.betting import Bets, bet_log10
from stillwatch.marks.enrolled import Install
from stillwatch.marks.match import Decision, Fresh, Sender
from stillwatch.marks.read import Reading

INSTALL = Install("in_1", "acct_1", "org_1")


def decision(agreed, read, turns=()):
    fresh = Fresh(sum(t[1] for t in turns), sum(t[2] for t in turns), tuple(turns), 0.0)
    return Decision("resale", "", INSTALL, 1, agreed, read, -20.0, fresh)


@pytest.mark.parametrize(("agreed", "differed"), [(0, 0), (5, 0), (3, 4), (40, 2), (0, 9)])
def test_a_bet_is_the_average_likelihood_ratio(agreed, differed):
    """As the integral says."""
    value, _ = quad(lambda q: 2 * (2 * q) ** agreed * (2 * (1 - q)) ** differed, 0.5, 1)
    assert bet_log10(agreed, differed) == pytest.approx(math.log10(value), abs=1e-6)


def test_fair_coins_are_a_fair_bet():
    """The mean over all outcomes of fair coins is 1, so no outcome can be bought cheaply."""
    for tosses in (1, 8, 40):
        mean = sum(
            math.comb(tosses, k) / 2**tosses * 10 ** bet_log10(k, tosses - k)
            for k in range(tosses + 1)
        )
        assert mean == pytest.approx(1)


def test_long_readings_do_not_overflow():
    """Thousands of turns are an ordinary day."""
    assert bet_log10(100_000, 10) > 10_000
    assert bet_log10(10, 100_000) < -10_000


def test_the_same_request_again_is_no_new_evidence():
    """A request sent a thousand times proves what it proved at first."""
    bets = Bets(1000)
    sender, reading = Sender("acct_9", "org_9"), Reading(3, 255)
    first = bets.add(sender, reading, decision(100, 100, [(b"a", 8, 8)]))
    assert first > 20
    for _ in range(10):
        assert bets.add(sender, reading, decision(100, 100, [(b"a", 8, 8)])) == first


def test_new_turns_are_new_evidence():
    """Fresh lines that agree add up; those that do not take away."""
    bets = Bets(1)
    sender, reading = Sender("acct_9", "org_9"), Reading(3, 255)
    values = [bets.add(sender, reading, decision(50, 50, [(bytes([n]), 8, 8)])) for n in range(5)]
    assert values == sorted(values)
    assert values[-1] - values[0] > 7
    assert bets.add(sender, reading, decision(50, 50, [(b"z", 0, 8)])) < values[-1]


def test_many_different_texts_pay_for_their_number():
    """The hundredth reading of an account that tried ninety-nine others counts less."""
    patient, plain = Bets(1), Bets(1)
    sender = Sender("acct_9", "org_9")
    for n in range(99):
        patient.add(sender, Reading(n, 1023), Decision("none", ""))
    late = patient.add(sender, Reading(500, 1023), decision(60, 60))
    early = plain.add(sender, Reading(500, 1023), decision(60, 60))
    assert early - late == pytest.approx(math.log10(100 * 101 / 2))


def test_the_number_of_installs_is_paid_for():
    """The pair was chosen as the best of so many."""
    sender, reading = Sender("acct_9", "org_9"), Reading(3, 255)
    one = Bets(1).add(sender, reading, decision(60, 60))
    many = Bets(1_000_000).add(sender, reading, decision(60, 60))
    assert one - many == pytest.approx(6)


def test_owners_behind_an_install_are_counted_once_and_never_its_own():
    """Accounts of one organisation are one owner; the install's own owner is none."""
    bets = Bets(1000)
    for n, owner in enumerate(("org_1", "org_2", "org_2", "org_3", None)):
        bets.add(Sender(f"acct_{n + 10}", owner), Reading(n, 255), decision(100, 100))
    assert bets.owners_behind("in_1") == 3
    assert bets.owners_behind("in_2") == 0


def test_weak_matches_put_nobody_behind_an_install():
    """An owner is counted at odds of a billion."""
    bets = Bets(1000)
    bets.add(Sender("acct_9", "org_9"), Reading(3, 255), decision(30, 30))
    assert bets.owners_behind("in_1") == 0


def test_unmatched_requests_have_no_evidence():
    """Nothing is said of a pair that was never seen."""
    bets = Bets(10)
    assert bets.add(Sender("a"), Reading(0, 0), Decision("none", "")) == 0
    assert bets.log10_e("a", "in_1") == 0


def test_random_accounts_never_gather_evidence():
    """Simulated: 2,000 accounts of fair coins stay below their bound at all times."""
    draw = random.Random(3)
    high = 0
    for n in range(2000):
        bets, best = Bets(1), 0.0
        for turn in range(20):
            agreed = draw.getrandbits(40).bit_count()
            sender, reading = Sender(f"acct_{n}"), Reading(turn, 255)
            coins = [(bytes([turn]), draw.getrandbits(8).bit_count(), 8)]
            best = max(best, bets.add(sender, reading, decision(agreed, 40, coins)))
        high += best >= 2
    assert high <= 2000 / 100 * 1.6
