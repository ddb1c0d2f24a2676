"""Evidence is joined into one cluster for each person."""

import pytest

from stillwatch.signals.identities import person_clusters
from tests.signals.build import ENGINES, MINUTE_US, Traffic
from tests.signals.crowd import developer, talk


def clusters(traffic, engine="duckdb", seed=None):
    return person_clusters(traffic.tables(engine, seed))


def shown(*families):
    """Traffic whose families show the given facts, one after the other."""
    traffic = Traffic()
    for number, facts in enumerate(families):
        talk(traffic, f"f{number}", start_us=number * 60 * MINUTE_US, shows=facts)
    return traffic


@pytest.mark.parametrize("engine", ENGINES)
def test_a_git_identity_joins_machines_with_different_user_names(engine):
    """One developer with three machines is one person."""
    mail = {"git_email": "ada@a.dev"}
    traffic = shown(
        {"user": "ada", "host": "mac"} | mail,
        {"user": "alovelace", "host": "work"} | mail,
        {"user": "ada", "host": "wsl"},
    )
    found = clusters(traffic, engine)
    assert found.families.tolist() == [3]
    assert (found.names.tolist(), found.hosts.tolist(), found.mails.tolist()) == ([2], [3], [1])


def test_a_repository_joins_nobody():
    """Colleagues share repositories and stay two people."""
    found = clusters(shown({"user": "ada", "repo": "r"}, {"user": "bob", "repo": "r"}))
    assert len(found.families) == 2


def test_a_build_host_with_many_users_joins_nobody():
    """A host that everybody logs in to says nothing about who is who."""
    people = [{"user": name, "host": "build"} for name in ("ada", "bob", "cyd", "dee")]
    assert len(clusters(shown(*people)).families) == 4


@pytest.mark.parametrize("label", ["generic", "mentioned", "history"])
def test_names_that_are_nobodys_are_left_out(label):
    """Everybody's user name, and people who are only mentioned, make no cluster."""
    traffic = Traffic()
    row = traffic.exchange()
    traffic.fact(row, "user", "root", label=label)
    traffic.fact(row, "git_email", "x@a.dev", label=label)
    assert len(clusters(traffic).families) == 0


def test_what_a_client_declares_makes_no_person():
    """A relay writes headers and environment blocks as it likes."""
    traffic = Traffic()
    traffic.fact(traffic.exchange(), "user", "ada", origin="declared")
    assert len(clusters(traffic).families) == 0


def test_a_host_alone_is_no_person():
    """Fresh containers are machines, not people."""
    assert len(clusters(shown({"host": "h1"}, {"host": "h2"})).families) == 0


def test_a_name_seen_once_beside_its_owner_owns_no_family():
    """A colleague's file in a listing does not become a person."""
    own = [{"user": "ada"}] * 3
    traffic = shown(*own)
    row = traffic.exchange(thread="f1", at_us=0)
    traffic.fact(row, "user", "stranger")
    assert clusters(traffic).families.tolist() == [3]


def test_accounts_do_not_mix():
    """The same name in two accounts is two clusters, each with its own account."""
    traffic = Traffic()
    for account in ("b", "a"):
        talk(traffic, f"of {account}", start_us=0, account=account, shows=developer("ada"))
    found = clusters(traffic)
    assert [found.accounts[one] for one in found.cluster_account] == ["a", "b"]


def test_the_order_of_rows_does_not_matter():
    """Shuffled rows give the same families the same owners."""
    traffic = shown(*[developer(f"dev{number % 4}", number) for number in range(12)])
    plain, mixed = clusters(traffic), clusters(traffic, "polars", seed=3)
    assert plain.family.tolist() == mixed.family.tolist()
    assert plain.family_cluster.tolist() == mixed.family_cluster.tolist()


def test_nothing_in_nothing_out():
    """No evidence, no clusters."""
    assert clusters(Traffic()).accounts == []
