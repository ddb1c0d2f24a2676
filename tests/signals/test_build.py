"""The builder of small tables is itself sound."""

import pytest

from stillwatch.signals.model import collect
from tests.signals.build import ENGINES, Traffic


@pytest.mark.parametrize("engine", ENGINES)
def test_facts_carry_the_account_and_thread_of_their_exchange(engine):
    """What signals read of a fact is joined from its exchange."""
    traffic = Traffic()
    row = traffic.exchange("a", thread="t")
    traffic.fact(row, "home", "/home/ada")
    traffic.check(row, "some-check", held=False)
    tables = traffic.tables(engine)
    [exchange] = collect(tables.exchanges).to_pylist()
    [fact] = collect(tables.facts).to_pylist()
    [check] = collect(tables.checks).to_pylist()
    assert (fact["account"], fact["thread"]) == ("a", exchange["thread"])
    assert (check["exchange"], check["held"]) == ("ex_0", False)
    assert collect(tables.accounts).column("account").to_pylist() == ["a"]


def test_a_column_that_is_not_stored_is_refused():
    """A typing slip in a test shows at once."""
    with pytest.raises(AssertionError, match="sesion"):
        Traffic().exchange(sesion="s")
