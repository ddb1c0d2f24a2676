"""One install behind many strangers."""

from stillwatch.signals.seal_cloned import SIGNAL
from stillwatch.verdicts.ledger import ACT, REVIEW
from tests.signals.build import Traffic, ask


def spread(accounts, *, owner=None, **columns):
    """The same install behind a number of accounts."""
    traffic = Traffic()
    for number in range(accounts):
        account = f"acct_{number}"
        row = traffic.exchange(account, owner=owner or f"payer {number}")
        traffic.seal(row, "in_1", **columns)
    return traffic


def test_an_install_behind_many_strangers_is_for_review():
    """Every account that shows it is told of the others."""
    found = ask(SIGNAL, spread(5))
    assert set(found) == {f"acct_{number}" for number in range(5)}
    for account, line in found.items():
        assert REVIEW <= line.log10_lr < ACT
        assert line.numbers["owners"] == 5
        assert set(line.linked) == set(found) - {account}


def test_an_image_that_many_people_start_is_never_acted_on():
    """The innocent twin, at any number."""
    assert max(line.log10_lr for line in ask(SIGNAL, spread(200)).values()) < ACT


def test_two_strangers_are_too_few():
    """A friend's visit is weighed elsewhere."""
    assert ask(SIGNAL, spread(2)) == {}


def test_accounts_of_one_owner_are_one():
    """A company with many accounts on a shared machine."""
    assert ask(SIGNAL, spread(9, owner="one payer")) == {}


def test_accounts_of_the_install_s_owner_do_not_count():
    """The machines of the organisation that enrolled it."""
    assert ask(SIGNAL, spread(9, related=True)) == {}


def test_unknown_owners_stay_below_review():
    """They may all belong together."""
    assert ask(SIGNAL, spread(4, known=False))["acct_0"].log10_lr < REVIEW
