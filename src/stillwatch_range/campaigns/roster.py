"""A campaign's accounts: sign-up batches, payers, bans at given times and what replaces them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from stillwatch_range.accounts import Holder, account, holder
from stillwatch_range.campaigns.spec import CampaignSpec, Habits
from stillwatch_range.model import DAY_US, HOUR_US, SECOND_US, Account, Label, World
from stillwatch_range.seeds import draw_for

SPLIT = 8
"""Accounts to one means of payment where a campaign splits them."""
BATCH_US = 3 * HOUR_US
BAN_SPREAD_US = 20 * 60 * SECOND_US
"""Bans of one wave follow each other within this time."""
FRESH_US = 2 * DAY_US
"""A replacement was signed up at most this long before it works."""
OLDEST_US = 700 * DAY_US
MEAN_AGE_US = 120 * DAY_US


@dataclass(frozen=True, slots=True)
class Entry:
    """An account and when the campaign takes it into use."""

    account: Account
    from_us: int


@dataclass(frozen=True, slots=True)
class _Life:
    from_us: int
    banned_us: int | None = None
    fresh: bool = False


def roster(spec: CampaignSpec, habits: Habits, world: World, seed: int, name: str) -> list[Entry]:
    """All accounts that a campaign ever has, in the order of their first use.

    Args:
        spec: how many, which bans, which reserve.
        habits: payers and sign-up batches.
        world: what all cells share.
        seed: the cell's own seed.
        name: name of the cell; it becomes the label's group.
    """
    label = Label("campaign", spec.method, name, spec.level)
    return [
        Entry(
            account(
                world,
                label,
                name,
                number,
                holder_=_holder(habits, seed, number),
                created_us=_created(habits, world, seed, number, life),
                banned_us=life.banned_us,
            ),
            life.from_us,
        )
        for number, life in enumerate(_lives(spec, world, draw_for(seed, "bans")))
    ]


def _lives(spec: CampaignSpec, world: World, draw: random.Random) -> list[_Life]:
    begins_us = world.start_us + int(spec.offset * DAY_US)
    lives = [_Life(begins_us) for _ in range(spec.accounts)]
    for ban in sorted(spec.bans, key=lambda one: one.day):
        at_us = world.start_us + int(ban.day * DAY_US)
        standing = [n for n, one in enumerate(lives) if one.banned_us is None]
        hit = sorted(draw.sample(standing, round(ban.share * len(standing))))
        for number in hit:
            banned_us = at_us + int(draw.random() * BAN_SPREAD_US)
            lives[number] = replace(lives[number], banned_us=banned_us)
        lives += _replacements(spec, draw, at_us, round(spec.reserve * len(hit)))
    return sorted(lives, key=lambda one: one.from_us)


def _replacements(
    spec: CampaignSpec, draw: random.Random, at_us: int, count: int
) -> Iterator[_Life]:
    for _ in range(count):
        yield _Life(at_us + int(spec.reserve_h * HOUR_US * (0.5 + draw.random())), fresh=True)


def _holder(habits: Habits, seed: int, number: int) -> Holder:
    own = holder(seed, "account", number)
    match habits.payers:
        case "shared":
            return replace(own, payer=holder(seed, "payer").payer)
        case "split":
            return replace(own, payer=holder(seed, "payer", number // SPLIT).payer)
        case "own":
            return own


def _created(habits: Habits, world: World, seed: int, number: int, life: _Life) -> int:
    own = draw_for(seed, "created", number)
    if life.fresh:
        return life.from_us - int(own.random() * FRESH_US)
    # Batches are as old as accounts in general are: age alone should tell nothing.
    batch = draw_for(seed, "batch", number // habits.batch)
    age_us = min(OLDEST_US, DAY_US + int(batch.expovariate(1 / MEAN_AGE_US)))
    return world.start_us - age_us + int(own.random() * min(BATCH_US, DAY_US))
