"""A group that moves to another model is told from everybody's move."""

import random

import pytest

from stillwatch.signals.moves_together import SIGNAL
from tests.signals.build import DAY_US, HOUR_US, Traffic, ask
from tests.signals.groups import GROUP, add_group

HOUR = 3600.0


def uses(traffic, draw, account, moves_h, *, member, days=5, each=6, **columns):
    """An account that asks a few times a day, from some hour on with the new model."""
    for step in range(days * each):
        hour = (step + draw.random()) * 24 / each
        model = "new" if moves_h is not None and hour >= moves_h else "old"
        if member:
            add_group(
                traffic, [(hour * HOUR, account, f"{account} {step}")], model=model, **columns
            )
        else:
            traffic.exchange(account, at_us=int(hour * HOUR_US), model=model, **columns)


def weigh(move_group, move_others, accounts=12, others=40, **columns):
    draw = random.Random(1)
    traffic = Traffic()
    for number in range(accounts):
        uses(traffic, draw, f"acct_{number}", move_group(draw), member=True, **columns)
    for number in range(others):
        uses(traffic, draw, f"other {number}", move_others(draw), member=False)
    traffic.rows["groups"] = list({row["account"]: row for row in traffic.rows["groups"]}.values())
    answer = ask(SIGNAL, traffic)
    return answer[GROUP].log10_lr if answer else 0.0


def at_once(draw):
    return 60 + draw.uniform(0, 3)


def never(_draw):
    return None


def some_day(draw):
    return draw.uniform(10, 110)


def test_a_group_that_moves_within_hours_is_found():
    """Nobody else moves."""
    assert weigh(at_once, never) > 0.45


def test_on_a_release_day_everybody_moves():
    """The others move in the same hours."""
    assert weigh(at_once, at_once) < 0.15


@pytest.mark.parametrize("others", [never, some_day])
def test_users_who_move_one_by_one_say_nothing(others):
    """Each of the group moves on a day of their own."""
    assert weigh(some_day, others) <= 0.1


def test_a_group_that_stays_has_no_answer():
    """Nobody moves."""
    assert weigh(never, at_once) == 0


def test_a_company_that_moves_its_keys_is_one_owner():
    """One owner decides for all its accounts."""
    assert weigh(at_once, never, owner="firm") == 0


def test_a_model_tried_once_is_no_move():
    """One call of another model, then back."""
    traffic, draw = Traffic(), random.Random(1)
    for number in range(6):
        calls = [(draw.uniform(0, 5 * 24) * HOUR, f"acct_{number}", f"t {n}") for n in range(20)]
        add_group(traffic, calls, model="old")
        moment = 2 * DAY_US / 1e6 + number
        row = traffic.exchange(f"acct_{number}", at_us=int(moment * 1e6), model="new")
        traffic.call(row, "the template", f"tried {number}", GROUP)
    assert ask(SIGNAL, traffic) == {}
