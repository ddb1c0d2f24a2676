"""What Claude Code and Codex do when something is held back: stop, and show the person why."""

import re

import pytest

from tests.gateway.clients.command_line import CLIENTS, TOKEN
from tests.gateway.test_serve import rule

pytestmark = pytest.mark.clients
RULES = {
    "block": rule("held", "block", "true"),
    "step-up": rule("held", "step-up", "true"),
    "throttle": rule("held", "throttle", "true", '@rate("1/h")'),
}
WAIT = rule("held", "throttle", "true", '@rate("12/min")')
EMPTY = b'{"model":"m","messages":[],"input":[]}'
PATHS = {"claude": "/v1/messages", "codex": "/v1/responses"}


def use_up(way, name, calls):
    """Ask as often as the rate allows, as the account that the client will use."""
    for _ in range(calls):
        assert way.gate.ask(PATHS[name], EMPTY, authorization=f"Bearer {TOKEN}")[0] == 200


@pytest.mark.parametrize("outcome", sorted(RULES))
@pytest.mark.parametrize("name", sorted(CLIENTS))
def test_a_client_stops_at_once_and_shows_the_text(way, work, name, outcome):
    """One request, no answer of the model, and a case number before the person's eyes."""
    found = way(RULES[outcome])
    use_up(found, name, 1 if outcome == "throttle" else 0)
    heard = len(found.model.heard)
    done = CLIENTS[name](work, found.tap.url, "What does the note say?")
    assert done.code != 0
    assert len(found.tap.posts) == 1, done.text
    assert re.search(r"Use Tool B\. Case [0-9A-Z]{5}-[0-9A-Z]{5}", done.text), done.text
    assert "help@example.com" in done.text
    assert len(found.model.heard) == heard


@pytest.mark.parametrize("name", sorted(CLIENTS))
def test_a_client_that_is_told_a_short_time_waits_and_goes_on(way, work, name):
    """A throttle slows down; it does not break work."""
    found = way(WAIT)
    use_up(found, name, 12)
    done = CLIENTS[name](work, found.tap.url, "What does the note say?")
    assert done.code == 0, done.text
    assert found.model.words[-1] in done.text
    *before, last = found.tap.answers
    assert last.start.split()[1] == "200"
    assert all(one.start.split()[1] == "429" for one in before)
    assert all(0 < int(one.fields["retry-after"]) <= 5 for one in before)
