"""Ids that say that they were issued to somebody else."""

import pytest

from stillwatch.signals.sealed_id_of_another_account import SIGNAL
from stillwatch.verdicts.ledger import ACT, REVIEW
from tests.signals.build import Traffic, ask


def present(traffic, account, issuer, count=3, **columns):
    """Conversations that bring back ids of an issuer."""
    for number in range(count):
        row = traffic.exchange(account, thread=f"{account} {issuer} {number}")
        traffic.sealed_id(row, f"{account} {issuer} {number}", issuer, **columns)


def test_ids_of_a_stranger_are_a_fact_for_review():
    """The issuer is named, and linked if it is in the traffic."""
    traffic = Traffic()
    traffic.exchange("first")
    present(traffic, "second", "first")
    present(traffic, "third", "gone")
    found = ask(SIGNAL, traffic)
    assert set(found) == {"second", "third"}
    assert found["second"].linked == ("first",)
    assert found["third"].linked == ()
    assert "gone" in found["third"].says
    for line in found.values():
        assert REVIEW <= line.log10_lr < ACT


def test_one_person_who_moved_everything_is_never_acted_on():
    """The innocent twin: two accounts, however many conversations."""
    traffic = Traffic()
    present(traffic, "new", "old", count=60)
    assert ask(SIGNAL, traffic)["new"].log10_lr < ACT


def test_accounts_of_one_owner_share_ids():
    """A company's accounts go on with each other's conversations."""
    traffic = Traffic()
    present(traffic, "new", "old", related=True)
    assert ask(SIGNAL, traffic) == {}


def test_a_published_transcript_is_nobody_s():
    """An id that turns up in many openings was copied from a page."""
    traffic = Traffic()
    for number in range(9):
        row = traffic.exchange(f"reader {number}", thread=f"t{number}")
        traffic.sealed_id(row, "the famous id", "author")
    assert ask(SIGNAL, traffic) == {}


@pytest.mark.parametrize("issuer", ["old", None])
def test_unknown_owners_stay_below_review(issuer):
    """An issuer without an owner, or an account that is not on record."""
    traffic = Traffic()
    present(traffic, "new", issuer, count=1, known=False)
    line = ask(SIGNAL, traffic)["new"]
    assert 0 < line.log10_lr < REVIEW
    assert "not known" in line.says
