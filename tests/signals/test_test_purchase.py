"""Deliveries of test purchases."""

import pytest

from stillwatch.signals.test_purchase import SIGNAL
from stillwatch.verdicts.ledger import ACT, REVIEW
from tests.signals.build import DAY_US, HOUR_US, MINUTE_US, START_US, Traffic, ask


def deliver(traffic, account, nonce="tp_1", *, at_us=None, owner=None, **columns):
    """One delivery."""
    row = traffic.exchange(account, at_us=at_us, owner=owner or f"payer of {account}")
    traffic.purchase(row, nonce, **columns)
    return row


def test_one_nonce_is_enough_to_act():
    """It says which, when, and shows the exchange."""
    traffic = Traffic()
    deliver(traffic, "shop", at_us=0)
    line = ask(SIGNAL, traffic)["shop"]
    assert line.log10_lr >= ACT
    assert "tp_1" in line.says
    assert "1 minute after it was made" in line.says
    assert line.exhibits[0].exchange == "ex_0"
    assert line.numbers["after_s"] == 60


def test_more_nonces_weigh_more_up_to_the_cap():
    """A purchase that was noted down wrongly does not happen again and again."""
    weights = []
    for count in (1, 2, 9):
        traffic = Traffic()
        for number in range(count):
            deliver(traffic, "shop", f"tp_{number}")
        weights.append(ask(SIGNAL, traffic)["shop"].log10_lr)
    assert weights[0] < weights[1] < weights[2] == 8


def test_the_weight_is_never_more_than_chance_allows():
    """A prompt of which little is left in a store of many texts."""
    traffic = Traffic()
    deliver(traffic, "shop", matched="part", share=0.6, log10_p=-3.4)
    line = ask(SIGNAL, traffic)["shop"]
    assert line.log10_lr == pytest.approx(3.4)
    assert "60%" in line.exhibits[0].shows


def test_accounts_that_deliver_for_one_purchase_are_linked():
    """Different nonces with the same note; another purchase stays apart."""
    traffic = Traffic()
    deliver(traffic, "one", "tp_1", purchase="shop X")
    deliver(traffic, "two", "tp_2", purchase="shop X")
    deliver(traffic, "other", "tp_3", purchase="shop Y")
    found = ask(SIGNAL, traffic)
    assert found["one"].linked == ("two",)
    assert found["two"].linked == ("one",)
    assert found["other"].linked == ()


def test_one_nonce_tried_at_two_accounts_links_them():
    """A pool fails over within a minute."""
    traffic = Traffic()
    deliver(traffic, "one", at_us=0)
    deliver(traffic, "two", at_us=MINUTE_US)
    found = ask(SIGNAL, traffic)
    assert found["one"].linked == ("two",)
    assert found["two"].log10_lr >= ACT


@pytest.mark.parametrize("standing", ["own", "early"])
def test_the_analyst_s_own_and_early_deliveries_do_not_count(standing):
    """The innocent twins that the file and the clock tell."""
    traffic = Traffic()
    deliver(traffic, "ours", standing=standing)
    assert ask(SIGNAL, traffic) == {}


def test_who_delivers_days_after_the_first_is_for_review_only():
    """Somebody passed the text on; who, is not known. The first stays what it is."""
    traffic = Traffic()
    deliver(traffic, "shop", at_us=0)
    deliver(traffic, "reader", at_us=3 * DAY_US, made_us=START_US)
    found = ask(SIGNAL, traffic)
    assert found["shop"].log10_lr >= ACT
    assert found["shop"].linked == ()
    assert REVIEW <= found["reader"].log10_lr < ACT
    assert "3 days" in found["reader"].says


def test_a_nonce_that_everybody_sends_is_public():
    """The innocent twin: it was published."""
    traffic = Traffic()
    for number in range(12):
        deliver(traffic, f"acct_{number}", at_us=number * HOUR_US)
    found = ask(SIGNAL, traffic)
    assert len(found) == 12
    assert max(line.log10_lr for line in found.values()) < REVIEW
    assert all(line.linked == () for line in found.values())


def test_a_retry_through_the_same_account_counts_once():
    """The first time is what is shown."""
    traffic = Traffic()
    for minute in range(4):
        deliver(traffic, "shop", at_us=minute * MINUTE_US)
    line = ask(SIGNAL, traffic)["shop"]
    assert line.numbers["nonces"] == 1
    assert len(line.exhibits) == 1


def test_accounts_of_one_owner_are_one_owner():
    """A shop with many keys of one owner is no public text."""
    traffic = Traffic()
    for number in range(12):
        deliver(traffic, f"acct_{number}", owner="shop", at_us=number * MINUTE_US)
    assert min(line.log10_lr for line in ask(SIGNAL, traffic).values()) >= ACT
