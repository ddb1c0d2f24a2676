"""Ordinary use beside the harvest: sessions of people, at the moment when cover is wanted."""

import math
import random
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from stillwatch_range.campaigns.spec import CampaignSpec
from stillwatch_range.model import DAY_US, SECOND_US, Person, Session, World
from stillwatch_range.people.population import Chat, Coding, People, PeopleSpec
from stillwatch_range.seeds import draw_for, seed_for

A_PERSONS_DAY = 150.0
"""Requests that one person plausibly makes in a day."""
A_CUSTOMERS_DAY = 40.0
AHEAD_US = 60 * DAY_US
AWAKE = range(8, 24)
TRIES = 3


class Cover:
    """People who use the accounts for what such accounts are for.

    Args:
        spec: how much cover there is, and whether people have accounts of their own.
        world: what all cells share.
        seed: of the campaign.
    """

    def __init__(self, spec: CampaignSpec, world: World, seed: int) -> None:
        self._people = People(PeopleSpec(), world, seed_for(seed, "cover"))
        self._draw: random.Random = draw_for(seed, "cover")
        self._played: dict[int, int] = {}
        an_account = spec.cover * spec.requests_per_account_day
        self._each = math.ceil(an_account / A_PERSONS_DAY)
        self._customers = max(1, round(an_account * spec.accounts / A_CUSTOMERS_DAY))
        self._shared = spec.cover_kind == "customers" or bool(spec.through)

    def somebody(self, account: int, at_us: int) -> int:
        """Number of a person to use an account, awake at the time if one is found soon.

        Args:
            account: number of the account.
            at_us: when they use it.
        """
        for _ in range(TRIES):
            if self._shared:
                number = self._draw.randrange(self._customers)
            else:
                number = account * self._each + self._draw.randrange(self._each)
            if _awake(self._people.person(number), at_us):
                break
        return number

    def session(self, number: int, at_us: int) -> Session:
        """What a person does next, begun at a given moment; no session comes twice."""
        person = self._people.person(number)
        from_us = max(at_us, self._played.get(number, 0) + 1)
        session = next(self._people.sessions(person, from_us, from_us + AHEAD_US))
        self._played[number] = session.start_us
        return replace(brought(session, at_us), purpose="cover")


def brought(session: Session, at_us: int) -> Session:
    """A session at another time, with the clocks in its content set to that time."""
    turns = session.turns
    if isinstance(turns, (Coding, Chat)):
        turns = replace(turns, sitting=replace(turns.sitting, start_us=at_us))
    return replace(session, turns=turns, start_us=at_us)


def _awake(person: Person, at_us: int) -> bool:
    return datetime.fromtimestamp(at_us // SECOND_US, ZoneInfo(person.zone)).hour in AWAKE
