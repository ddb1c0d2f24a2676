"""The twins in which people work: what makes each look guilty, and what makes it innocent."""

import re
from itertools import pairwise

import pytest

from stillwatch.errors import SettingsError
from stillwatch_range.model import HOUR_US, SECOND_US
from stillwatch_range.twins import TwinSpec
from tests.range.twins.seen import (
    Watch,
    by,
    ids_in,
    issued,
    opened,
    prompts,
    seen,
    small,
    words,
    world,
)

HOMES = re.compile(r"(?:/home/|/Users/|C:\\\\\\\\Users\\\\\\\\)[\w.-]+")


def homes(rows):
    return {home for one in rows for home in HOMES.findall(one.text)}


def overlaps(rows):
    """Pairs of conversations that are open at the same time."""
    spans = sorted(
        (min(one.at_us for one in talk), max(one.at_us for one in talk))
        for talk in by(rows, lambda one: one.conversation).values()
    )
    return sum(later[0] < earlier[1] for earlier, later in pairwise(spans))


def test_corporate_gateway_looks_like_a_relay():
    """Many people and homes on one account, behind one address, at the same time."""
    rows = seen("corporate-gateway", gateway="litellm-pool")
    assert len({one.account.id for one in rows}) == 1
    assert len({one.ip for one in rows}) == 1
    assert len({one.person for one in rows}) > 4
    assert len(homes(rows)) > 4
    assert overlaps(rows) > 5


def test_corporate_gateway_names_itself():
    """Every request says that a gateway sent it, in the body's style too."""
    agents = {
        one.headers["user-agent"] for one in seen("corporate-gateway", gateway="litellm-pool")
    }
    assert {agent.split("/")[0] for agent in agents} <= {"litellm", "AsyncOpenAI"}


def test_a_company_without_a_gateway_shares_its_key():
    """Everybody's client speaks for itself, from where it is."""
    rows = seen("corporate-gateway", gateway="none")
    assert len({one.account.id for one in rows}) == 1
    assert len({one.person for one in rows}) > 4
    agents = {one.headers.get("user-agent", "").split("/")[0] for one in rows}
    assert agents.isdisjoint({"litellm", "AsyncOpenAI", "Go-http-client"})


def test_only_a_company_has_a_choice_of_gateway():
    """A setting that would do nothing is refused."""
    with pytest.raises(SettingsError, match="gateway"):
        TwinSpec(kind="class-assignment", gateway="none")


def test_corporate_gateway_with_several_keys_has_one_payer():
    """More keys of one company change nothing about who pays."""
    cell = opened(TwinSpec(kind="corporate-gateway", accounts=3), world(), Watch())
    assert len(cell.accounts) == 3
    assert len({(one.organization, one.payer) for one in cell.accounts}) == 1


def test_agent_platform_looks_like_a_relay():
    """Many end users of several languages interleave on one account with one client."""
    rows = seen("agent-platform")
    assert len({one.person for one in rows}) > 6
    assert len({one.headers["user-agent"] for one in rows}) == 1
    assert overlaps(rows) > 3
    authors = {found for one in rows for found in re.findall(r"Author: [^<]+<[^>]+>", one.text)}
    assert len(authors) > 3


def test_agent_platform_is_licensed():
    """The provider knows that the account resells and what for."""
    cell, _ = small("agent-platform")
    assert all(one.licensed_reseller and one.declared_use for one in cell.accounts)


def test_ci_runners_look_sold():
    """Every job has an address and a host of its own, and jobs come in bursts."""
    rows = seen("ci-runners")
    jobs = by(rows, lambda one: one.conversation)
    assert len({one.ip for one in rows}) > 0.9 * len(jobs)
    assert overlaps(rows) > 3
    hosts = {found for one in rows for found in re.findall(r"runner-[0-9a-f]{8}-project", one.text)}
    assert len(hosts) > 3


def test_ci_runners_work_on_few_repositories_for_one_operator():
    """A handful of repositories, one template, one home, one who set it up."""
    rows = seen("ci-runners")
    assert len({one.person for one in rows}) == 1
    assert homes(rows) <= {"/home/runner"}
    remotes = {found for one in rows for found in re.findall(r"origin\\\\t(\S+) ", one.text)}
    assert len(remotes) <= 4
    talks = by(rows, lambda one: one.conversation).values()
    attempts = [re.search(r"[Aa]ttempt \d+\.", talk[0].text) for talk in talks]
    assert all(attempts)


