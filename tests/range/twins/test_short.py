"""Stories must be told in a day too, whatever the seed."""

from itertools import pairwise

import pytest

from stillwatch_range.twins import TwinSpec
from tests.range.twins.seen import by, ids_in, issued, played


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_conversation_moves_within_a_day(seed):
    """In a day's world an account change still happens in mid-conversation."""
    _, watch = played(TwinSpec(kind="account-change"), days=1, seed=seed)
    rows = watch.seen
    owner = issued(rows)
    assert any(
        owner[found] != one.account for one in rows for found in ids_in(one.text) if found in owner
    )


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_traveller_moves_within_two_days(seed):
    """In two days somebody on the road is seen at two places at least."""
    _, watch = played(TwinSpec(kind="travelling-person"), days=2, seed=seed)
    order = [one.ip for one in watch.seen]
    assert any(a != b for a, b in pairwise(order))


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_house_has_two_at_work_within_a_day(seed):
    """In a day both housemates work."""
    _, watch = played(TwinSpec(kind="shared-house"), days=1, seed=seed)
    assert len(by(watch.seen, lambda one: one.account.id)) == 2
