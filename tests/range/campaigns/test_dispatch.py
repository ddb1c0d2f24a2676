import random
from collections import Counter

import pytest

from stillwatch_range.campaigns.dispatch import Dispatch

WAYS = ("round-robin", "least-loaded", "random", "shards")


def dispatch(way, accounts=10):
    made = Dispatch(way, random.Random(2))
    for account in range(accounts):
        made.opens(account)
    return made


def deal(made, count):
    tasks = []
    for _ in range(count):
        tasks.append(made.next())
        made.carries(tasks[-1].account)
    return tasks


@pytest.mark.parametrize("way", WAYS)
def test_every_piece_of_work_has_its_own_number(way):
    """No number comes twice, so no account asks what another has asked."""
    numbers = [task.number for task in deal(dispatch(way), 500)]
    assert sorted(numbers) == list(range(500))


@pytest.mark.parametrize("way", ["round-robin", "least-loaded", "shards"])
def test_loads_are_nearly_equal(way):
    """Balancing ways give all accounts the same load within a piece or two."""
    loads = Counter(task.account for task in deal(dispatch(way), 500))
    assert max(loads.values()) - min(loads.values()) <= 2


def test_random_loads_spread():
    """Work that is dealt at random is not balanced."""
    loads = Counter(task.account for task in deal(dispatch("random"), 500))
    assert len(loads) == 10
    assert max(loads.values()) - min(loads.values()) > 5


def test_shards_stay_with_their_account():
    """An account asks its own part of the questions."""
    tasks = deal(dispatch("shards"), 500)
    assert all(task.number % 10 == task.account for task in tasks)


@pytest.mark.parametrize("way", WAYS)
def test_lost_accounts_get_nothing_and_others_take_over(way):
    """After a loss all work goes to those that are left; newcomers get a share."""
    made = dispatch(way)
    deal(made, 100)
    for account in range(5):
        made.closes(account)
    loads = Counter(task.account for task in deal(made, 500))
    assert set(loads) == {5, 6, 7, 8, 9}
    for account in range(10, 15):
        made.opens(account, shard=False)
    loads = Counter(task.account for task in deal(made, 500))
    assert set(loads) == set(range(5, 15))
    assert len(made) == 10


def test_closing_twice_is_no_matter():
    """Two lanes may notice the same loss."""
    made = dispatch("random")
    made.closes(3)
    made.closes(3)
    assert len(made) == 9
    assert not made.is_open(3)
