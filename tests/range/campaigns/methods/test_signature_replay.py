import re

from stillwatch_range.model import DAY_US
from tests.range.campaigns.listening import Listener, campaign, said

SEAL = re.compile(r"seal-\d+-\w+")
FIELDS = {
    "length": 2.0,
    "method": "signature-replay",
    "accounts": 6,
    "requests_per_account_day": 60.0,
    "clients": ("anthropic-python",),
}


def replays(heard):
    return [one for one in heard if SEAL.search(said(one.ask))]


def test_a_signature_comes_back_once_in_a_new_conversation():
    """Signed reasoning is shown again later, elsewhere, with a request to write it out."""
    heard = campaign(**FIELDS)
    found = replays(heard)
    assert 0.15 * len(heard) < len(found) < 0.6 * len(heard)
    issued = {one.ask.truth.conversation for one in heard} - {
        one.ask.truth.conversation for one in found
    }
    assert issued
    seals = [SEAL.findall(said(one.ask)) for one in found]
    assert all(len(one) == 1 for one in seals)
    assert len({one[0] for one in seals}) == len(seals)
    for one in found:
        assert len(one.ask.items) == 3
        assert one.ask.truth.conversation not in issued


def test_it_often_comes_from_another_account():
    """A part of the replays goes over accounts that the signature was not made for."""
    found = replays(campaign(**FIELDS))
    foreign = [one for one in found if not SEAL.search(said(one.ask))[0].endswith(one.account.id)]
    assert 0.2 * len(found) < len(foreign) < len(found)


def test_the_operator_learns_when_foreign_signatures_are_refused():
    """A provider that binds signatures gets a few foreign ones, and then only its own."""
    heard = campaign(listener=Listener(bound=True), **FIELDS)
    refused = [one for one in heard if one.status == 400]
    assert 0 < len(refused) < 12
    late = [one for one in replays(heard) if one.ask.at_us > heard[0].ask.at_us + DAY_US]
    assert late
    assert all(one.status == 200 for one in late)


def test_other_programs_are_never_used():
    """Where the file names no client, only such are drawn whose format carries signatures."""
    heard = campaign(**{**FIELDS, "clients": ()})
    assert {one.ask.wire for one in heard} <= {"messages", "responses"}
    assert replays(heard)
