"""A recording is planned from a seed: who works, where, through what."""

import dataclasses

import pytest

from stillwatch.errors import SettingsError
from stillwatch_range.model import SECOND_US
from stillwatch_range.record.plan import DEFAULT_CLIENTS, DEFAULT_RELAYS, Wish, names_of, plan
from stillwatch_range.record.recording import needs
from stillwatch_range.record.relays.catalogue import RELAYS
from stillwatch_range.record.script import StoryScript

WISH = Wish(
    seed=5,
    sessions=20,
    minutes=60,
    relays=DEFAULT_RELAYS,
    clients=DEFAULT_CLIENTS,
    end_s=1_780_000_000,
)


@pytest.fixture(scope="module")
def story():
    return plan(WISH)


def test_the_same_seed_plans_the_same_story(story):
    """And another seed another one."""
    assert plan(WISH) == story
    assert plan(dataclasses.replace(WISH, seed=6)).sessions != story.sessions


def test_every_session_is_within_the_span(story):
    """Starts and waits fit into the hour."""
    for session in story.sessions:
        last_s = session.start_s + sum(turn.wait_s for turn in session.turns[1:])
        assert story.start_us <= session.start_s * SECOND_US
        assert last_s * SECOND_US <= story.end_us


def test_every_relay_has_customers_and_an_innocent_twin(story):
    """The same program serves a reseller and a company."""
    kinds = {(way.relay, way.accounts[0].label.kind) for way in story.ways}
    for relay in DEFAULT_RELAYS:
        assert {(relay, "relay"), (relay, "twin")} <= kinds


def test_pools_have_several_payers_and_companies_one(story):
    """What makes a pool is not what makes a company."""
    for way in story.ways:
        if way.relay and RELAYS[way.relay].pools:
            payers = {account.payer for account in way.accounts}
            assert len(payers) == (3 if way.accounts[0].label.kind == "relay" else 1)


def test_clients_go_only_where_they_work(story):
    """A relay that speaks one format gets the clients of that format."""
    roads = {way.name: way.relay for way in story.ways}
    for session in story.sessions:
        relay = roads[session.road]
        assert not relay or session.client in RELAYS[relay].clients


def test_the_server_can_tell_all_sessions_apart(story):
    """No two begin alike."""
    StoryScript(story.sessions)


def test_people_straight_to_the_provider_have_accounts_of_their_own(story):
    """One person, one payer."""
    own = [way for way in story.ways if not way.relay]
    accounts = [way.accounts[0].id for way in own]
    assert len(set(accounts)) == len(own) > 1
    for way in own:
        people = {story.people[one.id] for one in story.sessions if one.road == way.name}
        assert len(people) == 1


def test_prompts_are_no_options_of_a_command_line(story):
    """What is typed is handed to clients as an argument."""
    assert not any(turn.prompt.startswith("-") for one in story.sessions for turn in one.turns)


def test_what_a_story_needs_is_named(story):
    """So that a missing program is told before anything starts."""
    assert {"litellm", "ccr"} <= set(needs(story))


@pytest.mark.parametrize(
    "change",
    [
        {"relays": ("nobody",)},
        {"clients": ("nobody",)},
        {"clients": ()},
        {"sessions": 0},
        {"minutes": 2},
        {"relays": ("portkey",), "clients": ("codex",)},
    ],
    ids=["relay", "client", "none", "sessions", "minutes", "no way through"],
)
def test_wishes_that_cannot_be_met_are_told(change):
    """With a hint."""
    with pytest.raises(SettingsError) as told:
        plan(dataclasses.replace(WISH, **change))
    assert told.value.hint


def test_names_come_with_commas_or_one_by_one():
    """Both ways of a command line."""
    assert names_of(["a,b", "c", ""]) == ("a", "b", "c")
