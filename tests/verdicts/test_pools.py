"""Pools as connected groups over provenance links."""

from stillwatch.signals.model import Evidence
from stillwatch.verdicts.pools import HUB_DEGREE, pools


def tied(account, *others, log10_lr=4.0, family="provenance"):
    """A line that ties an account to others."""
    return Evidence(
        signal="s",
        family=family,
        account=account,
        log10_lr=log10_lr,
        says="",
        innocent_twin="",
        linked=others,
    )


def groups(*lines):
    return sorted(pools(lines, least=3.0).values())


def test_linked_accounts_are_one_pool():
    """Links chain: a to b and b to c make one pool of three."""
    assert groups(tied("a", "b"), tied("b", "c"), tied("x", "y")) == [("a", "b", "c"), ("x", "y")]


def test_weak_and_statistical_links_do_not_count():
    """Only provenance at review strength joins."""
    assert groups(tied("a", "b", log10_lr=1.2), tied("c", "d", family="plurality")) == []


def test_a_chance_hub_does_not_join_strangers():
    """One account tied to very many that are not tied to each other proves no pool."""
    spokes = [f"spoke {number}" for number in range(HUB_DEGREE + 5)]
    assert groups(tied("hub", *spokes)) == []


def test_a_large_pool_stays_whole():
    """Its accounts are tied to each other as well."""
    members = [f"member {number:02d}" for number in range(HUB_DEGREE + 10)]
    lines = [tied(one, *[other for other in members if other != one]) for one in members]
    assert groups(*lines) == [tuple(members)]


def test_a_pool_has_the_same_name_in_every_run():
    """The name follows from the members."""
    forward = pools([tied("a", "b")], least=3.0)
    backward = pools([tied("b", "a")], least=3.0)
    assert list(forward) == list(backward)
