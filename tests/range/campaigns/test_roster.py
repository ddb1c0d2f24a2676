from collections import Counter

import pytest

from stillwatch_range.campaigns.roster import roster
from stillwatch_range.campaigns.spec import RUNGS, Ban, CampaignSpec, habits
from stillwatch_range.model import DAY_US, HOUR_US, Label
from stillwatch_range.seeds import draw_for
from tests.range.campaigns.listening import world


def entries(level="E1", **fields):
    spec = CampaignSpec(method="judge", level=level, **fields)
    return roster(spec, habits(spec, draw_for(1, "habits")), world(4), 1, "campaign:x")


def test_labels_say_what_the_accounts_are():
    """The label names method, group and rung; ids name nothing."""
    found = entries(accounts=30)
    assert {one.account.label for one in found} == {Label("campaign", "judge", "campaign:x", "E1")}
    assert len({one.account.id for one in found}) == 30


@pytest.mark.parametrize(("level", "payers"), [("E0", 1), ("E3", 5), ("E5", 40)])
def test_payers_are_shared_or_split(level, payers):
    """One means of payment for all, one for every few, or one each; organisations differ."""
    found = entries(level, accounts=40)
    assert len({one.account.payer for one in found}) == payers
    assert len({one.account.organization for one in found}) == 40


def test_sign_ups_come_in_batches():
    """Accounts of a batch were made within hours of each other, before the scenario."""
    ages = [one.account.created_us // DAY_US for one in entries("E0", accounts=120)]
    assert len(set(ages)) <= 6
    assert len({one.account.created_us for one in entries("E5", accounts=120)}) == 120
    assert max(ages) < world().start_us // DAY_US


def test_bans_hit_a_share_and_the_reserve_replaces_it():
    """A wave closes its share of the open accounts; new sign-ups start some hours later."""
    waves = (Ban(day=1, share=0.5), Ban(day=2, share=0.2))
    found = entries(accounts=100, bans=waves, reserve=0.8, reserve_h=6)
    days = Counter(
        (one.account.banned_us - world().start_us) // DAY_US
        for one in found
        if one.account.banned_us is not None
    )
    assert days == {1: 50, 2: 18}
    fresh = [one for one in found if one.from_us > world().start_us]
    assert len(fresh) == 40 + 14
    for one in fresh[:40]:
        assert 3 <= (one.from_us - world().start_us - DAY_US) / HOUR_US <= 9
        assert one.from_us - 2 * DAY_US <= one.account.created_us <= one.from_us
    assert [one.from_us for one in found] == sorted(one.from_us for one in found)


@pytest.mark.parametrize("level", RUNGS)
def test_the_same_seed_gives_the_same_accounts(level):
    """Accounts follow from seed and spec alone."""
    assert entries(level, accounts=20) == entries(level, accounts=20)
