"""Honest accounts of one person or of a machine: what must not look like many people.

Their volume is bounded, mostly to a day or two, so that many accounts can be drawn.
"""

from dataclasses import replace

import numpy as np

from population.accounts import Mode, population
from population.arrow import Columns, Drawn, exchange_columns, fact_columns
from population.people import NAMELESS
from population.sessions import spread_out
from population.settings import TUNING, Ranges

KINDS = ("developer", "heavy developer", "contractor", "chat", "automation", "evaluation")

_LIGHT = replace(TUNING, days=(0.3, 2.0), sessions_a_day=(1.0, 3.0))
_RANGES: dict[str, tuple[Mode, Ranges]] = {
    "developer": ("normal", _LIGHT),
    "heavy developer": (
        "normal",
        replace(
            TUNING, days=(2.0, 5.0), sessions_a_day=(4.0, 8.0), parallel=(0.3, 0.7),
            more_machines=(0.5, 0.8),
        ),
    ),
    "contractor": (
        "normal",
        replace(
            _LIGHT, days=(1.0, 3.0), more_machines=(0.5, 0.9), same_name=(0.0, 0.4),
            second_mail=(0.5, 1.0), main_machine=(0.3, 0.6),
        ),
    ),
    "chat": ("chat", _LIGHT),
}  # fmt: skip
_HOUR_S = 3600.0


def innocents(rng: np.random.Generator, kind: str, accounts: int) -> Drawn:
    """Draw honest accounts of one kind.

    Args:
        rng: source of chance.
        kind: one of `KINDS`. A heavy developer runs many sessions in parallel for days. A
            contractor works under other names on clients' machines. Automation is a CI farm; an
            evaluation asks many questions at once, some with a follow-up, some as a simulated user.
        accounts: how many.
    """
    if kind in _RANGES:
        return population(rng, np.ones(accounts, np.int64), *_RANGES[kind])
    return _automation(rng, accounts) if kind == "automation" else _evaluation(rng, accounts)


def _automation(rng: np.random.Generator, accounts: int) -> Drawn:
    """Jobs that start together, with one prompt and some tool turns each, on fresh containers."""
    account, _ = spread_out(rng.integers(10, 60, accounts))
    burst = np.floor(rng.random(len(account)) * 8) * 3 * _HOUR_S
    start = burst + rng.exponential(20.0, len(account))
    turns = rng.integers(2, 8, len(account))
    exchanges = _machine_turns(account, start, turns, rng.uniform(5, 30, int(turns.sum())))
    own_runner = rng.random(accounts) < 0.2
    name = np.where(own_runner[account], account, NAMELESS)
    last = np.cumsum(turns) - 1
    return Drawn(exchanges, fact_columns("user", last, name))


def _evaluation(rng: np.random.Generator, accounts: int) -> Drawn:
    """Questions from a fixed number of workers; follow-ups come at once or after a steady wait."""
    account, question = spread_out(rng.integers(40, 120, accounts))
    workers = rng.integers(4, 33, accounts)[account]
    start = np.floor(question / workers) * rng.uniform(5, 20, accounts)[account]
    start = start + rng.uniform(0, 2, len(account))
    style = rng.random(accounts)[account]
    turns = np.where(style < 0.6, 1, np.where(style < 0.85, 2, rng.integers(3, 7, len(account))))
    total = int(turns.sum())
    wait = np.where(
        np.repeat(style < 0.85, turns), 0.2, np.exp(rng.normal(np.log(4.0), 0.25, total))
    )
    exchanges = _machine_turns(account, start, turns, 4.0 + wait, answer_s=4.0)
    exchanges["human_turn"] = np.ones(total, bool)
    return Drawn(
        exchanges, fact_columns("language", np.cumsum(turns) - 1, np.zeros(len(account), np.int64))
    )


def _machine_turns(
    account: np.ndarray,
    start: np.ndarray,
    turns: np.ndarray,
    gap: np.ndarray,
    answer_s: float = 3.0,
) -> Columns:
    """Conversations of a machine: the first turn is the prompt, the others carry tool results."""
    family, place = spread_out(turns)
    at = np.cumsum(gap) - gap
    at = at - at[np.cumsum(turns) - turns][family] + start[family]
    return exchange_columns(
        account=account[family],
        family=family,
        at_s=at,
        end_s=at + answer_s,
        human=place == 0,
        place=place,
    )
