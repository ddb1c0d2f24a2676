"""Made-up groups of accounts that share a template: operated ones, and honest ones."""

import random
from collections.abc import Iterable
from typing import Any

from tests.signals.build import SECOND_US, Traffic

GROUP, TEMPLATE = "group_1", "the template"
Asked = tuple[float, str, str]
"""When in seconds, which account, which text."""


def add_group(
    traffic: Traffic, calls: Iterable[Asked], group: str = GROUP, **columns: Any
) -> list[int]:
    """Add calls of a template and make their accounts members; returns the rows."""
    rows, accounts = [], {}
    for second, account, value in sorted(calls):
        row = traffic.exchange(account, at_us=int(second * SECOND_US), **columns)
        traffic.call(row, TEMPLATE, value, group)
        rows.append(row)
        accounts[account] = accounts.get(account, 0) + 1
    for account, count in accounts.items():
        traffic.member(group, account, calls=count, exchanges=count)
    return rows


def dealt(
    draw: random.Random, accounts: int, calls: int, gap_s: float = 60, way: str = "round"
) -> list[Asked]:
    """One operator's list of prompts, dealt out round robin or at random."""
    second, asked = 0.0, []
    for number in range(calls):
        second += draw.expovariate(1 / gap_s)
        whose = number % accounts if way == "round" else draw.randrange(accounts)
        asked.append((second, f"acct_{whose}", f"text {number}"))
    return asked


def own_rhythms(
    draw: random.Random, accounts: int, mean: float = 20, hours: float = 24
) -> list[Asked]:
    """Users of one framework: everyone's own load, own hours, own texts, in sittings."""
    asked = []
    for whose in range(accounts):
        left = 1 + int(mean * draw.gammavariate(1, 1))
        shift = draw.uniform(0, hours * 3600)
        while left > 0:
            second = (shift + draw.gauss(0, hours * 500)) % (hours * 3600)
            for _ in range(min(left, 1 + int(draw.expovariate(0.25)))):
                second += 5 + draw.expovariate(1 / 60)
                asked.append((second, f"acct_{whose}", f"text {whose} {left}"))
                left -= 1
    return asked


def one_class(draw: random.Random, accounts: int) -> list[Asked]:
    """A class with one assignment: all in the same evening, a few calls each, equal texts."""
    return [
        (draw.gauss(3600, 1800) + 7200 + step * draw.uniform(30, 400), f"acct_{whose}", f"t {step}")
        for whose in range(accounts)
        for step in range(draw.randint(4, 7))
    ]


def at_full_hours(draw: random.Random, accounts: int, hours: int = 24) -> list[Asked]:
    """Jobs of strangers that a clock starts: every full hour, everybody."""
    return [
        (3200 + hour * 3600 + draw.uniform(0, 20), f"acct_{whose}", f"text {hour} {whose}")
        for hour in range(hours)
        for whose in range(accounts)
    ]


def own_timers(draw: random.Random, accounts: int, hours: int = 24) -> list[Asked]:
    """Strangers' jobs of one tool that asks every half hour by default, each from its own start."""
    return [
        (1800 * step + phase + draw.uniform(0, 20), f"acct_{whose}", f"text {whose} {step}")
        for whose in range(accounts)
        for phase in [draw.uniform(0, 1800)]
        for step in range(2 * hours)
    ]