def sheet(one):
    """The text of an assignment in a request, up to its number."""
    found = re.search(
        r"(Assignment 4|Lab sheet 7|Übungsblatt 5|Práctica 3|第五次|Домашнее|課題4|Trabalho 2|TP 4)",
        one.text,
    )
    return found and found[1]


def test_a_class_shares_a_template():
    """Most accounts send the same sheet, and all of one class's sheet comes near its deadline."""
    rows = [one for one in seen("class-assignment") if sheet(one)]
    assert len({sheet(one) for one in rows}) == 1
    assert len({one.account.id for one in rows}) >= 7
    assert max(one.at_us for one in rows) - min(one.at_us for one in rows) < 72 * HOUR_US


def test_a_class_is_people_of_their_own():
    """Students pay for themselves, send code of their own, and do other things as well."""
    rows = seen("class-assignment")
    accounts = {one.account.id: one.account for one in rows}
    assert len({one.payer for one in accounts.values()}) == len(accounts)
    owners = by(rows, lambda one: one.account.id)
    assert all(len({one.person for one in own}) == 1 for own in owners.values())
    assert any(not sheet(one) for one in rows)
    code = {
        found for one in rows for found in re.findall(r"def \w+\(\w+\):\\n    seen.{80}", one.text)
    }
    assert len(code) > 6


def test_a_house_shares_its_address():
    """Two accounts come from one address."""
    rows = seen("shared-house")
    holders = {ip: {one.account.id for one in own} for ip, own in by(rows, lambda x: x.ip).items()}
    assert max(map(len, holders.values())) == 2


def test_a_house_shares_nothing_else():
    """Payers, homes and persons are two."""
    rows = seen("shared-house")
    accounts = {one.account.id: one.account for one in rows}
    assert len({one.payer for one in accounts.values()}) == 2
    owners = by(rows, lambda one: one.account.id)
    assert all(len({one.person for one in own}) == 1 for own in owners.values())
    mine, yours = (homes(own) for own in owners.values())
    assert not mine & yours


def crossing(rows):
    """Conversations that were answered on more than one account."""
    talks = by(rows, lambda one: one.conversation).values()
    return [talk for talk in talks if len({one.account.id for one in talk}) > 1]


@pytest.mark.parametrize("kind", ["key-migration", "account-change"])
def test_conversations_move_with_their_ids(kind):
    """A conversation goes on under another account with tool calls that the first one was given."""
    rows = seen(kind)
    owner = issued(rows)
    moved = [
        found
        for one in rows
        for found in ids_in(one.text)
        if found in owner and owner[found] != one.account
    ]
    assert crossing(rows)
    assert moved


@pytest.mark.parametrize("kind", ["key-migration", "account-change"])
def test_moves_go_one_way(kind):
    """Nobody comes back to the account that they left."""
    for own in by(seen(kind), lambda one: one.person).values():
        order = [one.account.id for one in own]
        changes = sum(a != b for a, b in pairwise(order))
        assert changes == len(set(order)) - 1


def test_keys_move_inside_one_organisation():
    """Old and new accounts have one organisation and one payer."""
    cell, _ = small("key-migration")
    assert len({(one.organization, one.payer) for one in cell.accounts}) == 1


def test_account_change_crosses_payers():
    """The two accounts have nothing in common but the person, who leaves old reasoning behind."""
    cell, rows = small("account-change")
    assert len({one.organization for one in cell.accounts}) == 2
    assert len({one.payer for one in cell.accounts}) == 2
    assert len({one.person for one in rows}) == 1
    for talk in crossing(rows):
        old = talk[0].account
        later = next(one for one in talk if one.account != old)
        signed = {s for one in talk if one.account == old for s in signatures(one.answer.decode())}
        assert signed
        assert not signed & signatures(later.text)


def signatures(text):
    """Seals over reasoning."""
    return set(re.findall(r'"(?:signature|encrypted_content)":"([^"]+)"', text))


def test_a_traveller_is_seen_from_many_places():
    """Addresses and networks of one account change within days."""
    rows = seen("travelling-person")
    assert len({one.ip for one in rows}) > 1
    assert len({one.account.id for one in rows}) == 1


def test_a_traveller_is_in_one_place_at_a_time():
    """Once a place is left it does not come back before the next one: no two places interleave."""
    rows = seen("travelling-person")
    order = [one.ip for one in rows]
    assert sum(a != b for a, b in pairwise(order)) == len(set(order)) - 1
    assert len({one.person for one in rows}) == 1


