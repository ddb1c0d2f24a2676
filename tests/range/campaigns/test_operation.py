import statistics
import tracemalloc
from collections import Counter

import pytest

from stillwatch_range.campaigns import METHODS, Ban, seats
from stillwatch_range.model import DAY_US, HOUR_US, SECOND_US, Release
from tests.range.campaigns.listening import START_US, Listener, campaign, prompts, said, world


def loads(heard):
    return Counter(one.account.id for one in heard)


def purposes(heard):
    return Counter(one.ask.truth.purpose for one in heard)


@pytest.mark.parametrize(("accounts", "rate"), [(1, 5.0), (1, 900.0), (60, 5.0), (8, 100.0)])
def test_accounts_work_at_their_rate(accounts, rate):
    """From one account to many, from 5 to 900 requests an account and day."""
    heard = campaign(
        2.0, method="fixed-prompt", accounts=accounts, requests_per_account_day=rate, level="E1"
    )
    expected = 2 * accounts * rate
    assert len(heard) == pytest.approx(expected, abs=4 + 3 * expected**0.5)
    assert len(loads(heard)) == accounts


@pytest.mark.parametrize("kind", ["people", "customers"])
@pytest.mark.parametrize("cover", [0.0, 0.4, 0.98])
def test_cover_has_its_share(cover, kind):
    """Ordinary use makes up its share of the requests, and other people stand behind it."""
    heard = campaign(
        2.0,
        method="probe-then-bulk",
        accounts=10,
        requests_per_account_day=80.0,
        cover=cover,
        cover_kind=kind,
        schedule="machine",
    )
    found = purposes(heard)
    assert found["cover"] / len(heard) == pytest.approx(cover, abs=0.07)
    harvesters = {one.ask.truth.person for one in heard if one.ask.truth.purpose != "cover"}
    users = {one.ask.truth.person for one in heard if one.ask.truth.purpose == "cover"}
    assert len(harvesters) == 1
    assert not harvesters & users


def test_cover_people_stay_with_their_account():
    """Who uses an account as cover uses no other one."""
    heard = campaign(method="grid", accounts=6, cover=0.7, requests_per_account_day=60.0)
    homes = {}
    for one in heard:
        if one.ask.truth.purpose == "cover":
            homes.setdefault(one.ask.truth.person, set()).add(one.account.id)
    assert len(homes) > 3
    assert all(len(accounts) == 1 for accounts in homes.values())


def test_customers_are_spread_over_the_pool():
    """A pool's customers meet several accounts, one for each conversation."""
    heard = campaign(
        3.0,
        method="grid",
        accounts=6,
        cover=0.9,
        cover_kind="customers",
        requests_per_account_day=60.0,
    )
    met, talks = {}, {}
    for one in heard:
        if one.ask.truth.purpose == "cover":
            met.setdefault(one.ask.truth.person, set()).add(one.account.id)
            talks.setdefault(one.ask.truth.conversation, set()).add(one.account.id)
    assert max(len(accounts) for accounts in met.values()) > 2
    assert all(len(accounts) == 1 for accounts in talks.values())


def test_a_relay_may_carry_everything():
    """Harvest and customers' work come mixed, on accounts that the relay chooses."""
    heard = campaign(
        2.0, method="fixed-prompt", accounts=6, cover=0.5, through="sub2api", level="E1"
    )
    assert purposes(heard)["cover"] > 20
    assert purposes(heard)["harvest"] > 20
    carried = {one.account.id for one in heard if one.ask.truth.purpose == "harvest"}
    assert len(carried) > 1


def test_balanced_loads_are_nearly_equal():
    """Round robin gives accounts the same load; chance does not."""
    fields = {"method": "grid", "accounts": 20, "requests_per_account_day": 40.0}
    even = statistics.pstdev(loads(campaign(dispatch="round-robin", **fields)).values())
    chance = statistics.pstdev(loads(campaign(dispatch="random", **fields)).values())
    assert even < 2 < chance


def test_banned_accounts_fall_silent_and_others_surge():
    """After a wave of bans the same work runs on what is left, and then on the reserve."""
    heard = campaign(
        3.0,
        method="fixed-prompt",
        accounts=20,
        requests_per_account_day=36.0,
        bans=(Ban(day=1, share=0.5),),
        reserve=1.0,
        reserve_h=10.0,
        level="E3",
        schedule="machine",
    )
    ban_us = START_US + DAY_US
    refused = [one for one in heard if one.status == 403]
    assert max(loads(refused).values()) <= 3
    assert len(loads(refused)) == 10

    def active(from_h, to_h):
        span = (ban_us + from_h * HOUR_US, ban_us + to_h * HOUR_US)
        return loads(
            one for one in heard if one.status == 200 and span[0] <= one.ask.at_us < span[1]
        )

    before, after, later = active(-4, 0), active(1, 5), active(20, 24)
    assert len(after) == 10
    assert sum(after.values()) == pytest.approx(sum(before.values()), rel=0.25)
    surge = statistics.mean(after.values()) / statistics.mean(before.values())
    assert surge == pytest.approx(2, rel=0.35)
    assert len(later) > 17


