"""What few strangers share supports other evidence, and never does more."""

from stillwatch.signals.shared_infrastructure import CROWD, MOST, SIGNAL
from tests.signals.build import Traffic, ask


def crowd(size=100):
    traffic = Traffic()
    for number in range(size):
        traffic.exchange(f"other {number}", address=f"address {number}", owner=f"o{number}")
    return traffic


def test_two_strangers_behind_one_address_are_tied():
    """Among a hundred accounts with an address each."""
    traffic = crowd()
    traffic.exchange("a", address="exit", owner="owner a")
    traffic.exchange("b", address="exit", owner="owner b")
    answers = ask(SIGNAL, traffic)
    assert answers.keys() == {"a", "b"}
    assert 0 < answers["a"].log10_lr <= MOST
    assert answers["a"].linked == ("b",)


def test_accounts_of_one_owner_are_no_strangers():
    """A company behind its own address."""
    traffic = crowd()
    for account in ("a", "b", "c"):
        traffic.exchange(account, address="office", owner="company")
    assert ask(SIGNAL, traffic) == {}


def test_what_a_crowd_shares_ties_nobody():
    """The innocent twin: an exit node with more users than can be one hand."""
    traffic = Traffic()
    for number in range(CROWD + 1):
        traffic.exchange(f"user {number}", address="exit", owner=f"o{number}")
    assert ask(SIGNAL, traffic) == {}


def test_a_popular_fingerprint_weighs_next_to_nothing():
    """Half of all accounts use the same client from the same network."""
    traffic = crowd(20)
    for number in range(20):
        traffic.exchange(f"same {number}", asn=64500, ja4="t13d", owner=f"s{number}")
    assert max(one.log10_lr for one in ask(SIGNAL, traffic).values()) < 0.1


def test_one_payer_of_several_organisations_is_tied():
    """The payment instrument is the strongest of them, and still capped."""
    traffic = crowd(3)
    for account in ("a", "b"):
        traffic.exchange(account)
        traffic.account(account, payer="card", organization=f"company {account}", owner="card")
    answers = ask(SIGNAL, traffic)
    assert answers.keys() == {"a", "b"}
    assert "payment instrument" in answers["a"].says
    assert all(0 <= one.log10_lr <= MOST for one in answers.values())


def test_nothing_in_gives_nothing_out():
    """An empty day has no answers."""
    assert ask(SIGNAL, Traffic()) == {}
