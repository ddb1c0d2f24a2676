"""A relay as a whole: doors, seating, failover, companions, cells, and what it remembers."""

import pytest

from stillwatch.errors import SettingsError
from stillwatch_range import cell, relays
from stillwatch_range.model import Account, Ask, Reply, Said
from stillwatch_range.relays import RelaySpec, memory
from stillwatch_range.relays.items import Edits
from stillwatch_range.relays.ladder import LEVELS, describe
from tests.range.relays import stage
from tests.range.relays.stage import START, WORLD, session, some_accounts

HOUR = 3_600_000_000


class Deaf:
    """A provider that answers at once, and refuses accounts that a test names."""

    def __init__(self, refuses=None):
        self.refuses = refuses or {}
        self.served = []

    def serve(self, ask: Ask, account: Account) -> Reply:
        self.served.append((ask, account.id))
        status = self.refuses.get(account.id, 200)
        content = (Said("yes"),) if status == 200 else ()
        return Reply(status, ask.at_us + 1_000, "msg_1", content)


def opened(provider, level="E1", count=3, kind="sub2api", reserve=0, **settings):
    accounts = some_accounts(count + reserve)
    spec = RelaySpec(kind=kind, level=level, settings=settings)
    relay = relays.open_relay(spec, accounts[:count], provider, WORLD, 5, accounts[count:])
    return relay, accounts


@pytest.mark.parametrize("status", [403, 408, 429, 500, 502, 503, 529])
def test_a_failed_request_goes_to_another_account(status):
    """The customer gets an answer although the first account fails."""
    provider = Deaf()
    relay, accounts = opened(provider, pick="fill_first")
    provider.refuses[accounts[0].id] = status
    listening = stage.Listening(relay.door("c", "UTC", "en"))
    stage.run(listening, [session(count=1)])
    assert listening.went[0][1].ok
    assert [name for _, name in provider.served][:2] == [accounts[0].id, accounts[1].id]


def test_refusals_reach_the_customer_when_no_account_is_left():
    """With every account failing the last error comes back, in bounded time."""
    provider = Deaf()
    relay, accounts = opened(provider)
    provider.refuses = {one.id: 503 for one in accounts}
    listening = stage.Listening(relay.door("c", "UTC", "en"))
    stage.run(listening, [session(count=1)])
    assert not any(reply.ok for _, reply in listening.went)
    assert len(provider.served) < 30


def test_customers_of_one_zone_and_language_sit_together():
    """On E5 an account has two or three people, of one zone band and one language."""
    provider = Deaf()
    relay, _ = opened(provider, "E5", 8)
    groups = [("Europe/Oslo", "nb"), ("Asia/Tokyo", "ja"), ("America/Chicago", "en")]
    people = {}
    for number in range(18):
        zone, language = groups[number % 3]
        name = f"c{number}"
        people[number] = groups[number % 3]
        stage.run(relay.door(name, zone, language), [session(number=number, count=1)])
    on = {}
    for ask, account in provider.served:
        on.setdefault(account, set()).add(int(ask.truth.person[1:]))
    assert all(len({people[one] for one in rows}) == 1 for rows in on.values())
    assert max(map(len, on.values())) <= 3


def test_companion_calls_are_answered_or_forwarded():
    """As it ships the pool relay answers title calls itself; hardened it forwards them."""
    for level, missing in (("E1", True), ("E3", False)):
        provider = Deaf()
        relay, _ = opened(provider, level)
        listening = stage.Listening(relay.door("c", "UTC", "en"))
        stage.run(listening, [session("opencode", version="1.18.33")])
        assert all(reply.ok for _, reply in listening.went)
        assert (len(provider.served) < len(listening.went)) is missing


def test_each_account_has_its_exit():
    """One exit for all on E0, one an account from E2 on, and never the customer's address."""
    for level, exits in (("E0", 1), ("E2", 4)):
        provider = Deaf()
        relay, _ = opened(provider, level, 4, stick_to="nothing")
        door = relay.door("c", "UTC", "en")
        stage.run(door, [session(number=n) for n in range(8)])
        shown = {ask.ip for ask, _ in provider.served}
        assert len(shown) == exits
        own = {stage.person(n).machines[0].ip for n in range(8)}
        assert not shown & own


