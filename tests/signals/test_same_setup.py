"""A rare set-up that strangers share is told from what everybody uses."""

import random

from stillwatch.signals.same_setup import SIGNAL
from tests.signals.build import Traffic, ask
from tests.signals.groups import GROUP, add_group, dealt

RARE = {"params": "t0.37", "user_agent": "harvester/1", "tools": "odd", "library": "httpx"}
COMMON = {"params": "default", "user_agent": "sdk/2", "tools": "none", "library": "httpx"}


def answer(setup_of, others=40, seed=1, **columns):
    """A group whose accounts have the set-ups that `setup_of` gives by their number."""
    draw = random.Random(seed)
    traffic = Traffic()
    for call in dealt(draw, 10, 60):
        add_group(traffic, [call], **setup_of(int(call[1].split("_")[1])), **columns)
    traffic.rows["groups"] = list({row["account"]: row for row in traffic.rows["groups"]}.values())
    for number in range(others):
        own = COMMON if number % 2 else COMMON | {"params": f"own {number}"}
        traffic.exchange(f"other {number}", **own)
    return traffic


def weigh(traffic):
    evidence = ask(SIGNAL, traffic).get(GROUP)
    return evidence.log10_lr if evidence else 0.0


def test_one_rare_set_up_is_found():
    """Ten owners, one odd temperature and user agent."""
    traffic = answer(lambda _: RARE)
    evidence = ask(SIGNAL, traffic)[GROUP]
    assert evidence.log10_lr > 0.3
    assert "10 of 10 customers" in evidence.says
    assert "0 of 40" in evidence.says


def test_defaults_of_a_popular_sdk_weigh_nothing():
    """Half of everybody calls like this."""
    assert abs(weigh(answer(lambda _: COMMON))) < 0.2


def test_users_of_one_framework_have_their_own_settings():
    """The framework's user agent with versions and parameters of everyone's own."""
    own = lambda number: RARE | {"params": f"own {number}", "user_agent": f"fw/{number % 4}"}  # noqa: E731
    assert weigh(answer(own)) < 0


def test_a_company_with_many_keys_is_one_owner():
    """Its accounts share a set-up because they are one."""
    assert weigh(answer(lambda _: RARE, owner="firm")) == 0


def test_a_group_that_a_set_up_formed_is_not_tested_on_it():
    """Formed by it, so it says nothing new."""
    traffic = answer(lambda _: RARE)
    traffic.link(GROUP, "setup", "that set-up", accounts=10, log10_lr=2.0)
    assert ask(SIGNAL, traffic) == {}


def test_without_others_nothing_is_rare():
    """Too few other owners, or nothing known of the set-up."""
    assert weigh(answer(lambda _: RARE, others=5)) == 0
    assert weigh(answer(lambda _: {"library": "httpx"})) == 0