def test_one_developer_looks_shared():
    """Homes, hosts and addresses differ, conversations overlap, and sub-agents join."""
    rows = seen("one-developer")
    assert len(homes(rows)) > 1
    assert len({one.ip for one in rows}) > 1
    hosts = {found for one in rows for found in re.findall(r"Linux (\S+) \d+\.\d+", one.text)}
    assert len(hosts) > 1
    talks = by(rows, lambda one: one.conversation).values()
    assert any(shrinks(talk) for talk in talks)


def shrinks(talk):
    """Whether a shorter history follows a longer one: a sub-agent's, beside its parent's."""
    sizes = [len(one.items) for one in talk]
    return any(later < earlier for earlier, later in pairwise(sizes))


def test_one_developer_is_one():
    """One name in git, and the same repositories on all machines."""
    rows = seen("one-developer")
    assert len({one.person for one in rows}) == 1
    folders = [
        {found for one in own for found in re.findall(r"/home/[\w.-]+/(?:\w+/)?([\w-]+)", one.text)}
        for own in by(rows, lambda one: one.ip).values()
    ]
    assert set.intersection(*folders)


def test_fallback_router_brings_foreign_ids():
    """Histories hold tool calls that the provider never gave out, beside some that it did."""
    rows = seen("fallback-router")
    own = issued(rows)
    foreign = [one for one in rows if ids_in(one.text) - set(own)]
    mixed = [one for one in foreign if ids_in(one.text) & set(own)]
    assert foreign
    assert mixed
    assert len(foreign) < 0.5 * len(rows)


def test_fallback_router_is_a_team_behind_a_named_router():
    """One account, several people of one company, and a router that says what it is."""
    rows = seen("fallback-router")
    assert len({one.account.id for one in rows}) == 1
    assert len({one.person for one in rows}) > 1
    agents = {one.headers["user-agent"].split("/")[0] for one in rows}
    assert agents <= {"litellm", "AsyncOpenAI"}


def test_release_day_moves_everybody():
    """Nobody has the new model before it comes out; most have it a day later."""
    release = world().releases[0]
    rows = seen("release-day")
    new = [one for one in rows if one.body["model"] == release.model]
    assert new
    assert min(one.at_us for one in new) >= release.at_us
    assert len({one.account.id for one in new}) > 2


def test_release_day_is_no_group():
    """Holders are strangers; each runs the same public questions once and also works."""
    release = world().releases[0]
    rows = seen("release-day")
    accounts = {one.account.id: one.account for one in rows}
    assert len({one.payer for one in accounts.values()}) == len(accounts)
    asked = [
        lines(one for one in own if one.body["model"] == release.model)
        for own in by(rows, lambda one: one.account.id).values()
    ]
    assert any(one.body["model"] != release.model for one in rows)
    assert any(a & b for a, b in pairwise([some for some in asked if some]))


def lines(rows):
    """Longer lines of what was typed last."""
    return {line for text in prompts(rows) for line in text.split("\n") if len(line) > 60}


def test_release_day_needs_a_release():
    """Without a model that comes out the file is wrong, and the error says what to add."""
    with pytest.raises(SettingsError) as caught:
        opened(TwinSpec(kind="release-day"), world(release=False), Watch())
    assert "[[release]]" in caught.value.hint


def test_support_bot_looks_like_a_chat_relay():
    """Many people and scripts interleave on one account under one put-in persona."""
    rows = seen("support-bot")
    assert len({one.person for one in rows}) > 10
    asked = "".join(prompts(rows))
    assert re.search("[\u4e00-\u9fff\u0430-\u044f]", asked)
    assert re.search(r"[a-z]", asked)
    assert overlaps(rows) > 0


def test_support_bot_has_one_product():
    """The system prompt is the same in every conversation, and nothing but the product is asked."""
    rows = seen("support-bot")
    personas = {persona(one) for one in rows}
    assert len(personas) == 1
    assert max(len(text) for text in prompts(rows)) < 200


def persona(one):
    """The system prompt of a request."""
    for name in ("system", "instructions"):
        if name in one.body:
            return one.body[name]
    return words(one.items[0])


def test_people_rest():
    """Honest people's days have a trough: some hours of the day are empty in a small team."""
    rows = seen("key-migration")
    hours = {one.at_us // (3600 * SECOND_US) for one in rows}
    assert len(hours) < 72
