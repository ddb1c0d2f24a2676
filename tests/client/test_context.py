"""Classes in the fresh part of seals: only if the policy says so, and the provider can tell them."""

import json
from dataclasses import replace
from itertools import product

import pytest

from stillwatch.client.environment import contexts, environment
from stillwatch.client.policy import parse_policy
from stillwatch.client.sealing import Draft
from stillwatch.client.wrapping import Choices, sealing_for
from stillwatch.errors import SettingsError
from stillwatch.marks.fresh import fresh_key
from stillwatch.marks.grammar import load
from stillwatch.marks.match import check_contexts, check_fresh
from stillwatch.marks.read import Reader
from tests.client.installs import ENROLMENT, NOW_S, SECRET
from tests.client.test_environment import POLICY

URL = "https://api.example.com/v1/messages"
GRAMMAR = load("chat-assistant")
TURNS = [
    {"role": "user", "content": "What is a good name for a cat?"},
    {"role": "assistant", "content": "Whiskers."},
    {"role": "user", "content": "And for two of them, black and white, from the same litter?"},
    {"role": "assistant", "content": "Ink and Paper."},
    {"role": "user", "content": "Those are names of things. I would like names of people."},
    {"role": "assistant", "content": "Ada and Max."},
    {"role": "user", "content": "Fine, thank you."},
]
IN_SEAL = parse_policy(POLICY.replace("reads =", "in_seal = true\nreads ="))


def sealed(policy):
    """A reading of what a client sends under a policy."""
    choices = Choices(GRAMMAR, policy, clock=lambda: NOW_S)
    body = json.dumps({"model": "m", "system": "", "messages": TURNS}).encode()
    draft = Draft("POST", URL, [(b"content-type", b"application/json")], body)
    sent = sealing_for(ENROLMENT, choices).sealed(draft)
    return Reader(GRAMMAR, thorough=True).read_body(json.loads(sent.body))


@pytest.fixture(autouse=True)
def zone(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")


def test_a_policy_that_does_not_say_so_leaves_the_seal_alone():
    """The header alone speaks of the environment."""
    policy = parse_policy(POLICY)
    assert contexts(policy) == []
    assert sealed(policy) == sealed(None)
    assert check_fresh(sealed(policy), SECRET).holds


def test_a_policy_that_says_so_binds_the_fresh_lines():
    """Read without the policy they do not hold; with it the classes are told."""
    reading = sealed(IN_SEAL)
    assert reading.bits == sealed(None).bits
    assert check_fresh(reading, SECRET).holds is False
    found = check_contexts(reading, SECRET, contexts(IN_SEAL))
    assert found.holds
    assert found.context == environment(IN_SEAL, URL).context


def test_other_classes_make_other_lines(monkeypatch):
    """Of a machine elsewhere."""
    here = check_contexts(sealed(IN_SEAL), SECRET, contexts(IN_SEAL)).context
    monkeypatch.setenv("TZ", "Africa/Lagos")
    there = check_contexts(sealed(IN_SEAL), SECRET, contexts(IN_SEAL)).context
    assert (b"=europe" in here, b"=europe" in there) == (True, False)


def test_a_wrong_key_is_not_helped_by_many_contexts():
    """The chance is corrected for their number."""
    found = check_contexts(sealed(IN_SEAL), bytes(32), contexts(IN_SEAL))
    assert found.holds is False


def test_every_combination_is_a_context_once():
    """And none is like plain lines."""
    found = contexts(IN_SEAL)
    sizes = [len(IN_SEAL.classes(fact)) for fact in IN_SEAL.reads]
    assert len(set(found)) == len(found) == len(list(product(*map(range, sizes))))
    assert len({fresh_key(SECRET, context) for context in (*found, b"")}) == len(found) + 1


def test_too_many_combinations_are_refused():
    """They would name a machine."""
    entry = '[[entry]]\nfact = "{}"\nclass = "c{}"\nexact = ["x{}"]\nwhy = "y"\n'
    many = "".join(
        entry.format(fact, n, n) for fact in ("host", "proxy", "locale") for n in range(12)
    )
    text = POLICY.replace("reads =", "in_seal = true\nreads =") + many
    with pytest.raises(SettingsError, match="combinations"):
        parse_policy(text)
    assert parse_policy(text.replace("in_seal = true", "in_seal = false"))


def test_a_check_that_fails_costs_the_context_and_not_the_seal(monkeypatch):
    """The program is told that the request is unsigned."""
    events = []

    def fails(*_):
        raise OSError

    monkeypatch.setattr("stillwatch.client.wrapping.environment", fails)
    choices = Choices(GRAMMAR, IN_SEAL, report=events.append, clock=lambda: NOW_S)
    body = json.dumps({"model": "m", "messages": TURNS}).encode()
    sent = sealing_for(ENROLMENT, choices).sealed(Draft("POST", URL, [], body))
    assert check_fresh(Reader(GRAMMAR).read_body(json.loads(sent.body)), SECRET).holds
    assert [event.kind for event in events] == ["unsigned"]


def test_reading_a_fact_twice_is_a_mistake():
    """In the policy."""
    with pytest.raises(SettingsError, match="twice"):
        parse_policy(POLICY.replace('"locale"]', '"locale", "host"]'))


def test_the_lines_of_another_policy_do_not_hold():
    """Classes of the same names under other rules are other classes."""
    other = replace(IN_SEAL, digest=bytes(32))
    assert check_contexts(sealed(IN_SEAL), SECRET, contexts(other)).holds is False