def test_lost_work_is_done_again_at_once():
    """A request that a ban stopped comes again, on another account, within seconds."""
    heard = campaign(
        2.0,
        method="fixed-prompt",
        accounts=10,
        requests_per_account_day=40.0,
        bans=(Ban(day=1, share=0.5),),
    )
    for number, one in enumerate(heard):
        if one.status == 403:
            again = next(x for x in heard[number + 1 :] if said(x.ask) == said(one.ask))
            assert again.account.id != one.account.id
            assert again.ask.at_us - one.ask.at_us < 60 * SECOND_US


def test_without_accounts_a_campaign_ends():
    """When all are closed and nothing is in reserve, nothing more comes."""
    heard = campaign(3.0, method="grid", bans=(Ban(day=1, share=1.0),))
    assert max(one.ask.at_us for one in heard if one.status == 200) < START_US + 1.1 * DAY_US


def test_start_stop_and_pauses_are_common():
    """The whole campaign starts late, rests together and stops early."""
    heard = campaign(
        5.0, method="grid", accounts=10, offset=1.0, days=3.0, pauses=((2.0, 0.5),), level="E1"
    )
    days = [(one.ask.at_us - START_US) / DAY_US for one in heard]
    assert 1.0 <= min(days) < 1.1
    assert 3.9 < max(days) < 4.01
    assert not [day for day in days if 2.001 < day < 2.499]


def test_the_campaign_moves_to_a_new_model():
    """After a release all accounts ask the new model within a day or so."""
    where = world(4, releases=(Release("claude-next", START_US + DAY_US),))
    heard = campaign(
        world_=where,
        method="grid",
        clients=("anthropic-python",),
        accounts=10,
        switch_h=8.0,
        level="E1",
    )
    new = [
        ((one.ask.at_us - START_US) / DAY_US, one.ask.body["model"] == "claude-next")
        for one in heard
    ]
    assert not [day for day, moved in new if moved and day < 1 + 3.9 / 24]
    assert all(moved for day, moved in new if day > 1 + 12.1 / 24)


def test_programs_ask_only_models_that_they_can():
    """A release of one vendor does not reach programs that speak another's format."""
    where = world(2, releases=(Release("claude-next", START_US),))
    heard = campaign(world_=where, method="grid", clients=("openai-python",), switch_h=1.0)
    assert "claude-next" not in {one.ask.body["model"] for one in heard}


@pytest.mark.parametrize("method", METHODS)
def test_accounts_share_no_question(method):
    """What two accounts ask differs in every request, but for what a method repeats on purpose."""
    heard = campaign(method=method, accounts=8, requests_per_account_day=30.0, level="E1")
    askers = {}
    for one in heard:
        asked = prompts(one.ask)
        if one.status == 200 and asked and one.ask.wire != "responses":
            askers.setdefault("\n".join(asked), set()).add(one.account.id)
    shared = sum(len(accounts) > 1 for accounts in askers.values())
    repeats = {"store-replay": 1.0, "own-users": 0.1, "signature-replay": 0.0}
    assert shared <= repeats.get(method, 0.0) * len(askers)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_requests(method):
    """Nothing but the seed decides, down to headers, addresses and times."""

    def all_of(seed):
        return [
            (one.ask.at_us, one.account.id, one.ask.headers, said(one.ask), one.ask.ip)
            for one in campaign(method=method, seed=seed, cover=0.2)
        ]

    assert all_of(5) == all_of(5)
    assert all_of(5) != all_of(6)


def test_the_operator_stands_behind_the_harvest():
    """All that is harvested comes of one person, whatever the accounts' names."""
    heard = campaign(method="grid", accounts=10)
    assert len({one.ask.truth.person for one in heard}) == 1


def test_settings_and_clients_are_those_of_honest_programs():
    """Accounts differ in client, address and settings as honest programs do."""
    heard = campaign(method="judge", accounts=80, requests_per_account_day=5.0, level="E3")
    agents = Counter(dict(one.ask.headers).get("User-Agent", "") for one in heard)
    assert len(agents) > 4
    assert len({one.ask.ip for one in heard}) > 60


@pytest.mark.slow
def test_memory_does_not_grow_with_the_requests(monkeypatch):
    """Five thousand accounts run in bounded memory: later requests cost no more."""
    monkeypatch.setattr(seats, "KEPT", 400)
    listener = Listener(keep=False)
    fields = {"method": "probe-then-bulk", "techniques": 9_000, "level": "E1"}
    campaign(**fields)  # pools are read and kept
    tracemalloc.start(1)
    try:
        campaign(listener=listener, accounts=5_000, requests_per_account_day=0.62, **fields)
    finally:
        tracemalloc.stop()
    assert listener.count > 3_000
    assert max(listener.memory) < 30 * 2**20
    assert listener.memory[2] - listener.memory[1] < 2**20
