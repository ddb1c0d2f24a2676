"""A batch of accounts from one place is told from customers who came one by one."""

import random

from stillwatch.signals.shared_origin import SIGNAL
from tests.signals.build import DAY_US, HOUR_US, START_US, Traffic, ask
from tests.signals.groups import GROUP

YEAR = 365 * DAY_US


def answer(members, seed=1, **columns):
    """A group of customers with the columns that `members` gives, among sixty others."""
    draw = random.Random(seed)
    traffic = Traffic()
    for number in range(60):
        name = f"other {number}"
        traffic.exchange(name, address=f"home of {name}")
        traffic.account(
            name,
            organization=name,
            payer=f"card of {name}",
            created_us=START_US - draw.randrange(YEAR),
            email_domain=draw.choice(["freemail", f"{name}.test"]),
            plan=draw.choice(["free", "paid"]),
        )
    for number in range(12):
        name = f"acct_{number}"
        own = {"organization": name, "payer": f"card of {name}"} | members(draw, name) | columns
        traffic.exchange(name, address=own.pop("address", f"home of {name}"))
        traffic.account(name, **own)
        traffic.member(GROUP, name)
    return ask(SIGNAL, traffic).get(GROUP)


def one_by_one(draw, name):
    return {
        "created_us": START_US - draw.randrange(YEAR),
        "email_domain": draw.choice(["freemail", f"{name}.test"]),
        "plan": draw.choice(["free", "paid"]),
    }


def in_a_batch(draw, _name):
    return {
        "created_us": START_US - 40 * DAY_US + draw.randrange(5 * HOUR_US),
        "email_domain": "throwaway.test",
        "plan": "free",
    }


def test_a_batch_of_sign_ups_supports():
    """Twelve accounts of one afternoon with one rare mail domain."""
    evidence = answer(in_a_batch)
    assert evidence.log10_lr > 0.25
    assert "12 of 12 signed up within the same 24 hours" in evidence.says


def test_one_payer_of_many_customers_supports():
    """One card behind twelve organisations."""
    assert answer(one_by_one, payer="one card").log10_lr > 0.2


def test_customers_who_came_one_by_one_say_nothing():
    """Popular plans and free mail tie nobody."""
    for seed in range(5):
        assert -0.3 <= answer(one_by_one, seed).log10_lr <= 0


def test_a_company_is_one_customer():
    """Twelve accounts of one organisation are one customer, so nothing is shared."""
    assert answer(in_a_batch, organization="firm") is None


def test_a_class_counts_once_and_stays_support():
    """One day, one mail domain, one network: never more than support."""
    evidence = answer(lambda draw, name: in_a_batch(draw, name) | {"address": "school"})
    assert evidence.log10_lr < 0.45


def test_without_records_there_is_no_answer():
    """Nothing is known of where accounts come from."""
    traffic = Traffic()
    for number in range(5):
        traffic.exchange(f"acct_{number}")
        traffic.member(GROUP, f"acct_{number}")
    assert ask(SIGNAL, traffic) == {}
