"""Claude Code and Codex through the gateway: they work as without it, and nothing is touched."""

import pytest

from tests.gateway.clients.command_line import CLIENTS
from tests.gateway.test_serve import rule

pytestmark = pytest.mark.clients
OTHERS = rule("others", "block", 'context.client == "somebody-else" || context.mark != ""')


@pytest.mark.parametrize("tools", [False, True], ids=["words", "a tool"])
@pytest.mark.parametrize("name", sorted(CLIENTS))
def test_a_turn_passes_untouched(way, work, name, tools):
    """Byte for byte both ways, with a tool call between; events come as they are sent."""
    found = way(OTHERS)
    found.model.tools = tools
    done = CLIENTS[name](work, found.tap.url, "What does the note say?")
    assert done.code == 0, done.text
    assert found.model.words[-1] in done.text
    assert any(b"Buy cinnamon." in body for body in found.model.heard) == tools
    assert all(b'"stream":true' in body for body in found.model.heard)
    found.assert_untouched()