def test_memory_is_bounded(monkeypatch):
    """Idle conversations are forgotten, and a long one holds no more than its share."""
    monkeypatch.setattr(memory, "MOST_CONVERSATIONS", 5)
    monkeypatch.setattr(memory, "MOST_RESULTS", 50)
    relay, _ = opened(Deaf())
    door = relay.door("c", "UTC", "en")
    stage.run(door, [session(number=n, count=1) for n in range(20)])
    assert len(relay.conversations) <= 5
    stage.run(door, [session(number=30, count=120)])
    held = relay.conversations.of("x", START + HOUR)
    assert len(held) == 0
    kept = list(relay.conversations._held.values())
    assert max(map(len, kept)) < 600


def test_work_for_a_request_is_proportional_to_what_is_new(monkeypatch):
    """Each item of a long conversation is rewritten once, not once a request."""
    seen = []
    real = Edits.item
    monkeypatch.setattr(Edits, "item", lambda self, raw: seen.append(1) or real(self, raw))
    relay, _ = opened(Deaf(), "E1")
    listening = stage.Listening(relay.door("c", "UTC", "en"))
    stage.run(listening, [session(count=40)])
    sent = sum(len(ask.items) for ask, _ in listening.went)
    assert len(seen) < sent / 10


def test_a_cell_runs_and_its_accounts_are_labelled():
    """Customers reach accounts of the group; the labels name program, group and rung."""
    seen = stage.Seen()
    spec = RelaySpec(kind="crs", level="E5", customers=6, banned=0.5, settings={"cover": 1.0})
    made = relays.open_cell(spec, WORLD, stage.provider(seen), 9, "relay:one")
    cell.run(made, WORLD.end_us)
    labels = {account.label for account in made.accounts}
    assert {(one.kind, one.family, one.group, one.level) for one in labels} == {
        ("relay", "crs", "relay:one", "E5")
    }
    known = {account.id for account in made.accounts}
    assert seen.rows
    assert {account.id for _, account, _ in seen.rows} <= known
    assert {ask.truth.purpose for ask in seen.asks} == {"work", "cover"}
    conversations = {}
    for ask in seen.asks:
        conversations.setdefault(ask.truth.conversation, set()).add(ask.truth.person)
    assert all(len(people) == 1 for people in conversations.values())


def test_a_cell_is_the_same_for_the_same_seed():
    """Two runs write the same bytes; another seed writes others."""

    def lines(seed):
        seen = stage.Seen()
        spec = RelaySpec(kind="cpa", level="E0", customers=3)
        cell.run(relays.open_cell(spec, WORLD, stage.provider(seen), seed, "r"), WORLD.end_us)
        return seen.lines

    first = lines(1)
    assert first == lines(1)
    assert first != lines(2)


def test_the_ladder_can_be_printed():
    """Each rung has a row that says what it changes."""
    rows = list(describe())
    assert [row[0] for row in rows] == list(LEVELS)
    assert all(about and changes for _, about, changes in rows)


@pytest.mark.parametrize("kind", sorted(relays.KINDS))
def test_every_rung_of_every_program_changes_something_or_has_no_means(kind):
    """E5 differs from E0 in stickiness and in people on an account."""
    naive = relays.switches_of(RelaySpec(kind=kind, level="E0"))
    hard = relays.switches_of(RelaySpec(kind=kind, level="E5"))
    assert (naive.stick_to, hard.stick_to) == ("nothing", "customer")
    assert naive.people_an_account > hard.people_an_account


@pytest.mark.parametrize(
    "spec",
    [
        RelaySpec(kind="nobody"),
        RelaySpec(kind="crs", settings={"stick": 1}),
        RelaySpec(kind="crs", settings={"pick": "best"}),
    ],
)
def test_mistakes_in_a_scenario_are_named(spec):
    """An unknown kind, switch or value is an error with a hint."""
    with pytest.raises(SettingsError) as caught:
        relays.switches_of(spec)
    assert caught.value.hint
