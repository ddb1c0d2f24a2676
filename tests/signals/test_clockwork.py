"""Clocks are told from people and from a dealer."""

import random

import numpy as np

from stillwatch.signals.clockwork import clockwork, delays_together, wall_share
from tests.signals.groups import at_full_hours, dealt, own_rhythms, own_timers


def arrays(calls):
    """Numbers of accounts and times in microseconds, in order of time."""
    ordered = sorted(calls)
    _, unit = np.unique([name for _, name, _ in ordered], return_inverse=True)
    return unit, np.array([int(second * 1e6) for second, _, _ in ordered])


def test_wall_clocks_and_timers_are_clockwork():
    """Every full hour, or every half hour from one's own start."""
    assert clockwork(*arrays(at_full_hours(random.Random(1), 10)))
    assert clockwork(*arrays(own_timers(random.Random(1), 10)))


def test_a_list_that_is_dealt_out_is_not():
    """Also at an even pace: a delay of one call delays all that follow."""
    draw = random.Random(1)
    assert not clockwork(*arrays(dealt(draw, 20, 400)))
    second, even = 0.0, []
    for number in range(600):
        second += 60 + draw.uniform(-8, 8)
        even.append((second, f"acct_{number % 12}", "text"))
    assert not clockwork(*arrays(even))
    assert not clockwork(*arrays([call for call in even if draw.random() < 0.8]))


def test_people_are_not():
    """Sittings have no steady pace."""
    assert not clockwork(*arrays(own_rhythms(random.Random(1), 20)))


def test_little_is_not_judged():
    """Too few calls for a pace."""
    assert not clockwork(*arrays(at_full_hours(random.Random(1), 3, hours=3)))
    assert delays_together(np.array([0, 1]), np.array([1.0, 2.0])) == 0


def test_an_even_hour_has_a_twelfth_in_five_minutes():
    """A call every second for two hours."""
    assert wall_share(np.arange(7200) * 1_000_000) == 5 / 60
