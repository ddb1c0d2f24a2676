"""What one process remembers of accounts and installs."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from stillwatch.gateway.live.rows import MOST_ACCOUNTS, MOST_INSTALLS
from stillwatch.gateway.live.state import Bounds, LiveState
from stillwatch.gateway.live.threads import SLOT_S

NOW = 1_790_000_010.0  # at the beginning of a slot
NAMES = st.sampled_from("abcdef")
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("began"), NAMES, st.one_of(st.none(), st.sampled_from("ijklmnop"))),
        st.tuples(st.just("ended"), NAMES, st.none()),
        st.tuples(st.just("presented"), NAMES, st.none()),
    ),
    max_size=60,
)


def acted(live, acts):
    """Carry out; calls under way by account, as they would be without bounds."""
    under_way = Counter()
    for at, (act, account, install) in enumerate(acts):
        if act == "began":
            under_way[account] += 1
            live.began(account, install, install is not None, at + 1, NOW)
        elif act == "ended":
            under_way[account] = max(0, under_way[account] - 1)
            live.ended(account, NOW)
        else:
            live.presented(account, 1)
    return under_way


@given(ACTS)
def test_bounds_hold_and_calls_under_way_are_never_negative(acts):
    """Whatever order things come in, also the end of calls that nobody remembers."""
    live = LiveState(bounds=Bounds(accounts=3, installs=2))
    under_way = acted(live, acts)
    assert live.accounts <= 3
    assert live.installs <= 2
    for account in "abcdef":
        standing = live.standing(account, NOW)
        if standing is not None:
            assert 0 <= standing.under_way <= under_way[account]
            assert standing.busy >= min(255, standing.under_way)
            assert len(standing.installs) <= MOST_INSTALLS
            assert standing.installs == tuple(dict.fromkeys(standing.installs))


@given(ACTS)
def test_without_pressure_everything_is_counted(acts):
    """Seals, ids of others and calls under way, account by account."""
    live = LiveState()
    under_way = acted(live, acts)
    for account in {account for act, account, _ in acts if act != "ended"}:
        standing = live.standing(account, NOW)
        mine = [(act, install) for act, name, install in acts if name == account]
        sealed = [install for act, install in mine if act == "began" and install]
        assert standing.seals == len(sealed)
        assert standing.foreign == sum(act == "presented" for act, _ in mine)
        assert standing.under_way == under_way[account]
        assert standing.installs == tuple(dict.fromkeys(reversed(sealed)))[:MOST_INSTALLS]


def test_the_account_that_rested_longest_is_forgotten_first():
    """Use counts, not the time of the first call."""
    live = LiveState(bounds=Bounds(accounts=2))
    for account in ("a", "b", "a", "c"):
        live.began(account, None, False, 0, NOW)
    assert live.standing("b", NOW) is None
    assert live.standing("a", NOW).under_way == 2


def test_a_forgotten_account_speaks_of_no_calls_any_more():
    """Its end reaches nobody, so other processes must not hear of calls that never end."""
    live = LiveState(bounds=Bounds(accounts=1), shared=True)
    live.began("a", None, False, 0, NOW)
    live.began("b", None, False, 0, NOW)
    assert {row.account: row.under_way for row in live.drained(10)} == {"a": 0, "b": 1}


def test_an_install_remembers_its_last_accounts():
    """Newest first, bounded."""
    live = LiveState()
    for account in "abcdea":
        live.began(account, "i", True, 0, NOW)
    found = live.install("i")
    assert found.accounts == ("a", "e", "d", "c")
    assert len(found.accounts) == MOST_ACCOUNTS
    assert (found.seals, found.last_s) == (6, NOW)


def test_threads_at_once_are_those_of_a_short_while():
    """One thread that calls again and again is one; half a minute to a minute later it is gone."""
    live = LiveState()

    def began(thread, now_s):
        busy = live.began("a", None, False, thread, now_s)
        live.ended("a", now_s)
        return busy

    assert [began(7, NOW) for _ in range(9)] == [1] * 9
    assert [began(thread, NOW) for thread in (8, 9)] == [2, 3]
    assert began(10, NOW + SLOT_S) == 4
    assert began(10, NOW + 2 * SLOT_S) == 1
    assert began(10, NOW) == 1  # a clock that was set back


def test_calls_at_once_count_where_threads_are_not_known():
    """Seven requests that run at once are seven, whatever they are about; at most 255."""
    live = LiveState()
    assert [live.began("a", None, False, 0, NOW) for _ in range(300)][6] == 7
    assert live.standing("a", NOW).busy == 255


def test_what_waits_to_be_merged_is_bounded():
    """Accounts come and go while nobody merges; what is kept for merging does not grow on."""
    live = LiveState(bounds=Bounds(accounts=3, buckets=2), shared=True)
    for number in range(100):
        live.began(f"acct_{number}", None, False, 0, NOW)
    assert len(live.drained(1000)) == 5
    assert live.drained(1000) == []
