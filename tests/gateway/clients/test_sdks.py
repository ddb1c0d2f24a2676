"""Both vendors' SDKs through the gateway, on all wires, and what they make of refusals."""

import importlib

import pytest

from tests.gateway.clients.sdk import NOTE, TURNS
from tests.gateway.test_serve import rule

pytestmark = pytest.mark.sdks
OTHERS = rule("others", "block", 'context.client == "somebody-else" || context.mark != ""')
CASE = r"Use Tool B\. Case [0-9A-Z]{5}-[0-9A-Z]{5}"
# One answer is a 400 on Responses, for Codex asks again after a 403.
HELD = {"anthropic": 403, "chat": 403, "responses": 400}


def errors(wire):
    """The class of what the SDK raises for an answer that is an error."""
    return importlib.import_module("anthropic" if wire == "anthropic" else "openai").APIStatusError


@pytest.mark.parametrize("wire", sorted(TURNS))
def test_turns_pass_untouched(way, wire):
    """Whole and streamed, with a tool call between and without, byte for byte both ways."""
    found = way(OTHERS)
    for stream in (False, True):
        for tools in (False, True):
            found.model.tools = tools
            text = TURNS[wire](found.tap.url, stream=stream, tools=tools)
            assert text.strip() == found.model.words[-1]
            assert (NOTE.encode() in found.model.heard[-1]) == tools
    assert len(found.model.heard) == 6
    found.assert_untouched()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("outcome", ["block", "step-up"])
@pytest.mark.parametrize("wire", sorted(TURNS))
def test_what_is_held_back_is_raised_once_with_its_text(way, wire, outcome, stream):
    """One request, though SDKs try again by themselves what they think will pass."""
    found = way(rule("held", outcome, "true"))
    with pytest.raises(errors(wire), match=CASE) as raised:
        TURNS[wire](found.tap.url, stream=stream, tools=False)
    assert raised.value.status_code == HELD[wire]
    assert raised.value.body
    assert len(found.tap.posts) == 1
    assert not found.model.heard


@pytest.mark.parametrize("wire", sorted(TURNS))
def test_a_short_throttle_is_waited_for(way, wire):
    """It slows work down and does not break it."""
    found = way(rule("slow", "throttle", "true", '@rate("1/s")'))
    for _ in range(2):
        assert TURNS[wire](found.tap.url, stream=False, tools=False)
    assert len(found.model.heard) == 2


@pytest.mark.parametrize("wire", sorted(TURNS))
def test_a_long_throttle_is_raised_once(way, wire):
    """Nobody waits for an hour without knowing why."""
    found = way(rule("slow", "throttle", "true", '@rate("1/h")'))
    assert TURNS[wire](found.tap.url, stream=False, tools=False)
    with pytest.raises(errors(wire), match=CASE) as raised:
        TURNS[wire](found.tap.url, stream=False, tools=False)
    assert raised.value.status_code == 429
    assert int(raised.value.response.headers["retry-after"]) > 3000
    assert len(found.tap.posts) == 2
