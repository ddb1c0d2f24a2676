"""Calls that go on at another account after a failure are told from neighbours by chance."""

import random

import pytest

from stillwatch.signals.goes_on_elsewhere import SIGNAL
from tests.signals.build import SECOND_US, Traffic, ask
from tests.signals.groups import GROUP, TEMPLATE, add_group, dealt, own_rhythms


def fail_over(seed, failures, same_text, owner=None):
    """A group with round robin; some calls are limited, and the next account goes on at once."""
    draw = random.Random(seed)
    traffic = Traffic()
    add_group(traffic, dealt(draw, 10, 60, gap_s=300), owner=owner)
    for number in range(failures):
        second = 150 + number * 600
        text = f"failed {number}"
        add_group(
            traffic, [(second, f"acct_{number % 5}", text)], status=429, error="rate_limit",
            owner=owner,
        )  # fmt: skip
        again = text if same_text else f"next {number}"
        add_group(traffic, [(second + 3, f"acct_{5 + number % 5}", again)], owner=owner)
    return traffic


def chance_failures(calls, seed, share=0.1):
    """Calls of honest accounts, some of them limited."""
    draw = random.Random(seed)
    traffic = Traffic()
    limited = [draw.random() < share for _ in calls]
    add_group(traffic, [call for call, bad in zip(calls, limited, strict=True) if not bad])
    add_group(traffic, [call for call, bad in zip(calls, limited, strict=True) if bad], status=429)
    return traffic


def test_the_same_text_from_another_owner_is_strong():
    """A rare text fails and comes again from elsewhere within seconds."""
    evidence = ask(SIGNAL, fail_over(1, 4, same_text=True))[GROUP]
    assert evidence.log10_lr > 1.2
    assert evidence.numbers["again"] == 4
    assert len(evidence.exhibits) == 6


def test_another_text_at_once_is_evidence():
    """The balancer moves on with the next item."""
    evidence = ask(SIGNAL, fail_over(1, 10, same_text=False))[GROUP]
    assert evidence.log10_lr > 0.7
    assert evidence.numbers["again"] == 0


@pytest.mark.parametrize("seed", range(6))
def test_limits_of_strangers_have_neighbours_on_both_sides(seed):
    """Users of one framework who are limited now and then."""
    calls = own_rhythms(random.Random(seed), 40)
    answer = ask(SIGNAL, chance_failures(calls, seed))
    assert answer[GROUP].log10_lr < 0.3


def test_a_popular_text_says_nothing():
    """A health check that everybody sends comes from others all the time."""
    traffic = fail_over(1, 1, same_text=True)
    for user in range(3):
        row = traffic.exchange(f"user {user}")
        traffic.call(row, TEMPLATE, "failed 0")
    assert ask(SIGNAL, traffic)[GROUP].numbers["again"] == 0


def test_an_app_with_its_users_two_keys_is_one_owner():
    """Both keys belong to one payer, so nobody else goes on."""
    evidence = ask(SIGNAL, fail_over(1, 6, same_text=True, owner="firm"))[GROUP]
    assert evidence.numbers["again"] == evidence.numbers["after"] == 0
    assert evidence.log10_lr == 0


def test_faults_of_the_provider_are_no_failures_of_an_account():
    """Everybody tries again when the provider is overloaded."""
    traffic = Traffic()
    for number in range(10):
        add_group(
            traffic, [(number * 600, "acct_0", f"a {number}")], status=529, error="overloaded"
        )
        add_group(traffic, [(number * 600 + 3, "acct_1", f"b {number}")])
    assert ask(SIGNAL, traffic) == {}


def test_one_failure_says_little():
    """A single call that happens to follow."""
    evidence = ask(SIGNAL, fail_over(1, 1, same_text=False))[GROUP]
    assert abs(evidence.log10_lr) < 0.3


def test_an_answer_that_takes_long_lengthens_both_sides():
    """The time that the failed call itself took is looked at before and after."""
    traffic = Traffic()
    row = traffic.exchange("acct_0", at_us=0, end_us=0, status=429)
    traffic.rows["exchanges"][0]["end_us"] = traffic.rows["exchanges"][0]["ts_us"] + 50 * SECOND_US
    traffic.call(row, TEMPLATE, "a", GROUP)
    traffic.member(GROUP, "acct_0")
    add_group(traffic, [(55, "acct_1", "b")])
    assert ask(SIGNAL, traffic)[GROUP].numbers["after"] == 1
