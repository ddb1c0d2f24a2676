"""Threads at once, counted from a few bits."""

import random

from hypothesis import given
from hypothesis import strategies as st

from stillwatch.gateway.live.threads import BITS, MOST, bit_of, distinct, slot_of


def hashes(seed, count):
    """So many different hashes, evenly spread."""
    return random.Random(seed).sample(range(1, 1 << 62), count)


def mapped(threads):
    """Their map."""
    bits = 0
    for thread in threads:
        bits |= bit_of(thread)
    return bits


@given(st.integers(), st.integers(0, MOST))
def test_the_count_is_near_the_true_number(seed, count):
    """Six standard errors of linear counting, and one and a half for rounding."""
    load = count / BITS
    error = (BITS * (2.718281828459045**load - load - 1)) ** 0.5
    assert abs(distinct(mapped(hashes(seed, count))) - count) <= 6 * error + 1.5


def test_the_error_is_what_the_module_says():
    """Under one thread up to 30 of them, and four in a hundred near the most."""

    def error(count):
        found = [distinct(mapped(hashes(seed, count))) - count for seed in range(400)]
        return (sum(one * one for one in found) / len(found)) ** 0.5

    assert error(30) < 1
    assert error(240) < 0.04 * 240


@given(st.lists(st.integers(1, 1 << 62)), st.lists(st.integers(1, 1 << 62)))
def test_maps_join_as_if_one_process_had_seen_all(here, there):
    """Who speaks to two processes counts once; more threads never count as fewer."""
    both = mapped(here) | mapped(there)
    assert both == mapped([*here, *there])
    assert distinct(mapped(here)) <= distinct(both) <= MOST


def test_an_unknown_thread_sets_no_bit():
    """And a full map says the most that is ever said."""
    assert bit_of(0) == 0
    assert distinct(0) == 0
    assert distinct((1 << BITS) - 1) == MOST
    assert slot_of(59.9) == slot_of(30) == slot_of(29) + 1
