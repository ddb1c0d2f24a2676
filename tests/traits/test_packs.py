"""The dated data about clients and relays is sound."""

import re

import pytest

from stillwatch.exchange import Client, Exchange, Request
from stillwatch.traits.claims import checks
from stillwatch.traits.packs import builds, clients, clients_by_agent, version_key


def test_every_question_that_a_pack_names_can_be_asked():
    """An entry with a misspelt question fails here and not in the field."""
    for entry in clients().values():
        if not entry.checks:
            continue
        headers = (("user-agent", f"{entry.agents[0]}/{entry.last}"),)
        request = Request(
            "POST", "/", headers, False, None, (), 0, (), 0, (), (), None, stream=False
        )
        groups = {group.group for group in entry.checks}
        found = checks(
            Exchange("x", 0, None, "a", None, Client(), entry.wire or "chat", request, None)
        )
        assert {check.check for check in found} <= groups


def test_versions_between_the_first_and_the_last_recorded_are_covered():
    """Neither older nor newer ones are, nor a request without a version."""
    client = clients()["claude-code"]
    assert client.covers(client.first)
    assert client.covers(client.last)
    assert client.covers("2.1.169")
    assert not client.covers("2.1.89")
    assert not client.covers("2.1.331")
    assert not client.covers("2.2.0")
    assert not client.covers(None)


@pytest.mark.parametrize("build", builds(), ids=lambda build: build.id)
def test_a_relay_trace_is_dated_weak_and_says_where_to_look(build):
    """Each entry can be checked: a source, one place, and at most one order of magnitude."""
    places = (build.device, build.result, build.tool_pattern, build.tool_prefix, build.headers)
    assert sum(map(bool, places)) == 1
    assert 0 < build.weight <= 1
    assert build.half_life_days > 0
    assert "@" in build.source
    re.compile(build.tool_pattern)
    assert all(name == name.lower() for name in build.headers)


def test_agents_are_in_lower_case_and_belong_to_one_client():
    """They are looked up as they stand."""
    agents = [agent for entry in clients().values() for agent in entry.agents]
    assert len(agents) == len(set(agents)) == len(clients_by_agent())
    assert agents == [agent.lower() for agent in agents]


def test_versions_compare_by_number():
    """Ten comes after nine."""
    assert version_key("2.1.90") < version_key("2.1.169") < version_key("2.1.169-beta.1")
