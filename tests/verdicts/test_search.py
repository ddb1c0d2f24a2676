"""Error control over many groups."""

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from stillwatch.verdicts.search import adjusted, e_bh

E_VALUES = st.dictionaries(st.text(max_size=4), st.floats(-5, 12), max_size=30)


def test_one_strong_group_among_few_is_named():
    """The search costs as much as there were groups."""
    found = {"a": 5.0, **{f"quiet {place}": 0.0 for place in range(99)}}
    assert e_bh(found, 0.01) == {"a"}
    assert e_bh(found | {"a": 3.5}, 0.01) == frozenset()


def test_groups_help_each_other():
    """Ten equal groups need a tenth of what one needs: the share counts, not the number."""
    quiet = {f"quiet {place}": 0.0 for place in range(90)}
    assert e_bh(quiet | {"one": 3.2}, 0.01) == frozenset()
    ten = {f"loud {place}": 3.2 for place in range(10)}
    assert e_bh(quiet | ten, 0.01) == set(ten)


@given(E_VALUES, st.floats(0.001, 1))
def test_what_is_named_is_stronger_than_what_is_not(found, rate):
    """And a laxer rate names no fewer."""
    named = e_bh(found, rate)
    others = set(found) - named
    assert all(found[one] >= found[other] for one in named for other in others)
    assert named <= e_bh(found, 1)


def test_the_share_of_wrong_names_is_held_under_the_null():
    """A thousand hunts over twenty honest groups each, with e-values of mean one."""
    draw = random.Random(7)
    wrong = 0
    for _ in range(1000):
        # exp(z - 1/2) has mean one; one draw for all groups, so that they depend on each other.
        shared = draw.gauss(0, 1)
        values = {str(n): (shared + draw.gauss(0, 1) - 1) / math.log(10) for n in range(20)}
        wrong += bool(e_bh(values, 0.1))
    assert wrong <= 100


@given(st.floats(-3, 300), st.floats(0, 5))
def test_looking_again_costs(log10_e, more):
    """Never more than there was, never below nothing, and larger stays larger."""
    assert 0 <= adjusted(log10_e) <= max(log10_e, 0)
    assert adjusted(log10_e + more) >= adjusted(log10_e) - 1e-9


def test_the_adjuster_holds_for_the_maximum_of_a_bet():
    """A fair doubling game is watched for its maximum; the adjusted maximum has a mean below one."""
    draw = random.Random(3)
    total = 0.0
    rounds = 20_000
    for _ in range(rounds):
        wins = 0
        while draw.random() < 0.5:
            wins += 1
        total += 10 ** adjusted(wins * math.log10(2)) if wins else 0.0
    assert total / rounds <= 1.0
