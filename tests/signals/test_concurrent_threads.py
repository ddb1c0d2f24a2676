"""Typing in unrelated conversations at once speaks for several people."""

import random

import pytest

from stillwatch.signals.concurrent_threads import SIGNAL
from tests.signals.build import HOUR_US, MINUTE_US, SECOND_US, Traffic, ask
from tests.signals.crowd import developer, office, talk

TURN_S = 100


def chats(traffic, people, *, hours=6, account="acct", **columns):
    """People who chat at random times, each in one conversation at a time."""
    chance = random.Random(people)
    for person in range(people):
        at_us = chance.randrange(TURN_S * SECOND_US)
        for one in range(hours * 2):
            talk(
                traffic,
                f"{account} {person} {one}",
                start_us=at_us,
                turns=6,
                account=account,
                **columns,
            )
            at_us += 30 * MINUTE_US + chance.randrange(300 * SECOND_US)


def test_it_fires_on_many_people_in_unrelated_chats():
    """Twenty people who chat over six hours cannot be one."""
    traffic = Traffic()
    chats(traffic, 20)
    evidence = ask(SIGNAL, traffic)["acct"]
    assert evidence.log10_lr > 1.5
    assert evidence.numbers["rushed"] > 10
    assert len(evidence.exhibits) == 6
    assert "less than five seconds apart" in evidence.says


def test_people_who_share_nothing_but_a_constant_directory_are_still_many():
    """A directory that a relay wrote into every request ties nobody together."""
    traffic = Traffic()
    office(traffic, 12, talks=8)
    for row in [entry["row"] for entry in traffic.rows["exchanges"]]:
        traffic.fact(row, "cwd", "/same", origin="declared")
    assert ask(SIGNAL, traffic)["acct"].log10_lr > 1.0


def test_one_person_with_parallel_sessions_in_one_repository_stays_innocent():
    """Ten sessions at once in one place are one group, however fast they are typed in."""
    traffic = Traffic()
    for one in range(10):
        talk(
            traffic,
            f"t{one}",
            start_us=one * SECOND_US,
            turns=8,
            shows=developer("ada") | {"repo": "r"},
        )
    evidence = ask(SIGNAL, traffic)["acct"]
    assert evidence.log10_lr < 0
    assert evidence.numbers["rushed"] == 0


def test_sub_agents_count_with_their_parent():
    """Thirty sub-agents that start at once are one person's."""
    traffic = Traffic()
    talk(traffic, "main", start_us=0, turns=30)
    for agent in range(30):
        for turn in range(3):
            traffic.exchange(
                at_us=10 * MINUTE_US + agent * SECOND_US + turn * 10 * SECOND_US,
                thread=f"agent{agent}",
                family="main",
                human_turn=turn == 0,
            )
    assert ask(SIGNAL, traffic)["acct"].log10_lr < 0


def test_one_session_over_a_few_conversations_is_one_place():
    """Companion calls of a client carry its session; a session over everything is not believed."""
    one, many = Traffic(), Traffic()
    for number in range(8):
        talk(one, f"t{number}", start_us=number * SECOND_US, turns=8, session="s")
    chats(many, 20, session="s")
    assert ask(SIGNAL, one)["acct"].numbers["groups"] == 1
    assert ask(SIGNAL, many)["acct"].log10_lr > 1.5


@pytest.mark.parametrize("turns", [1, 2])
def test_an_evaluation_run_is_said_to_be_automated(turns):
    """Two hundred questions at once, with or without a follow-up, are no people."""
    traffic = Traffic()
    for question in range(200):
        for turn in range(turns):
            traffic.exchange(
                at_us=question * SECOND_US // 2 + turn * 1_200_000,
                thread=f"q{question}",
                messages=2 * turn + 1,
            )
    evidence = ask(SIGNAL, traffic)["acct"]
    assert evidence.log10_lr == 0
    assert "reads and types" in evidence.says


def test_a_simulated_user_with_steady_pauses_is_automated():
    """Pauses that are always alike are a program's."""
    traffic = Traffic()
    for one in range(40):
        for turn in range(5):
            traffic.exchange(
                at_us=one * SECOND_US + turn * 6 * SECOND_US,
                thread=f"t{one}",
                messages=2 * turn + 1,
            )
    assert ask(SIGNAL, traffic)["acct"].log10_lr == 0


def test_a_ci_farm_is_automated():
    """Jobs with one prompt and tool turns, many at once, are no people."""
    traffic = Traffic()
    for job in range(60):
        for turn in range(4):
            traffic.exchange(
                at_us=(job // 20) * HOUR_US + turn * 20 * SECOND_US,
                thread=f"job{job}",
                human_turn=turn == 0,
            )
    assert ask(SIGNAL, traffic)["acct"].log10_lr == 0


def test_accounts_are_weighed_apart():
    """A quiet account beside a busy one keeps its own weight."""
    traffic = Traffic()
    chats(traffic, 20, account="busy")
    talk(traffic, "quiet", start_us=0, turns=12, account="quiet")
    found = ask(SIGNAL, traffic)
    assert found["busy"].log10_lr > 1.5
    assert found["quiet"].log10_lr < 0


def test_nothing_in_nothing_out():
    """No traffic, no evidence."""
    assert ask(SIGNAL, Traffic()) == {}
