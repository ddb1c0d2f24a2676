"""People are counted, bounded, or said to be uncountable."""

import pytest

from stillwatch.signals.headcount import estimate, people_words
from tests.signals.build import ENGINES, MINUTE_US, SECOND_US, Traffic
from tests.signals.crowd import developer, office, talk


@pytest.mark.parametrize("engine", ENGINES)
def test_several_people_are_counted(engine):
    """Eight people who all show themselves are eight, and the interval holds that."""
    traffic = Traffic()
    office(traffic, 8)
    people = estimate(traffic.tables(engine, seed=1))["acct"]
    assert people.best == 8
    assert people.low <= 8 <= people.high
    assert people.low > 3


def test_one_developer_with_three_machines_is_one_person():
    """A laptop, a server and WSL under one name count once."""
    traffic = Traffic()
    for one in range(9):
        talk(traffic, f"t{one}", start_us=one * 60 * MINUTE_US, shows=developer("ada", one % 3))
    people = estimate(traffic.tables("duckdb"))["acct"]
    assert (people.low, people.best) == (1, 1)


def test_people_seen_only_once_stand_for_others_that_were_not_seen():
    """Ten people in ten conversations leave the upper bound far above ten."""
    traffic = Traffic()
    office(traffic, 10, talks=1)
    people = estimate(traffic.tables("duckdb"))["acct"]
    assert people.clusters == 10
    assert people.best > 20
    assert people.high > people.best


def test_a_chat_without_tools_gets_a_lower_bound_only():
    """Nothing shows who types, so nothing is estimated."""
    traffic = Traffic()
    for one in range(5):
        talk(traffic, f"t{one}", start_us=one * 60 * MINUTE_US)
    people = estimate(traffic.tables("duckdb"))["acct"]
    assert (people.low, people.best, people.high) == (1, None, None)
    assert people_words(people) == "at least 1 person"


def test_typing_in_many_places_in_the_same_two_seconds_raises_the_lower_bound():
    """Twelve conversations answered within two seconds, twice, are more than one pair of hands."""
    traffic = Traffic()
    for one in range(12):
        talk(traffic, f"t{one}", start_us=one * SECOND_US // 10, turns=6, pause_us=60 * SECOND_US)
    assert estimate(traffic.tables("duckdb"))["acct"].low > 5


def test_automated_traffic_is_not_counted():
    """Jobs without anybody typing say nothing about people, whatever names they show."""
    traffic = Traffic()
    for one in range(30):
        row = traffic.exchange(at_us=one * SECOND_US, thread=f"job{one}")
        traffic.fact(row, "user", f"name{one}")
    people = estimate(traffic.tables("duckdb"))["acct"]
    assert (people.low, people.best) == (1, None)
    assert "typed" in people.rests_on


def test_there_is_no_upper_bound_where_most_conversations_show_nobody():
    """One in ten conversations shows somebody; the others may be anybody's."""
    traffic = Traffic()
    for one in range(20):
        shows = developer("ada") if one % 10 == 0 else None
        talk(traffic, f"t{one}", start_us=one * 60 * MINUTE_US, shows=shows)
    people = estimate(traffic.tables("duckdb"))["acct"]
    assert people.best == 1
    assert people.high is None


def test_nothing_in_nothing_out():
    """Without exchanges there is nobody to count."""
    assert estimate(Traffic().tables("duckdb")) == {}
